"""Checks of how points are earned: multipliers multiply, at a time and for members that exist."""

from collections.abc import Iterator
from datetime import date

from engine.programme import MAX_MULTIPLIER, MultiplierRule, Points, TierRule
from engine.reading import Mistake, Reading
from engine.wording import guess, shown


def multipliers_add(reading: Reading) -> Iterator[Mistake]:
    """Each adds something, within the cap, and in whole hundredths."""
    for path, rule in reading.each(MultiplierRule):
        if not 1 < rule.multiplier <= MAX_MULTIPLIER or rule.multiplier * 100 % 1:
            mend = f'write an amount above 1 and up to {MAX_MULTIPLIER}, such as "1.25"'
            yield Mistake((*path, "multiplier"), f"{rule.multiplier} is out of bounds", mend)


def multipliers_run(reading: Reading) -> Iterator[Mistake]:
    """The days exist, and the last is no earlier than the first."""
    for path, rule in reading.each(MultiplierRule):
        for key, day in (("starts", rule.starts), ("ends", rule.ends)):
            if day is not None and not _exists(day):
                yield Mistake((*path, key), f"there is no {day}", "write a day of the calendar")
        if rule.starts is not None and rule.ends is not None and rule.ends < rule.starts:
            problem = f"{rule.ends} is before {rule.starts}, the first day"
            yield Mistake((*path, "ends"), problem, "write the last day on which it holds")


def tiers_of_multipliers_exist(reading: Reading) -> Iterator[Mistake]:
    """A multiplier is for tiers of the ladder."""
    tiers = [step.id for _, step in reading.each(TierRule)]
    for path, rule in reading.each(MultiplierRule):
        for place, tier in enumerate(rule.tiers):
            if tier not in tiers:
                problem = f"there is no tier {shown(tier)}{guess(tier, tiers)}"
                mend = f"there are {', '.join(tiers)}" if tiers else "delete it: there are no tiers"
                yield Mistake((*path, "tiers", place), problem, mend)


def nobody_contradicts_the_shop(reading: Reading) -> Iterator[Mistake]:
    """A shop that reckons points itself is not contradicted by multipliers and bonuses."""
    for path, points in reading.each(Points):
        extra = [name for name in ("multipliers", "bonuses") if getattr(points, name)]
        if points.source == "shop" and extra:
            mend = 'delete them, or write source = "programme"'
            problem = "the shop reckons the points, and these would only be compared with it"
            yield Mistake((*path, extra[0]), problem, mend)


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
