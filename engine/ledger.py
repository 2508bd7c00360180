"""The points ledger of one customer: lots that are pending, available or reserved, and the debt.

Balances are a fold over what is said here (DOMAIN: ledger). For ever true, checked by `balanced`:
issued + restored = pending + available + reserved − debt + redeemed + expired + reversed.
`engine.redemptions` spends, `engine.tender` gives back what returned goods were paid with.
"""

from typing import Any

from engine import notices
from engine.dates import DAY, NEVER, months_later_rounded_up
from engine.events import Correction
from engine.state import Customer, Ledger, Lot
from engine.totals import post
from engine.turn import Turn


def available(ledger: Ledger) -> int:
    """Points that may be spent now (≥ 0)."""
    return sum(lot.available for lot in ledger.lots)


def pending(ledger: Ledger) -> int:
    """Points that wait for the return window to close (≥ 0)."""
    return sum(lot.pending for lot in ledger.lots)


def reserved(ledger: Ledger) -> int:
    """Points held for a redemption under way (≥ 0)."""
    return sum(lot.reserved for lot in ledger.lots)


def balanced(ledger: Ledger) -> bool:
    """Whether every point ever issued is accounted for."""
    here = pending(ledger) + available(ledger) + reserved(ledger) - ledger.debt
    gone = ledger.redeemed + ledger.expired + ledger.reversed
    return ledger.issued + ledger.restored == here + gone


def earn(turn: Turn, order: str, points: int, at: float, **more: Any) -> None:
    """Points for an order, pending until the return window closes. at: event time.

    more: further figures of the decision.
    """
    if points <= 0:
        return
    lot = _lot(turn, order, at)
    lot.matures = at + turn.world.programme.points.pending_days * DAY
    lot.pending += points
    turn.customer.book.ledger.issued += points
    post(turn, issued=points)
    times: dict[str, Any] = {"matures": lot.matures, "expires": lot.expires}
    turn.say("Points Pending", "points", order, points=points, order_id=order, **times, **more)


def credit(turn: Turn, source: str, points: int, at: float, rule: str, **more: Any) -> None:
    """Points that are available at once: the worth of a reward. at: event time that earned it.

    more: further figures of the decision.
    """
    lot = _lot(turn, source, at)
    lot.available += points
    turn.customer.book.ledger.issued += points
    post(turn, issued=points, released=points)
    repaid = repay(turn, lot)
    figures: dict[str, Any] = {"points": points, "source": source, "expires": lot.expires}
    turn.say("Points Earned", rule, f"{source}@{turn.cause}", **figures, repaid=repaid, **more)


def reverse(turn: Turn, source: str, points: int, rule: str, key: str, **more: Any) -> None:
    """Take back points of a source.

    From its pending, its available, then other lots, latest expiry first; what is left is debt, as
    far as the programme lets a clawback go (`points.debt`). more: further figures of the decision.
    """
    _take_back(turn, source, points, rule, key, turn.world.programme.points.debt, more)


def _take_back(
    turn: Turn, source: str, points: int, rule: str, key: str, mode: str, more: dict[str, Any]
) -> None:
    if points <= 0:
        return
    ledger = turn.customer.book.ledger
    unmet = points - _taken(ledger, source, points, spare=mode == "pending_only")
    owed = unmet if mode == "debt" else 0
    points -= unmet - owed
    ledger.debt += owed
    ledger.reversed += points
    post(turn, reversed=points, debt=owed)
    sweep(ledger)
    if unmet > owed:
        more = {**more, "forgiven": unmet - owed}
    figures: dict[str, Any] = {"points": points, "source": source, "debt": ledger.debt}
    turn.say("Points Reversed", rule, key, **figures, **more)


def _taken(ledger: Ledger, source: str, points: int, *, spare: bool) -> int:
    """How many points the lots give. spare: only those that the source has pending."""
    own = [lot for lot in ledger.lots if lot.source == source]
    others = [lot for lot in ledger.lots if lot.source != source]
    others.sort(key=lambda lot: (-lot.expires, lot.source))
    rest = points
    for lot in own:
        taken = min(rest, lot.pending)
        lot.pending -= taken
        rest -= taken
    for lot in () if spare else (*own, *others):
        taken = min(rest, lot.available)
        lot.available -= taken
        rest -= taken
    return points - rest


def correct(turn: Turn, ident: str, points: int, at: float, by: Correction) -> None:
    """Give or take points by hand. ident: the command's own.

    What cannot be taken is debt, or is let go where the programme knows no debt.
    """
    source, because = f"correction:{ident}", {"actor": by.actor, "reason": by.reason}
    if points > 0:
        credit(turn, source, points, at, "correction", **because)
    else:
        mode = "debt" if turn.world.programme.points.debt == "debt" else "balance"
        _take_back(turn, source, -points, "correction", source, mode, because)


def repay(turn: Turn, lot: Lot) -> int:
    """New points repay debt first; returns how many did.

    They were counted as reversed when the debt arose, so they leave both sides of the balance.
    """
    ledger = turn.customer.book.ledger
    repaid = min(ledger.debt, lot.available)
    lot.available -= repaid
    ledger.debt -= repaid
    if repaid:
        post(turn, debt=-repaid)
    return repaid


def sweep(ledger: Ledger) -> None:
    """Drop lots of which nothing is left."""
    ledger.lots = [lot for lot in ledger.lots if lot.pending or lot.available or lot.reserved]


def soonest(lot: Lot) -> tuple[float, float, str]:
    """The order in which lots are spent: soonest to expire, then earliest earned."""
    return (lot.expires, lot.earned, lot.source)


def due(customer: Customer[Any]) -> float:
    """When the next lot matures or lapses. What is reserved does not expire."""
    return min([_moment(lot) for lot in customer.book.ledger.lots], default=NEVER)


def fire(turn: Turn) -> None:
    """Release what has matured, expire what has lapsed."""
    ledger = turn.customer.book.ledger
    for lot in sorted(ledger.lots, key=soonest):
        if lot.pending and lot.matures <= turn.now:
            _mature(turn, lot)
        if lot.available and lot.expires <= turn.now:
            _expire(turn, lot)
    sweep(ledger)


def _moment(lot: Lot) -> float:
    return min(lot.matures if lot.pending else NEVER, lot.expires if lot.available else NEVER)


def _lot(turn: Turn, source: str, at: float) -> Lot:
    """The source's lot, which there is one of: a reward may be given, revoked and given again."""
    programme, ledger = turn.world.programme, turn.customer.book.ledger
    lot = next((lot for lot in ledger.lots if lot.source == source), None)
    if lot is None:
        lot = Lot(source, at, at, at)
        ledger.lots.append(lot)
    lot.expires = months_later_rounded_up(at, programme.points.expire_months, programme.zone_info)
    notices.plan(turn)
    return lot


def _mature(turn: Turn, lot: Lot) -> None:
    points, lot.pending = lot.pending, 0
    lot.available += points
    post(turn, released=points)
    repaid = repay(turn, lot)
    turn.say(
        "Points Released", "points", lot.source, points=points, source=lot.source, repaid=repaid
    )


def _expire(turn: Turn, lot: Lot) -> None:
    points, lot.available = lot.available, 0
    turn.customer.book.ledger.expired += points
    post(turn, expired=points)
    key = f"{lot.source}@{turn.now}"
    turn.say("Points Expired", "points", key, points=points, source=lot.source)
