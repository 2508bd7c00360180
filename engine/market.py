"""What a reward is worth today: more where there is plenty, less where everybody wants it (DOMAIN).

value = base × clamp(stock factor × demand factor × relevance, 0.8, 1.25), in whole thousandths.
A published stock and demand move the factor of all members by 10 % of the day's first value at
most; relevance is the member's own liking. What is unlocked keeps its value for ever, and whoever
gets another in the same session gets it at the same worth.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from engine.dates import MINUTE, local_day
from engine.money import minor
from engine.programme import Dynamic, Programme, RewardRule
from engine.turn import Turn

WHOLE: Final = 1000
LOW, HIGH = 800, 1250
"""The bounds of every factor and of their product (thousandths)."""
STEP: Final = 10
"""A day moves a factor by one part in so many, at most."""
SESSION: Final = 30 * MINUTE
"""No more than this lies between two unlocks of one session (s of log time)."""
LEAST: Final = 900
"""Relevance (thousandths) to whom the category means nothing; 1,100 to whom it means all."""


class Price(Struct, frozen=True, array_like=True):
    """A reward's factor. day: the programme's day of its last move; base: the factor before it."""

    day: int = 0
    base: int = WHOLE
    now: int = WHOLE


Prices = Mapping[str, Price]
"""By reward."""


def moved(
    prices: Prices, programme: Programme, reward: str, stock: int, demand: int, at: float
) -> Prices:
    """After a new situation. stock: units; demand: unlocks a day; at: log time (s).

    What is not dynamic stays as it is.
    """
    rule = programme.reward(reward)
    if rule is None or rule.dynamic is None:
        return prices
    known, day = prices.get(reward, Price()), local_day(at, programme.zone_info)
    base = known.now if day > known.day else known.base
    near = base // STEP
    aim = max(base - near, min(base + near, factor(rule.dynamic, stock, demand)))
    price = Price(max(day, known.day), base, aim)
    return {**prices, reward: price} if price != known else prices


def factor(rule: Dynamic, stock: int, demand: int) -> int:
    """Stock over what is usual, times what is usual over demand (thousandths).

    >>> factor(Dynamic(stock=100, demand=10), stock=100, demand=10)
    1000
    >>> factor(Dynamic(stock=100, demand=10), stock=50, demand=20)
    800
    """
    plenty = _bounded(WHOLE * stock // rule.stock)
    calm = _bounded(WHOLE * rule.demand // max(1, demand))
    return _bounded(plenty * calm // WHOLE)


def worth(turn: Turn, terms: RewardRule, base: int) -> int:
    """What the reward is worth to this member now. base: as the programme has it.

    What was told in this session stands. Never above `most`; where a budget counts money, never
    above what is drawn from it.
    """
    rule, programme = terms.dynamic, turn.world.programme
    if rule is None:
        return base
    value = _told(turn, terms)
    if value is None:
        price = turn.world.prices.get(terms.id, Price()).now
        value = base * _bounded(price * _relevance(turn, rule) // WHOLE) // WHOLE
    if rule.most is not None:
        scaled = minor(rule.most, programme.currency) if terms.amount else int(rule.most)
        value = min(value, scaled)
    paid = any(budget.money is not None for budget in programme.drawing.get(terms.id, ()))
    return min(value, base) if paid else value


def _told(turn: Turn, terms: RewardRule) -> int | None:
    """What the same reward was worth to this member a moment ago; None: it was not asked."""
    since, found = turn.now - SESSION, None
    for grant in turn.customer.book.rewards.values():
        same = (grant.reward, grant.kind) == (terms.id, terms.kind)
        if same and grant.unlocked >= since and isinstance(grant.value, int):
            since, found = grant.unlocked, grant.value
    return found


def _relevance(turn: Turn, rule: Dynamic) -> int:
    if rule.category is None:
        return WHOLE
    tastes: Mapping[str, float] = turn.world.mind.affinity(turn.customer)["categories"]
    return LEAST + round(2 * (WHOLE - LEAST) * tastes.get(rule.category, 0.0))


def _bounded(thousandths: int) -> int:
    return max(LOW, min(HIGH, thousandths))
