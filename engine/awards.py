"""What an order earns: the tier's rate, multipliers that add up, bonuses on top (DOMAIN: money).

The rates are written into the order, for each line where they differ. Refunds are reckoned from
these alone (`Order.deserved`): by what is left, so in any order of refunds to the same sum.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from engine.dates import local
from engine.events import Basket, Line
from engine.money import minor
from engine.programme import MAX_MULTIPLIER, MultiplierRule
from engine.state import Order
from engine.turn import Turn


def award(turn: Turn, order: Order, basket: Basket) -> dict[str, Any]:
    """Set the rates of a new order and what it earns; returns why it is more than the plain rate.

    A guest earns nothing.
    """
    if not turn.customer.known:
        return {}
    rules = running(turn, order.at)
    _rate(turn, order, basket.products, rules)
    bonuses = _bonuses(turn, order)
    order.awarded = order.deserved
    if turn.world.programme.points.source == "shop" and basket.points_earned is not None:
        _as_stated(turn, order, basket.points_earned)
        return {"stated": True}
    because = {"multipliers": [rule.id for rule in rules], "bonuses": bonuses}
    return {name: idents for name, idents in because.items() if idents}


def plainly(turn: Turn, order: Order) -> None:
    """Set the rates of an order that was a guest's: what is left of it earns, unmultiplied."""
    _rate(turn, order, (), ())
    order.awarded = order.deserved


def running(turn: Turn, at: float) -> list[MultiplierRule]:
    """The multipliers that hold for the member at a moment of the programme's calendar."""
    programme = turn.world.programme
    if not programme.points.multipliers:
        return []
    day, steps = local(at, programme.zone_info).date(), programme.tiers.steps
    tier = steps[min(turn.customer.book.tier.level, len(steps) - 1)].id if steps else ""
    return [rule for rule in programme.points.multipliers if rule.runs(day, tier)]


def _rate(
    turn: Turn, order: Order, products: Sequence[Line], rules: Sequence[MultiplierRule]
) -> None:
    """Points for one minor unit: the order's, and what multipliers of a line add to it."""
    rates = turn.world.programme.rates
    tier = rates[min(turn.customer.book.tier.level, len(rates) - 1)]
    if not rules:
        order.earn, order.per = tier.numerator, tier.denominator
        return
    plain = turn.world.programme.plain
    whole = [rule for rule in rules if not rule.narrow]
    broad = _multiplied(plain, tier, whole)
    single = [
        _multiplied(plain, tier, [rule for rule in rules if _about(rule, line)])
        for line in products
    ]
    order.per = lcm(broad.denominator, *(rate.denominator for rate in single))
    order.earn = int(broad * order.per)
    for line, rate in zip(order.lines, single, strict=False):
        line.extra = int(rate * order.per) - order.earn


def _multiplied(plain: Fraction, tier: Fraction, rules: Sequence[MultiplierRule]) -> Fraction:
    """The tier's rate, and as many times the plain one as the rules add: 2 and 3 are +1 and +2."""
    more = sum((Fraction(rule.multiplier) - 1 for rule in rules), Fraction(0))
    return min(tier + more * plain, MAX_MULTIPLIER * plain)


def _about(rule: MultiplierRule, line: Line) -> bool:
    return not rule.narrow or line.category in rule.categories or line.brand in rule.brands


def _bonuses(turn: Turn, order: Order) -> list[str]:
    """Note the bonuses that the order is large enough for; returns their ids."""
    programme, kept = turn.world.programme, order.kept
    reached = []
    for rule in programme.points.bonuses:
        least = minor(rule.spend, programme.currency)
        if kept >= least:
            order.bonuses.append((least, rule.points))
            reached.append(rule.id)
    return reached


def _as_stated(turn: Turn, order: Order, points: int) -> None:
    """The shop's own sum instead of ours; a return takes its share of it.

    Where nothing is left to share by (all was paid with points), it stays until all is returned.
    """
    if points != order.awarded:
        turn.note("points_disagree")
    for line in order.lines:
        line.extra = 0
    kept = order.kept
    order.earn, order.per = (points, kept) if kept else (0, 1)
    order.bonuses = [] if kept else [(0, points)]
    order.awarded = points
