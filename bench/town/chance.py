"""Chance with a name: the same question always gets the same dice."""

import random
from math import exp

HOUR = 3600.0
DAY = 86_400.0


def chance(seed: int, *names: str | int) -> random.Random:
    """Dice for one question, such as `chance(7, "visit", "c17", 3)`, independent of all others."""
    return random.Random("/".join(map(str, (seed, *names))))


def poisson(dice: random.Random, mean: float) -> int:
    """How many, when `mean` are expected (Knuth's product; fit for means below about 20)."""
    left, count = dice.random(), 0
    floor = exp(-mean)
    while left > floor:
        left *= dice.random()
        count += 1
    return count


def shares(dice: random.Random, weights: tuple[float, ...], evenness: float) -> tuple[float, ...]:
    """Shares that sum to 1, around `weights`: a Dirichlet draw.

    evenness: above 0, and the higher, the closer to the weights.
    """
    drawn = [dice.gammavariate(evenness * weight, 1.0) + 1e-9 for weight in weights]
    total = sum(drawn)
    return tuple(share / total for share in drawn)
