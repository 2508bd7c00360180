"""Who is told or given what, when."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from engine.programme.types import Channel, Clock, Days, Purpose, Share, Weekday
from engine.strict import Name, Strict

NOTHING: Final = "nothing"
"""The word for `cancel_on` where no event takes the reason of a message away."""


class Crossing(Strict, frozen=True):
    """A score that rises over a line and stays there for so many evaluations.

    It is left again only under `falls`; see policies/triggers.
    """

    model: Name
    rises: Share
    falls: Share
    evaluations: Annotated[int, Meta(ge=1, le=10)] = 2


class After(Strict, frozen=True):
    """So many hours after an event, counted from the newest of its kind by its own time.

    unless: an event in between that calls it off.
    """

    event: str
    hours: Annotated[float, Meta(gt=0, le=8760)]
    unless: str | None = None


class Schedule(Strict, frozen=True):
    """A time of day where the member is; every day unless the rest says which.

    days: of the week. day: of the month; one that a month has not is its last. yearly: on the
    member's birthday, or on the day on which they enrolled, from the next year on.
    """

    at: Clock = "10:00"
    days: tuple[Weekday, ...] = ()
    day: Annotated[int, Meta(ge=1, le=31)] | None = None
    yearly: Literal["birthday", "enrolment"] | None = None


class Message(Strict, frozen=True):
    """What is said. Liquid templates over the numbers of the catalogue."""

    title: Annotated[str, Meta(max_length=200)]
    body: Annotated[str, Meta(max_length=4000)] = ""


class Offer(Strict, frozen=True):
    """Something that our own pages show to one member for so many days.

    reward: one of the catalogue that it is about.
    """

    title: Annotated[str, Meta(max_length=200)]
    days: Annotated[int, Meta(ge=1, le=366)] = 7
    reward: Name | None = None


class Variant(Strict, frozen=True):
    """One of several ways to do what a policy does. weight: against the others'.

    What it gives stands in the place of what the policy itself gives.
    """

    id: Name
    weight: Annotated[int, Meta(ge=1, le=1000)] = 1
    message: Message | None = None
    reward: Name | None = None
    offer: Offer | None = None


class PolicyRule(Strict, frozen=True):
    """Who is told or given what, when.

    It is set off by one of these: `on`, an event or a decision of ours; `score`, a crossing;
    `entered` and `left`, a segment; `after`, a time since an event; `schedule`, a time of day.
    `when` is a condition on the numbers. What is done: message, reward (unlocked), offer,
    challenge (joined), tag and untag.
    cancel_on: an event after which a deferred message has lost its reason, or "nothing".
    choose: among the variants: the first, one drawn by weight, or that of the member's arm in the
    experiment whose arms have the same ids. priority: the highest is asked
    first; ties in the file's order. slot: of several policies that want one, one step lets one in.
    """

    id: Name
    message: Message | None = None
    on: str | None = None
    score: Crossing | None = None
    entered: Name | None = None
    left: Name | None = None
    after: After | None = None
    schedule: Schedule | None = None
    when: str = "true"
    channel: Channel = "onsite"
    purpose: Purpose = "marketing"
    cool_down_days: Days = 0
    cancel_on: str = "Order Completed"
    reward: Name | None = None
    offer: Offer | None = None
    challenge: Name | None = None
    tag: Name | None = None
    untag: Name | None = None
    variants: tuple[Variant, ...] = ()
    choose: Literal["first", "weighted", "experiment"] = "weighted"
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0
    slot: Name | None = None

    @property
    def deeds(self) -> tuple[str, ...]:
        """What is done besides saying something, by its key."""
        givers = (self, *self.variants)
        given = [key for key in ("reward", "offer") if any(getattr(each, key) for each in givers)]
        own = [key for key in ("challenge", "tag", "untag") if getattr(self, key) is not None]
        return (*given, *own)
