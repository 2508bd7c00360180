"""Money in whole minor units, and what of an order earns points (DOMAIN: money and points)."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from msgspec import Struct

from engine.events import Basket, Line

EXPONENTS: Final[Mapping[str, int]] = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip
"""Digits behind the point, where they are not two (ISO 4217)."""
TOLERANCE: Final = 1
"""Minor units a line by which an order's own figures may differ: tills round differently."""


def exponent(currency: str) -> int:
    """Digits behind the point.

    >>> exponent("EUR"), exponent("JPY")
    (2, 0)
    """
    return EXPONENTS.get(currency, 2)


def minor(amount: Decimal, currency: str) -> int:
    """Major units as whole minor units; half a unit goes up.

    >>> minor(Decimal("12.345"), "EUR"), minor(Decimal("12.5"), "JPY")
    (1235, 13)
    """
    return int(amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP))


def minor_rate(rate: Decimal, foreign: str, own: str) -> Fraction:
    """Own minor units for one foreign minor unit, from a rate in major units.

    >>> minor_rate(Decimal("0.006"), "JPY", "EUR")
    Fraction(3, 5)
    """
    return Fraction(rate) * Fraction(10) ** (exponent(own) - exponent(foreign))


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Whole shares of an amount in proportion to weights, by largest remainder.

    Ties go to the lowest line. The shares sum exactly to the amount: all of it is the first line's
    where every weight is zero.

    >>> spread(600, [3000, 2000, 999])
    [300, 200, 100]
    """
    whole = sum(weights)
    if whole == 0:
        return [amount, *([0] * (len(weights) - 1))]
    shares = [amount * weight // whole for weight in weights]
    rests = [amount * weight % whole for weight in weights]
    for line in sorted(range(len(weights)), key=lambda n: (-rests[n], n))[: amount - sum(shares)]:
        shares[line] += 1
    return shares


def gross(line: Line, currency: str) -> int:
    """What a line cost before the order's discount (minor units); 0 where it names no price."""
    return 0 if line.price is None else minor(line.price * line.quantity, currency)


class Earning(Struct, frozen=True):
    """What of an order earns, in minor units of its own currency.

    base: the whole of it. nets: each line's part; one part where the order has no lines.
    flags: `amount_conflict` where the order's own figures disagree, `amount_missing` where it has
    none.
    """

    base: int
    nets: tuple[int, ...]
    flags: tuple[str, ...] = ()


def earning_base(basket: Basket, currency: str) -> Earning:
    """The order without tax, shipping, gift cards and what was paid with points.

    From the lines less the discount, else subtotal, else revenue, else total − tax − shipping.
    Where any two of these differ by more than one minor unit a line, the lowest counts: some shops
    put the discount into `revenue` and some do not, and nobody is paid for that.
    """
    grosses = [gross(line, currency) for line in basket.products]
    sources = _sources(basket, grosses, currency)
    room = TOLERANCE * max(1, len(grosses))
    conflict = bool(sources) and max(sources) - min(sources) > room
    amount = min(sources) if conflict else sources[0] if sources else 0
    unpaid = _units(basket.paid_with_points, currency) + _units(basket.gift_cards, currency)
    base = max(0, amount - unpaid)
    flags = ("amount_conflict",) if conflict else () if sources else ("amount_missing",)
    return Earning(base, tuple(_nets(base, grosses, basket.products)), flags)


def converted(earning: Earning, rate: Fraction) -> Earning:
    """The same in minor units of another currency, rounded down once, on the order."""
    base = int(earning.base * rate)
    return Earning(base, tuple(spread(base, earning.nets)), earning.flags)


def lessened(earning: Earning, amount: int) -> Earning:
    """The same without an amount that earns nothing, taken from the lines in proportion."""
    base = max(0, earning.base - amount)
    return Earning(base, tuple(spread(base, earning.nets)), earning.flags)


def _sources(basket: Basket, grosses: Sequence[int], currency: str) -> list[int]:
    """Each way in which the order says what it was worth, the best first."""
    sources = []
    if basket.products and all(line.price is not None for line in basket.products):
        sources.append(sum(grosses) - _units(basket.discount, currency))
    told = (basket.subtotal, basket.revenue)
    sources += [minor(amount, currency) for amount in told if amount is not None]
    if basket.total is not None:
        besides = _units(basket.tax, currency) + _units(basket.shipping, currency)
        sources.append(minor(basket.total, currency) - besides)
    return sources


def _nets(base: int, grosses: Sequence[int], lines: Sequence[Line]) -> list[int]:
    """The base over the lines: what is missing is a discount, and the discount is spread."""
    if not lines:
        return [base]
    missing = sum(grosses) - base
    if missing == 0:
        return list(grosses)
    if missing < 0:
        return spread(base, grosses if any(grosses) else [line.quantity for line in lines])
    shares = spread(missing, grosses)
    return [whole - share for whole, share in zip(grosses, shares, strict=True)]


def _units(amount: Decimal | None, currency: str) -> int:
    return 0 if amount is None else minor(amount, currency)
