"""Spending points in two phases: reserve for the length of a lease, then commit or release.

Each redemption has the shop's own id, so a repeat has no second effect (DOMAIN: ledger).
"""

from typing import Any, Final

from engine.dates import MINUTE, NEVER
from engine.ledger import available, repay, soonest, sweep
from engine.state import Customer, Hold, Ledger
from engine.turn import Turn

KEPT: Final = 64
"""Redemptions remembered per customer once they are over; the newest stay."""


def reserve(turn: Turn, redemption: str, points: int) -> None:
    """Set points aside, soonest to expire first.

    Refused with a reason when there are too few, or any debt.
    """
    ledger = turn.customer.book.ledger
    if _held(ledger, redemption) is not None or redemption in ledger.settled:
        turn.note("repeat")
        return
    reason = _objection(turn.customer, points)
    if reason is not None:
        _refuse(turn, redemption, reason)
        return
    until = turn.now + turn.world.programme.points.lease_minutes * MINUTE
    ledger.holds.append(Hold(redemption, until, _take(ledger, points)))
    figures: dict[str, Any] = {"points": points, "until": until, "redemption_id": redemption}
    turn.say("Points Reserved", "points", redemption, **figures)


def commit(turn: Turn, redemption: str) -> None:
    """Spend what was set aside; refused where nothing is, for one because the lease has lapsed."""
    ledger = turn.customer.book.ledger
    hold = _held(ledger, redemption)
    if hold is not None:
        points = _settle(ledger, hold, spent=True)
        ledger.redeemed += points
        turn.say("Points Redeemed", "points", redemption, points=points, redemption_id=redemption)
    elif ledger.settled.get(redemption):
        turn.note("repeat")
    else:
        released = redemption in ledger.settled
        _refuse(turn, redemption, "released" if released else "nothing_reserved")


def release(turn: Turn, redemption: str, because: str) -> None:
    """Give back what was set aside: asked for, or the lease has lapsed."""
    hold = _held(turn.customer.book.ledger, redemption)
    if hold is None:
        turn.note("repeat")
        return
    points = _settle(turn.customer.book.ledger, hold, spent=False)
    figures: dict[str, Any] = {"points": points, "redemption_id": redemption}
    turn.say("Redemption Released", "points", redemption, (because,), **figures)


def due(customer: Customer[Any]) -> float:
    """When the next lease ends."""
    return min((hold.until for hold in customer.book.ledger.holds), default=NEVER)


def fire(turn: Turn) -> None:
    """Leases lapse."""
    for hold in [hold for hold in turn.customer.book.ledger.holds if hold.until <= turn.now]:
        release(turn, hold.redemption, "lease_lapsed")


def _objection(customer: Customer[Any], points: int) -> str | None:
    if not customer.known:
        return "not_a_member"
    if points == 0:
        return "no_points"
    if customer.book.ledger.debt > 0:
        return "debt"
    return "too_few_points" if available(customer.book.ledger) < points else None


def _refuse(turn: Turn, redemption: str, reason: str) -> None:
    figures: dict[str, Any] = {
        "available": available(turn.customer.book.ledger),
        "redemption_id": redemption,
    }
    key = f"{redemption}@{turn.cause}"
    turn.say("Redemption Refused", "points", key, (reason,), **figures)


def _take(ledger: Ledger, points: int) -> list[tuple[str, int]]:
    taken: list[tuple[str, int]] = []
    for lot in sorted(ledger.lots, key=soonest):
        part = min(points, lot.available)
        if part:
            lot.available -= part
            lot.reserved += part
            points -= part
            taken.append((lot.source, part))
    return taken


def _held(ledger: Ledger, redemption: str) -> Hold | None:
    return next((hold for hold in ledger.holds if hold.redemption == redemption), None)


def _settle(ledger: Ledger, hold: Hold, *, spent: bool) -> int:
    """End a hold; returns its points, which are gone or available again."""
    lots = {lot.source: lot for lot in ledger.lots}
    for source, points in hold.taken:
        lot = lots[source]
        lot.reserved -= points
        if not spent:
            lot.available += points
            repay(ledger, lot)
    ledger.holds.remove(hold)
    ledger.settled[hold.redemption] = spent
    for oldest in list(ledger.settled)[:-KEPT]:
        del ledger.settled[oldest]
    sweep(ledger)
    return sum(points for _, points in hold.taken)
