"""Tiers: reached at once, kept to the end of the next period, lost one step at a time (DOMAIN).

They follow net spend, or the points that orders earned, over the last 12 months or the calendar
period, never the balance: spending points does not demote.
"""

from typing import Any

from engine.dates import DAY, NEVER, months_before, period
from engine.orders import earned_since, spent_since
from engine.programme import Programme
from engine.state import Customer, Order, Tier
from engine.turn import Turn

MONTHS = 12
"""How far back a rolling window reaches."""


def reached(programme: Programme, amount: int) -> int:
    """The highest step that this much reaches; 0 is where everybody starts.

    amount: net spend (minor units) or points, as the ladder counts.
    """
    levels = [level for level, least in enumerate(programme.thresholds) if amount >= least]
    return max(levels, default=0)


def qualifying(turn: Turn) -> int:
    """What counts for a higher tier now: net spend (minor units) or points."""
    return _counted(turn, _since(turn, turn.now))


def keeping(turn: Turn, at: float) -> int:
    """What counts for the tier held, at its review or in the grace after it: spend or points.

    at: the moment (s); asked ahead, this is what will still count then if nothing is bought.
    """
    tier, ladder = turn.customer.book.tier, turn.world.programme.tiers
    reviewed = min(at, tier.until - 1) if ladder.window == "calendar" else at
    return _counted(turn, _since(turn, reviewed))


def promote(turn: Turn, ident: str, order: Order) -> None:
    """After an order: up at once, as far as it reaches. A guest has no tier.

    Most orders lift nobody, and that shows without a calendar.
    """
    customer, tier, programme = turn.customer, turn.customer.book.tier, turn.world.programme
    if not customer.known or reached(programme, _counted(turn, -NEVER)) <= tier.level:
        return
    level = reached(programme, qualifying(turn))
    if level > tier.level:
        order.lifted, order.lifted_from = level, tier.level
        _move(turn, level, "Tier Upgraded", ident, until=_two_periods(turn, level))


def unite(turn: Turn, other: Tier, origin: str) -> None:
    """Two members are one: the better place of both, or a better one by what both have brought."""
    tier = turn.customer.book.tier
    if (other.level, other.until) > (tier.level, tier.until):
        tier.level, tier.until, tier.grace, tier.look = (
            other.level, other.until, other.grace, other.look,
        )  # fmt: skip
    level = reached(turn.world.programme, qualifying(turn))
    if level > tier.level:
        _move(turn, level, "Tier Upgraded", origin, ("merged",), until=_two_periods(turn, level))


def reconsider(turn: Turn) -> None:
    """After a refund: down at once where the order that caused the tier has come back too far.

    Never below the tier before that order, unless the order that caused that one came back too.
    """
    tier, programme = turn.customer.book.tier, turn.world.programme
    while tier.level and (cause := _cause(turn.customer, tier.level)) is not None:
        ident, order = cause
        at = order.at if programme.tiers.window == "calendar" else turn.now
        level = reached(programme, _counted(turn, _since(turn, at)))
        if level >= tier.level:
            return
        lower = max(level, order.lifted_from)
        order.lifted = lower if lower > order.lifted_from else 0
        key = f"{ident}/refund"
        until = _two_periods(turn, lower)
        _move(turn, lower, "Tier Downgraded", key, ("order_refunded",), until=until)


def due(customer: Customer[Any]) -> float:
    """The look ahead, the end of validity, or of grace."""
    tier = customer.book.tier
    return tier.grace or tier.look or tier.until


def fire(turn: Turn) -> None:
    """Ahead of the review warn; then keep or give grace; at its end keep or step one down."""
    tier, ladder = turn.customer.book.tier, turn.world.programme.tiers
    if not tier.grace and tier.look:
        tier.look = 0.0
        if _falls_short(turn, tier.until):
            _warn(turn, "review_ahead", tier.until, tier.until + ladder.grace_days * DAY)
    elif not _falls_short(turn, turn.now):
        tier.grace = 0.0
        _hold(turn, _this_period(turn, tier.level))
    elif tier.grace or not ladder.grace_days:
        lower = tier.level - 1
        key, because = f"review@{turn.now}", (f"{ladder.by}_below_threshold",)
        _move(turn, lower, "Tier Downgraded", key, because, until=_this_period(turn, lower))
    else:
        tier.grace = turn.now + ladder.grace_days * DAY
        _warn(turn, "grace_begins", turn.now, tier.grace)


def _falls_short(turn: Turn, at: float) -> bool:
    """Whether what counts at that moment is too little for the tier held."""
    return reached(turn.world.programme, keeping(turn, at)) < turn.customer.book.tier.level


def _warn(turn: Turn, because: str, review: float, until: float) -> None:
    """Say until when (s) how much is missing (minor units or points), counted at the review."""
    tier, programme = turn.customer.book.tier, turn.world.programme
    name, key = _name(turn, tier.level), f"review@{turn.now}"
    least = programme.thresholds[tier.level :][:1]  # none: the ladder is shorter by now
    missing = least[0] - keeping(turn, review) if least else None
    figures: dict[str, Any] = {"tier": name, "until": until, "missing": missing}
    turn.say("Tier Downgrade Warned", name, key, (because,), **figures)


def _counted(turn: Turn, since: float) -> int:
    """What the ladder counts, from a moment on."""
    count = earned_since if turn.world.programme.tiers.by == "points" else spent_since
    return count(turn.customer, since)


def _since(turn: Turn, at: float) -> float:
    """Where the window begins that counts at a moment."""
    programme = turn.world.programme
    if programme.tiers.window == "calendar":
        return period(at, programme.tiers.period, programme.zone_info)[0]
    return months_before(at, MONTHS, programme.zone_info)


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


def _hold(turn: Turn, until: float) -> None:
    """Valid until then (s). Where it is too late to look ahead, the grace alone warns."""
    tier, days = turn.customer.book.tier, turn.world.programme.tiers.warn_days
    look = until - days * DAY
    tier.until, tier.look = until, look if days and turn.now < look < NEVER else 0.0


def _move(
    turn: Turn, level: int, name: str, key: str, because: tuple[str, ...] = (), *, until: float
) -> None:
    tier = turn.customer.book.tier
    figures: dict[str, Any] = {"before": _name(turn, tier.level), "tier": _name(turn, level)}
    tier.level, tier.grace = level, 0.0
    _hold(turn, until)
    for order in turn.customer.book.orders.values():
        if order.lifted > level:
            order.lifted = 0
    turn.say(name, _name(turn, level), f"{key}@{level}", because, **figures)


def _name(turn: Turn, level: int) -> str:
    steps = turn.world.programme.tiers.steps
    return steps[min(level, len(steps) - 1)].id if steps else ""
