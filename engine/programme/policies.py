"""Who is told what, when."""

from typing import Annotated, Final

from msgspec import Meta

from engine.programme.types import Channel, Days, Purpose, Share
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


class Message(Strict, frozen=True):
    """What is said. Liquid templates over the numbers of the catalogue."""

    title: Annotated[str, Meta(max_length=200)]
    body: Annotated[str, Meta(max_length=4000)] = ""


class PolicyRule(Strict, frozen=True):
    """Who is told what, when.

    `on` names an event, or `score` a crossing; `when` is a condition on the numbers.
    cancel_on: an event after which a deferred message has lost its reason, or "nothing".
    """

    id: Name
    message: Message
    on: str | None = None
    score: Crossing | None = None
    when: str = "true"
    channel: Channel = "onsite"
    purpose: Purpose = "marketing"
    cool_down_days: Days = 0
    cancel_on: str = "Order Completed"
