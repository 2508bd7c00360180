"""Checks of budgets: each limits something, and counts what its rewards cost."""

from collections.abc import Iterator

from engine.programme import Arm, BudgetRule, RewardRule, flat
from engine.reading import Mistake, Reading
from engine.wording import guess


def budgets_limit_something(reading: Reading) -> Iterator[Mistake]:
    """So many rewards, so much money, or both; and of some rewards."""
    for path, budget in reading.each(BudgetRule):
        if budget.units is None and budget.money is None:
            mend = 'write units = 100, or money = "500.00", or both'
            yield Mistake(path, "limits nothing: neither units nor money", mend)
        if not budget.rewards:
            problem, mend = "no reward draws on it", "name some, or delete the budget"
            yield Mistake((*path, "rewards"), problem, mend)


def budgets_name_rewards(reading: Reading) -> Iterator[Mistake]:
    """What draws on a budget stands among the rewards, and has a price if it is to cost money."""
    known = [ident for path, ident in reading.ids.items() if path[:1] == ("rewards",)]
    priced = {reward.id: reward.price is not None for _, reward in reading.each(RewardRule)}
    for path, budget in reading.each(BudgetRule):
        for place, ident in enumerate(budget.rewards):
            where = (*path, "rewards", place)
            if ident not in known:
                problem = f'there is no reward "{ident}"{guess(ident, known)}'
                yield Mistake(where, problem, "add it under [[rewards]], or name another")
            elif budget.money is not None and not priced.get(ident, True):
                problem = f'"{ident}" has no cost, and this budget counts money'
                yield Mistake(where, problem, 'write cost = "2.50" in the reward')


def budgets_are_the_same_for_all(reading: Reading) -> Iterator[Mistake]:
    """What everybody draws on has one size and one calendar, whatever is tried on some."""
    budgets = bool(list(reading.each(BudgetRule)))
    for path, arm in reading.each(Arm):
        for key, _ in flat(arm.set):
            if budgets and key.partition(".")[0] in ("budgets", "zone", "currency"):
                problem = f"budgets hang on {key}, and they are everybody's"
                yield Mistake((*path, "set", key), problem, "try something else: delete it here")
