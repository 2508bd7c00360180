"""A message that would like to be sent, and what can be said against it."""

from typing import Final, Protocol

from msgspec import Struct

from engine.programme import PolicyRule
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
