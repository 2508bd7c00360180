"""The kinds of challenge.

A new one: a file, its class in `Kind` and `KINDS`, and one story; the law battery comes for free.
"""

from collections.abc import Iterable

from engine.challenges.base import Challenge, Deed
from engine.challenges.count import Count
from engine.challenges.spend import Spend
from engine.challenges.tally import Tally

Kind = Count | Spend
KINDS: tuple[type[Challenge], ...] = (Count, Spend)

__all__ = ["KINDS", "Challenge", "Count", "Deed", "Kind", "Spend", "Tally", "actions"]


def actions(challenges: Iterable[Challenge]) -> frozenset[str]:
    """The events that count for any of these, besides orders."""
    triggers = frozenset[str | None]().union(*(each.triggers for each in challenges))
    return frozenset(action for action in triggers if action is not None)
