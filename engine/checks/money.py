"""Checks of amounts: what has to be paid can be paid, and what is foreign can be converted."""

from collections.abc import Iterator
from decimal import Decimal

from engine.challenges import Spend
from engine.locating import Path
from engine.money import EXPONENTS
from engine.programme import BonusRule, BudgetRule, Programme, RewardRule, TierRule
from engine.reading import Mistake, Reading


def amounts_can_be_paid(reading: Reading) -> Iterator[Mistake]:
    """More than nothing, and no finer than the currency's coins."""
    for _, programme in reading.each(Programme):
        digits = EXPONENTS.get(programme.currency, 2)
        for path, amount in _amounts(reading, programme):
            if amount.scaleb(digits) % 1:
                problem = f"{amount} is finer than the coins of {programme.currency}"
                yield Mistake(path, problem, f"write at most {digits} digits behind the point")
            elif not amount and path[0] != "tiers":
                yield Mistake(path, "is nothing", "write an amount above 0")


def rates_convert(reading: Reading) -> Iterator[Mistake]:
    """A rate is for another currency, and above 0."""
    for _, programme in reading.each(Programme):
        for currency, rate in programme.currencies.items():
            path = ("currencies", currency)
            if currency == programme.currency:
                yield Mistake(path, "is the programme's own currency", "delete the line")
            if not rate:
                mend = f"write how many {programme.currency} one {currency} is worth"
                yield Mistake(path, "a rate of 0 makes every order worthless", mend)


def _amounts(reading: Reading, programme: Programme) -> Iterator[tuple[Path, Decimal]]:
    """Every amount in the programme's own currency."""
    yield ("points", "per"), programme.points.per
    for path, bonus in reading.each(BonusRule):
        yield (*path, "spend"), bonus.spend
    for path, step in reading.each(TierRule):
        yield (*path, "spend"), step.spend
    for path, challenge in reading.each(Spend):
        yield (*path, "goal"), challenge.goal
    for path, reward in reading.each(RewardRule):
        for key, amount in (("cost", reward.cost), ("amount", reward.amount)):
            if amount is not None:
                yield (*path, key), amount
    for path, budget in reading.each(BudgetRule):
        if budget.money is not None:
            yield (*path, "money"), budget.money
