"""Members who bring friends."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from engine.programme.types import Days
from engine.strict import Name, Strict


class ReferralRule(Strict, frozen=True):
    """A friend's first order brings something to both, once it cannot be sent back any more.

    days: how long after the touch of a link the friend may order; the last touch counts. minimum:
    of that order (major units). friend, referrer: the rewards, by their ids; none: nothing. Both
    wait through the points' `pending_days`. month, year: friends of one member in 30 and in 365
    days.
    """

    friend: Name | None = None
    referrer: Name | None = None
    days: Days = 30
    minimum: Decimal = Decimal(20)
    month: Annotated[int, Meta(ge=1, le=1000)] = 10
    year: Annotated[int, Meta(ge=1, le=1000)] = 50
