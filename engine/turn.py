"""One step in the making: whose it is, what holds, when, and what has been said so far."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from engine.chance import digest
from engine.dates import zone
from engine.decisions import Decision, Dispatch, Effects, Outcome
from engine.events import Happening
from engine.state import Customer

if TYPE_CHECKING:
    from engine.budgets import Purse
    from engine.world import World


class Turn(Struct, gc=False):
    """What every rule is handed.

    now: log time (s), or the moment at which a timer was due. cause: the message id or the timer.
    numbers: the features as they are now, in the catalogue's order, once the mind has scored.
    heard: how many of the decisions policies have been shown already.
    stirred: a timer may have moved although nothing was said.
    purse: the partition's budgets; None: there are none. timed: a timer brought this about. When
    it fires depends on who else is due, so it leaves budgets alone and sends a command instead.
    looked: how many of the decisions have been looked at for what they show of experiments.
    moved: what `engine.totals` posted.
    Rules change `customer` and `say` what they did; nothing else leaves a step.
    """

    world: "World"
    customer: Customer[Any]
    who: str
    now: float
    cause: str
    decisions: list[Decision]
    outcomes: list[Outcome]
    notes: list[str]
    numbers: list[float] = []
    stirred: bool = False
    dispatches: list[Dispatch] = []
    purse: "Purse | None" = None
    timed: bool = False
    looked: int = 0
    heard: int = 0
    moved: dict[str, dict[str, int]] = {}

    def say(
        self, name: str, rule: str, key: str, because: tuple[str, ...] = (), **properties: Any
    ) -> str:
        """Record a decision; its id is returned.

        key: what it is about. Name and key make the id, whichever event brought it about: a key
        that can come again carries the cause.
        """
        ident = digest(self.who, name, key)
        version = self.world.programme.version
        about = (name, self.who, self.cause, version, rule, self.now)
        self.decisions.append(Decision(ident, *about, because, properties))
        return ident

    def dispatch(self, to: str, event: str, key: str, **properties: Any) -> None:
        """Tell another customer something. key: what it is about, as in `say`."""
        ident = digest(self.who, event, to, key)
        self.dispatches.append(Dispatch(ident, to, event, properties))

    def hand_on(self, to: str, event: Happening, name: str) -> None:
        """Let an event happen to the one whom it is about now; its id and its moment stay."""
        at = datetime.fromtimestamp(min(event.at(self.now), self.now), UTC)
        whole = replace(event, user_id=to, anonymous_id=None, timestamp=at)
        self.dispatches.append(Dispatch(event.message_id, to, name, whole=whole))

    def note(self, what: str) -> None:
        """Something to be counted, not a decision."""
        self.notes.append(what)

    @property
    def zone(self) -> ZoneInfo:
        """The member's zone, else the programme's."""
        return zone(self.customer.zone) or self.world.programme.zone_info

    def effects(self) -> Effects:
        """All that this step led to."""
        return Effects(self.decisions, self.outcomes, self.notes, self.dispatches, self.moved)
