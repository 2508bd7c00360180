"""What we say: decisions and matured answers, as values with deterministic ids."""

from typing import Any, Final

from msgspec import Struct

from engine.events import Happening

NAMES: Final = (
    "Points Pending",
    "Points Earned",
    "Points Released",
    "Points Reserved",
    "Points Redeemed",
    "Points Reversed",
    "Points Expired",
    "Points Expiring",
    "Points Restored",
    "Redemption Refused",
    "Redemption Released",
    "Reward Unlocked",
    "Reward Reserved",
    "Reward Released",
    "Reward Redeemed",
    "Reward Refused",
    "Reward Revoked",
    "Reward Expired",
    "Tier Upgraded",
    "Tier Downgraded",
    "Tier Downgrade Warned",
    "Challenge Enrolled",
    "Challenge Progressed",
    "Challenge Completed",
    "Challenge Rolled Back",
    "Challenge Expired",
    "Reward Offered",
    "Referral Qualified",
    "Referral Rejected",
    "Segment Entered",
    "Segment Left",
    "Tag Added",
    "Tag Removed",
    "Action Decided",
    "Message Decided",
    "Message Deferred",
    "Message Suppressed",
    "Experiment Exposed",
    "Experiment Measured",
    "Experiment Excluded",
)
"""Every name that a decision can have."""


class Decision(Struct, frozen=True):
    """One thing that was decided, and why.

    id: deterministic, so that a repeat is known as one. cause: the message id, or the timer, that
    led to it. programme: the version that held. rule: the part of the programme. at: log time (s).
    because: reason codes. properties: the figures; where a score had a say, the scores and the
    model versions.
    """

    id: str
    event: str
    customer: str
    cause: str
    programme: str
    rule: str
    at: float
    because: tuple[str, ...] = ()
    properties: dict[str, Any] = {}


class Outcome(Struct, frozen=True):
    """A matured training example: the inputs as they were when it was asked, and the answer.

    asked, answered: log time (s). score: what the model said then. weight: how many examples it
    stands for.
    """

    id: str
    customer: str
    model: str
    version: str
    schema: str
    asked: float
    answered: float
    inputs: list[float]
    answer: bool
    score: float
    weight: float = 1.0


class Dispatch(Struct, frozen=True):
    """A command for another customer: it goes through the outbox into the log, and is folded there.

    id: deterministic; the message id, so that a repeat has no effect. event: a `Command`'s name.
    whole: an event that is handed on as it is, with its own id and name.
    """

    id: str
    to: str
    event: str
    properties: dict[str, Any] = {}
    whole: Happening | None = None


class Effects(Struct, frozen=True, gc=False):
    """All that one step leads to.

    notes: what the flows count (repeats, late events, flags). moved: points by day and kind of
    entry (`engine.totals`).
    """

    decisions: list[Decision]
    outcomes: list[Outcome]
    notes: list[str]
    dispatches: list[Dispatch] = []
    moved: dict[str, dict[str, int]] = {}
