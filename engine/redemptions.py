"""Spending points in two phases: reserve for the length of a lease, then commit or release.

Each redemption has the shop's own id, so a repeat has no second effect (DOMAIN: ledger).
"""

from typing import Any, Final

from engine.dates import MINUTE, NEVER
from engine.ledger import available, repay, soonest, sweep
from engine.state import Burnt, Customer, Hold, Ledger
from engine.totals import post
from engine.turn import Turn

KEPT: Final = 64
"""Redemptions remembered per customer once they are over; the newest stay."""
CLAIMABLE: Final = 4
"""Redemptions of which it is remembered what they took, until an order names them."""


def reserve(turn: Turn, redemption: str, points: int) -> None:
    """Set points aside, soonest to expire first.

    Refused with a reason when there are too few, or any debt.
    """
    ledger = turn.customer.book.ledger
    if known(ledger, redemption):
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
        points = _settle(turn, hold, spent=True)
        ledger.redeemed += points
        post(turn, redeemed=points)
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
    points = _settle(turn, hold, spent=False)
    figures: dict[str, Any] = {"points": points, "redemption_id": redemption}
    turn.say("Redemption Released", "points", redemption, (because,), **figures)


def known(ledger: Ledger, redemption: str) -> bool:
    """Whether it has been asked for, and is not forgotten."""
    return _held(ledger, redemption) is not None or redemption in ledger.settled


def take(turn: Turn, redemption: str, points: int) -> list[Burnt]:
    """Spend at once what the shop says was spent, whether it was there or not; returns from where.

    What was not there is debt, and has no lot.
    """
    ledger = turn.customer.book.ledger
    hold = Hold(redemption, turn.now, _take(ledger, points))
    short = points - sum(part for _, part in hold.taken)
    ledger.holds.append(hold)
    _settle(turn, hold, spent=True)
    ledger.redeemed += points
    ledger.debt += short
    post(turn, redeemed=points, debt=short)
    figures: dict[str, Any] = {"points": points, "redemption_id": redemption}
    turn.say("Points Redeemed", "points", redemption, ("stated",), **figures, short=short)
    if short:
        turn.note("points_beyond_balance")
    return claim(ledger, redemption) + ([("", short, 0.0)] if short else [])


def claim(ledger: Ledger, redemption: str) -> list[Burnt]:
    """What a redemption took, for the one order that it paid for; nothing if another has it."""
    return ledger.spent.pop(redemption, [])


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


def _settle(turn: Turn, hold: Hold, *, spent: bool) -> int:
    """End a hold; returns its points, which are gone or available again."""
    ledger = turn.customer.book.ledger
    lots = {lot.source: lot for lot in ledger.lots}
    burnt = [(source, points, lots[source].expires) for source, points in hold.taken]
    for source, points in hold.taken:
        lot = lots[source]
        lot.reserved -= points
        if not spent:
            lot.available += points
            repay(turn, lot)
    ledger.holds.remove(hold)
    _remember(ledger, hold.redemption, burnt if spent else None)
    sweep(ledger)
    return sum(points for _, points in hold.taken)


def _remember(ledger: Ledger, redemption: str, burnt: list[Burnt] | None) -> None:
    ledger.settled[redemption] = burnt is not None
    if burnt:
        ledger.spent[redemption] = burnt
    for oldest in list(ledger.settled)[:-KEPT]:
        del ledger.settled[oldest]
    for oldest in list(ledger.spent)[:-CLAIMABLE]:
        del ledger.spent[oldest]
