"""What the log has published: the programme, the models, and when each began to hold."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

from engine.challenges import Challenge
from engine.events import Happening
from engine.models import Snapshot
from engine.programme import Programme
from engine.state import Customer
from engine.turn import Turn

if TYPE_CHECKING:
    from engine.market import Prices


class Happened(Struct, frozen=True, gc=False):
    """An event as the ledger has posted it; this is what features and policies see.

    name: today's name. at: event time (s), never beyond the log time. late: too late for messages.
    money: minor units that it added to (or, below zero, took from) what the customer has paid.
    ordered: event time of the order concerned.
    """

    name: str
    event: Happening
    at: float
    late: bool = False
    money: int = 0
    ordered: float = 0.0


class Part(Protocol):
    """Something with timers. It says when the next is due and, when it is, does it."""

    def due(self, customer: Customer[Any]) -> float:
        """When the next timer fires (s; never: infinity)."""

    def fire(self, turn: Turn) -> None:
        """Do what is due at `turn.now`; afterwards `due` must lie later."""


class Mind(Protocol):
    """What features and policies contribute. Handed in, because the engine may not import them.

    Whoever sets a timer outside of its part's `fire` lowers `customer.due` to it at once: not every
    event is followed by a look at all timers.
    """

    parts: Mapping[str, Part]

    def newcomer(self) -> Any:
        """A customer's empty memory."""

    def welcome(self, customer: Customer[Any], who: str, now: float) -> None:
        """A customer at first sight: set the clock on which the models are asked."""

    def fold(self, turn: Turn, happened: Happened) -> None:
        """Move the features."""

    def merge(self, customer: Customer[Any], memory: Any) -> None:
        """Take in the memory, as data, of somebody who turned out to be this customer."""

    def score(self, turn: Turn) -> None:
        """Ask the models, with the features as they are now."""

    def decide(self, turn: Turn, happened: Happened) -> None:
        """Ask the policies that this event can touch."""

    def under(self, programme: Programme) -> "Mind":
        """The same for a programme that differs from this one's in a few values."""

    def react(self, turn: Turn) -> None:
        """Timers have led to decisions: ask the policies that these set off."""

    def favourite(self, customer: Customer[Any], target: str) -> str:
        """The favourite_category or favourite_brand as it is now; empty: none is known."""

    def affinity(self, customer: Customer[Any]) -> Mapping[str, Any]:
        """Tastes, for the profile that on-site code reads."""

    def scores(self, customer: Customer[Any]) -> str:
        """Scores by model as JSON, for the profile that on-site code reads."""


class World(Struct, frozen=True):
    """One state of what is published. since: log time (s) from which it holds.

    before: what held earlier, so that a timer that fires late still meets the world of its own
    moment, and extra or missing ticks change nothing. versions: every definition of a challenge
    that anybody may still be enrolled in. actions: the events that these count besides orders.
    prices: what dynamic rewards are worth (`engine.market`).
    members: the worlds of those in an arm that changes anything, made when they are first met
    (`engine.experiments`); the same for ever, so that it is no state.
    """

    programme: Programme
    mind: Mind
    models: Mapping[str, Snapshot] = {}
    since: float = 0.0
    before: "World | None" = None
    versions: Mapping[str, Challenge] = {}
    actions: frozenset[str] = frozenset()
    prices: "Prices" = {}
    members: dict[tuple[str, ...], "World"] = field(default_factory=dict)

    def at(self, moment: float) -> "World":
        """The world in which a timer due at this moment fires."""
        world = self
        while world.before is not None and moment <= world.since:
            world = world.before
        return world
