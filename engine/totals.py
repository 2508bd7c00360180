"""What every step moves in the books of the programme: points are a liability (DOMAIN: accounting).

Counted where the ledger moves, so that other events pay nothing for it. The days are the
programme's own, by log time, and a timer's points belong to the day of its own moment.
"""

from collections.abc import Mapping
from typing import Final

from engine.dates import local
from engine.turn import Turn

ENTRIES: Final = ("issued", "released", "redeemed", "expired", "reversed", "restored", "debt")
"""Kinds of entries (points). `released`: became spendable. `debt`: grew, or below 0: was repaid."""


def post(turn: Turn, **points: int) -> None:
    """Book points under the kinds of their entries."""
    day = local(turn.now, turn.world.programme.zone_info).date().isoformat()
    page = turn.moved.setdefault(day, {})
    for kind, amount in points.items():
        page[kind] = page.get(kind, 0) + amount


def outstanding(moved: Mapping[str, int]) -> int:
    """How far these entries move the points that members hold: pending, available and reserved.

    >>> outstanding({"issued": 50, "reversed": 30, "debt": 10})
    30
    """
    came = sum(moved.get(kind, 0) for kind in ("issued", "restored", "debt"))
    return came - sum(moved.get(kind, 0) for kind in ("redeemed", "expired", "reversed"))
