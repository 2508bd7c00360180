"""Checks of the ladder: each step asks for more, in the measure by which the ladder counts."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final

from engine.programme import MAX_MULTIPLIER, Ladder, Points, TierRule
from engine.reading import Mistake, Reading

PERIODS: Final = {"month": 31, "quarter": 92, "year": 366}
"""The longest of each calendar period (days)."""


def one_measure(reading: Reading) -> Iterator[Mistake]:
    """Steps ask for what the ladder counts: spend or points."""
    by = _measure(reading)
    other = "points" if by == "spend" else "spend"
    for path, step in reading.each(TierRule):
        if getattr(step, other):
            mend = f'write {by} instead, or write by = "{other}" under [tiers]'
            yield Mistake((*path, other), f"the ladder counts {by}", mend)


def steps_rise(reading: Reading) -> Iterator[Mistake]:
    """Everybody starts on the first step, and each further one asks for more."""
    by = _measure(reading)
    zero = "0" if by == "points" else '"0"'
    steps = [(path, Decimal(getattr(step, by))) for path, step in reading.each(TierRule)]
    for path, least in steps:
        if path[-1] == 0 and least:
            mend = f"write {by} = {zero}: everybody starts on the first step"
            yield Mistake((*path, by), f"the first step asks for {least}", mend)
    for (_, lower), (path, least) in pairwise(steps):
        if least <= lower:
            problem = f"{least} is no more than {lower}, the step before"
            yield Mistake((*path, by), problem, "write the steps from low to high")


def multipliers_multiply(reading: Reading) -> Iterator[Mistake]:
    """A tier's points are more than none and within the engine's cap."""
    for path, step in reading.each(TierRule):
        if not 0 < step.multiplier <= MAX_MULTIPLIER:
            mend = f'write an amount above 0 and up to {MAX_MULTIPLIER}, such as "1.25"'
            yield Mistake((*path, "multiplier"), f"{step.multiplier} is out of bounds", mend)


def orders_are_remembered_while_they_count(reading: Reading) -> Iterator[Mistake]:
    """A calendar period is looked at once more at the end of its grace."""
    days = next(
        (points.remember_days for _, points in reading.each(Points)), Points().remember_days
    )
    for path, ladder in reading.each(Ladder):
        needed = PERIODS[ladder.period] + ladder.grace_days
        if ladder.window == "calendar" and needed > days:
            problem = f"a {ladder.period} and {ladder.grace_days} days' grace are {needed} days"
            mend = f"write fewer, or points.remember_days = {needed}; it is {days}"
            yield Mistake((*path, "grace_days"), problem, mend)


def _measure(reading: Reading) -> str:
    return next((ladder.by for _, ladder in reading.each(Ladder)), "spend")
