"""When members are left in peace: caps, quiet hours, the holdout, and when models are asked."""

from typing import Annotated

from msgspec import Meta

from engine.programme.types import Channel, Clock, Share
from engine.strict import Strict


class Caps(Strict, frozen=True):
    """How often one member may hear from us, over all marketing channels.

    per_day: a calendar day where the member is. per_week: any 7 days.
    """

    per_day: Annotated[int, Meta(ge=0, le=100)] = 1
    per_week: Annotated[int, Meta(ge=0, le=500)] = 3


class Quiet(Strict, frozen=True):
    """When nobody is disturbed: local hours from `start` to `end`, over midnight.

    A message waits at most drop_hours.
    """

    start: Clock = "20:00"
    end: Clock = "09:00"
    channels: tuple[Channel, ...] = ("sms", "push")
    drop_hours: Annotated[int, Meta(ge=1, le=720)] = 72


class Holdout(Strict, frozen=True):
    """The share of members who get what they are owed and nothing else.

    Without them nobody could say what the messages bring.
    """

    share: Share = 0.05


class Scores(Strict, frozen=True):
    """When models are asked.

    every_days: by each member's own clock, so that the members are spread over the days.
    """

    every_days: Annotated[int, Meta(ge=1, le=90)] = 7
