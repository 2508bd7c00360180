"""What can be said of an experiment at any moment, however often somebody looks."""

from collections.abc import Sequence
from math import erfc, exp, gamma, inf, log, pow, sqrt
from typing import Final

ALARM: Final = 0.001
"""Under this, members are not in the arms as they were drawn: something is broken (DOMAIN)."""
TIGHT_AT: Final = 1000
"""The number of members at which the confidence sequence is as narrow as it can be made."""


def half_width(n: int, deviation: float, alpha: float = 0.05, tight_at: int = TIGHT_AT) -> float:
    """Of an asymptotic confidence sequence around the mean of n values (n ≥ 1).

    It holds at all n at once with probability 1 - alpha, so looking every day costs nothing
    (Waudby-Smith et al., arXiv 2103.06476). deviation: of the values; the result has its unit.

    >>> round(half_width(1000, 1.0), 4)
    0.096
    """
    rho = (-2 * log(alpha) + log(1 - 2 * log(alpha))) / tight_at
    scaled = n * rho + 1
    return deviation * sqrt(2 * scaled / (n * n * rho) * log(sqrt(scaled) / alpha))


def ratio_p(seen: Sequence[int], expected: Sequence[float]) -> float:
    """How likely so uneven arms are by chance: chi-square over those that anybody can be in.

    Two arms at least are needed; else 1.

    >>> round(ratio_p([500, 500], [500.0, 500.0]), 3), round(ratio_p([560, 440], [500, 500]), 5)
    (1.0, 0.00015)
    """
    pairs = [(many, due) for many, due in zip(seen, expected, strict=True) if due > 0]
    if len(pairs) < 2:
        return 1.0
    return chi_square_tail(sum((many - due) ** 2 / due for many, due in pairs), len(pairs) - 1)


def chi_square_tail(value: float, freedom: int) -> float:
    """The chance of at least this value, for a whole number of degrees of freedom (≥ 1)."""
    half = value / 2
    if freedom % 2:
        terms = (pow(half, n - 0.5) / gamma(n + 0.5) for n in range(1, (freedom + 1) // 2))
        return erfc(sqrt(half)) + exp(-half) * sum(terms)
    return exp(-half) * sum(pow(half, n) / gamma(n + 1) for n in range(freedom // 2))


def deviation(values: Sequence[float]) -> float:
    """Of the values around their mean; infinite where there are too few to tell."""
    if len(values) < 2:
        return inf
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
