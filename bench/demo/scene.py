"""All that is to be seen at one moment, as plain values: what the views draw."""

from msgspec import Struct

from bench.demo.followed import Moment


class Kind(Struct, frozen=True):
    """A kind of decision: how many a (real) second, and how many so far."""

    name: str
    rate: float
    total: int


class Said(Struct, frozen=True):
    """A decision in words."""

    when: str
    who: str
    what: str
    why: str


class Quality(Struct, frozen=True):
    """How well a model predicts. base: the log loss of somebody who knows the base rate alone."""

    model: str
    labels: int
    log_loss: float
    base: float
    auc: float
    versions: int


class Member(Struct, frozen=True):
    """The member who is followed. gone: the day on which they left, empty before it."""

    who: str
    tier: str
    points: int
    pending: int
    challenges: tuple[str, ...]
    moments: tuple[Moment, ...]
    orders: tuple[float, ...]
    messages: tuple[float, ...]
    gone: str = ""


class Scene(Struct, frozen=True):
    """One moment of the demo.

    date: in words. now, start, end: of the town's time (Unix s). days, speed: of the town's time in
    all, and in a second. rate: events a second; lag: records not yet folded. p50, p99: from fetched
    to readable (s). behind: how long the oldest unsent event is due (days). notice: news of the
    parts.
    """

    title: str
    date: str
    now: float
    start: float
    end: float
    days: int
    speed: float
    rate: float
    events: int
    lag: int
    p50: float
    p99: float
    behind: float
    kinds: tuple[Kind, ...]
    latest: tuple[Said, ...]
    models: tuple[Quality, ...]
    member: Member
    notice: str = ""

    @property
    def day(self) -> int:
        """Which day it is in the town, from 1."""
        return min(
            self.days, 1 + int((self.now - self.start) * self.days / (self.end - self.start))
        )

    @property
    def late(self) -> bool:
        """Whether events are sent more than a (real) second after their time."""
        return self.behind > self.speed

    @property
    def share(self) -> float:
        """How much of the time has gone by (0 to 1)."""
        return min(1.0, max(0.0, (self.now - self.start) / (self.end - self.start)))
