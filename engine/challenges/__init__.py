"""The kinds of challenge.

A new one: a file, its class in `Kind` and `KINDS`, and one story; the law battery comes for free.
"""

from collections.abc import Iterable

from engine.challenges.base import Challenge, Deed
from engine.challenges.collection import Collection
from engine.challenges.count import Count
from engine.challenges.referral import Referral
from engine.challenges.sequence import Sequence, Step
from engine.challenges.spend import Spend
from engine.challenges.streak import Streak
from engine.challenges.tally import Tally

Kind = Count | Spend | Collection | Streak | Sequence | Referral
KINDS: tuple[type[Challenge], ...] = (Count, Spend, Collection, Streak, Sequence, Referral)

__all__ = [
    "KINDS", "Challenge", "Collection", "Count", "Deed", "Kind", "Referral", "Sequence", "Spend",
    "Step", "Streak", "Tally", "actions",
]  # fmt: skip


def actions(challenges: Iterable[Challenge]) -> frozenset[str]:
    """The events that count for any of these, besides orders."""
    triggers = frozenset[str | None]().union(*(each.triggers for each in challenges))
    return frozenset(action for action in triggers if action is not None)
