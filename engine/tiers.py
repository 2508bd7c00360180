"""Tiers: reached at once, kept to the end of the next period, lost one step at a time (DOMAIN).

They follow net spend of the last 12 months, never the balance: spending points does not demote.
"""

from typing import Any

from engine.dates import DAY, NEVER, months_before, period
from engine.orders import spent_since
from engine.programme import Programme
from engine.state import Customer, Order
from engine.turn import Turn

MONTHS = 12
"""How far back spend counts."""


def reached(programme: Programme, spend: int) -> int:
    """The highest step that this net spend (minor units) reaches; 0 is where everybody starts."""
    levels = [level for level, least in enumerate(programme.thresholds) if spend >= least]
    return max(levels, default=0)


def qualifying(turn: Turn) -> int:
    """Net spend of the last 12 months (minor units)."""
    zone = turn.world.programme.zone_info
    return spent_since(turn.customer, months_before(turn.now, MONTHS, zone))


def promote(turn: Turn, ident: str, order: Order) -> None:
    """After an order: up at once, as far as the spend reaches. A guest has no tier.

    Most orders lift nobody, and that shows without a calendar.
    """
    customer, tier, programme = turn.customer, turn.customer.book.tier, turn.world.programme
    if not customer.known or reached(programme, spent_since(customer, -NEVER)) <= tier.level:
        return
    level = reached(programme, qualifying(turn))
    if level > tier.level:
        order.lifted, order.lifted_from = level, tier.level
        _move(turn, level, "Tier Upgraded", ident, until=_two_periods(turn, level))


def reconsider(turn: Turn) -> None:
    """After a refund: down at once where the order that caused the tier has come back too far.

    Never below the tier before that order, unless the order that caused that one came back too.
    """
    tier, level = turn.customer.book.tier, reached(turn.world.programme, qualifying(turn))
    while level < tier.level and (cause := _cause(turn.customer, tier.level)) is not None:
        ident, order = cause
        lower = max(level, order.lifted_from)
        order.lifted = lower if lower > order.lifted_from else 0
        key = f"{ident}/refund"
        until = _two_periods(turn, lower)
        _move(turn, lower, "Tier Downgraded", key, ("order_refunded",), until=until)


def due(customer: Customer[Any]) -> float:
    """The end of validity, or of grace."""
    return customer.book.tier.grace if customer.book.tier.grace else customer.book.tier.until


def fire(turn: Turn) -> None:
    """At the end of validity keep or warn; at the end of grace keep or step one down."""
    tier, grace_days = turn.customer.book.tier, turn.world.programme.tiers.grace_days
    if reached(turn.world.programme, qualifying(turn)) >= tier.level:
        tier.grace, tier.until = 0.0, _this_period(turn, tier.level)
    elif tier.grace or not grace_days:
        lower = tier.level - 1
        key, because = f"review@{turn.now}", ("spend_below_threshold",)
        _move(turn, lower, "Tier Downgraded", key, because, until=_this_period(turn, lower))
    else:
        tier.grace = turn.now + grace_days * DAY
        name, key = _name(turn, tier.level), f"review@{turn.now}"
        turn.say("Tier Downgrade Warned", name, key, tier=name, until=tier.grace)


def _cause(customer: Customer[Any], level: int) -> tuple[str, Order] | None:
    """The order that raised the member to this tier, if anything of it came back."""
    for ident, order in customer.book.orders.items():
        if order.lifted == level and any(line.returned for line in order.lines):
            return ident, order
    return None


def _this_period(turn: Turn, level: int) -> float:
    """The end of the period that holds now; the lowest tier never ends."""
    programme = turn.world.programme
    return period(turn.now, programme.tiers.period, programme.zone_info)[1] if level else NEVER


def _two_periods(turn: Turn, level: int) -> float:
    """The end of this period plus the next; the lowest tier never ends."""
    programme, end = turn.world.programme, _this_period(turn, level)
    return period(end, programme.tiers.period, programme.zone_info)[1] if level else NEVER


def _move(
    turn: Turn, level: int, name: str, key: str, because: tuple[str, ...] = (), *, until: float
) -> None:
    tier = turn.customer.book.tier
    figures: dict[str, Any] = {"before": _name(turn, tier.level), "tier": _name(turn, level)}
    tier.level, tier.grace, tier.until = level, 0.0, until
    for order in turn.customer.book.orders.values():
        if order.lifted > level:
            order.lifted = 0
    turn.say(name, _name(turn, level), f"{key}@{level}", because, **figures)


def _name(turn: Turn, level: int) -> str:
    steps = turn.world.programme.tiers.steps
    return steps[min(level, len(steps) - 1)].id if steps else ""
