"""Notices that points are about to expire: so many days ahead, one for all lots of one expiry.

A notice is given at its own moment or not at all, so never twice; what came after it is told at the
next one.
"""

from typing import Any

from engine.dates import DAY, NEVER
from engine.state import Customer, Lot
from engine.turn import Turn


def plan(turn: Turn) -> None:
    """Look when the next notice is due; called when a lot has come or another expiry holds."""
    ledger = turn.customer.book.ledger
    moments = [moment for lot in ledger.lots for moment in _moments(turn, lot)]
    ledger.notice = min((moment for moment in moments if moment > turn.now), default=NEVER)


def due(customer: Customer[Any]) -> float:
    """When the next notice is due."""
    return customer.book.ledger.notice


def fire(turn: Turn) -> None:
    """Tell of what is left by now, the lots of one expiry together."""
    lots = [lot for lot in turn.customer.book.ledger.lots if lot.available]
    for expires in sorted({lot.expires for lot in lots if turn.now in _moments(turn, lot)}):
        points = sum(lot.available for lot in lots if lot.expires == expires)
        days = round((expires - turn.now) / DAY)
        figures: dict[str, Any] = {"points": points, "expires": expires, "days": days}
        turn.say("Points Expiring", "points", f"{expires}-{days}", **figures)
    plan(turn)


def _moments(turn: Turn, lot: Lot) -> list[float]:
    return [lot.expires - days * DAY for days in turn.world.programme.points.notice_days]
