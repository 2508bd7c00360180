"""What a policy would like to do, what can be said against it, and how it chooses among ways."""

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct

from engine.programme import PolicyRule, Variant
from engine.turn import Turn

MARKETING: Final = "marketing"
ONSITE: Final = "onsite"


class Bid(Struct, frozen=True):
    """One policy that wants to speak.

    since: when it first wanted to (s); later than that only if deferred.
    """

    rule: PolicyRule
    since: float


class Objection(Struct, frozen=True):
    """Why not. until: not now, but perhaps then (s); zero: not at all."""

    because: str
    until: float = 0.0


class Guard(Protocol):
    """A gate that every message passes. New ones: a file, and a place in `GUARDS`."""

    def objects(self, bid: Bid, turn: Turn) -> Objection | None:
        """What this gate has against the bid; None: nothing."""


Odds = Sequence[tuple[Variant, float]]
"""Candidates and the probability of each; they add up to 1."""


class Chooser(Protocol):
    """Gives the odds of a policy's variants; the draw is elsewhere, so the odds can be recorded.

    New ones: a file, and a place in `CHOOSERS`.
    """

    def odds(self, candidates: Sequence[Variant], turn: Turn) -> Odds:
        """The candidates (at least one) in their order, with the probability of each."""
