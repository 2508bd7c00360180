"""Paying for an order with points, and giving them back when it is returned (DOMAIN: refunds).

A payment that is refused never holds the order up: the goods are sold. Points come back to the lots
that they were taken from, with their expiry; where that has passed, to a lot of 30 days.
"""

from typing import Any

from engine import notices
from engine.dates import DAY
from engine.events import Basket
from engine.ledger import repay, sweep
from engine.redemptions import claim, commit, known, reserve, take
from engine.state import Burnt, Lot, Order
from engine.totals import post
from engine.turn import Turn


def pay(turn: Turn, basket: Basket) -> list[Burnt]:
    """Spend what an order says it was paid with; returns what was taken, and from where.

    A reservation that it names is committed; without one, the points are spent at once.
    """
    ledger, stated = turn.customer.book.ledger, basket.points_spent
    if basket.redemption_id is None and not stated:
        return []
    redemption = basket.redemption_id or f"order:{basket.order_id}"
    if turn.world.programme.points.source == "shop" and turn.customer.known:
        burnt = _as_stated(turn, redemption, stated)
    else:
        burnt = _asked(turn, redemption, stated)
    if not ledger.settled.get(redemption):
        turn.note("redemption_refused")
    elif stated is not None and stated != sum(points for _, points, _ in burnt):
        turn.note("points_disagree")
    return burnt


def restore(turn: Turn, ident: str, order: Order, key: str) -> None:
    """Give back what an order was paid with, as far as it has come back. key: the refund's."""
    points = _owed(turn, order) - (order.spent - sum(part for _, part, _ in order.burned))
    if points <= 0:
        return
    lapsed = sum(_put_back(turn, ident, order, part) for part in _unburnt(order, points))
    ledger = turn.customer.book.ledger
    ledger.restored += points
    post(turn, restored=points)
    before = ledger.debt
    for lot in ledger.lots:
        repay(turn, lot)
    sweep(ledger)
    notices.plan(turn)
    figures: dict[str, Any] = {"points": points, "order_id": ident, "lapsed": lapsed}
    repaid = before - ledger.debt
    turn.say("Points Restored", "points", f"{ident}/{key}", **figures, repaid=repaid)


def _asked(turn: Turn, redemption: str, stated: int | None) -> list[Burnt]:
    """By the rules of every redemption: nobody pays with what they do not have."""
    ledger = turn.customer.book.ledger
    if stated and not known(ledger, redemption):
        reserve(turn, redemption, stated)
        if not known(ledger, redemption):
            return []
    if not ledger.settled.get(redemption):
        commit(turn, redemption)
    return claim(ledger, redemption)


def _as_stated(turn: Turn, redemption: str, stated: int | None) -> list[Burnt]:
    """By the shop's word: what its reservation did not take is taken besides."""
    ledger = turn.customer.book.ledger
    if known(ledger, redemption) and redemption not in ledger.settled:
        commit(turn, redemption)
    burnt = claim(ledger, redemption)
    rest = (stated or 0) - sum(points for _, points, _ in burnt)
    if rest > 0 and (burnt or not ledger.settled.get(redemption)):
        own = f"{redemption}+" if burnt else redemption
        return burnt + take(turn, own, rest)
    return burnt


def _owed(turn: Turn, order: Order) -> int:
    """Points that should have come back by now: by pieces where nothing was paid in money."""
    mode = turn.world.programme.points.restore
    if mode == "never" or not order.spent:
        return 0
    if order.empty:
        return order.spent
    if mode == "full":
        return 0
    whole, left = sum(line.net for line in order.lines), order.kept
    if not whole:
        whole = sum(line.quantity for line in order.lines)
        left = whole - sum(line.returned for line in order.lines)
    return order.spent * (whole - left) // whole


def _unburnt(order: Order, points: int) -> list[Burnt]:
    """So many of the points that it was paid with, those that last longest first."""
    found = []
    while points and order.burned:
        source, part, expires = order.burned.pop()
        back = min(points, part)
        points -= back
        found.append((source, back, expires))
        if part > back:
            order.burned.append((source, part - back, expires))
    return found


def _put_back(turn: Turn, ident: str, order: Order, part: Burnt) -> int:
    """Into the lot that they came from; returns how many of them had lapsed since."""
    source, points, expires = part
    lapsed = expires <= turn.now
    if lapsed:
        days = turn.world.programme.points.restored_days
        source, expires = f"restored:{ident}", turn.now + days * DAY
    ledger = turn.customer.book.ledger
    lot = next((lot for lot in ledger.lots if lot.source == source), None)
    if lot is None:
        lot = Lot(source, order.at, order.at, expires)
        ledger.lots.append(lot)
    elif lapsed:
        lot.expires = expires
    lot.available += points
    return points if lapsed else 0
