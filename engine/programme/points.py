"""How points are earned and how long they live."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final

from msgspec import Meta

from engine.strict import Strict

MAX_MULTIPLIER: Final = Fraction(5)
"""However many multipliers add up, no order earns more than this many times its points.

Source: DOMAIN, money and points.
"""


class Points(Strict, frozen=True):
    """How points are earned and how long they live.

    earn points for every full `per` of the earning base. remember_days: how long an order can still
    be refunded and counts for tiers; never less than the 12 months that tiers look back.
    """

    earn: Annotated[int, Meta(ge=0, le=100_000)] = 1
    per: Decimal = Decimal("1.00")
    pending_days: Annotated[int, Meta(ge=0, le=90)] = 14
    expire_months: Annotated[int, Meta(ge=1, le=120)] = 12
    lease_minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    parked_days: Annotated[int, Meta(ge=1, le=60)] = 7
    remember_days: Annotated[int, Meta(ge=367, le=3660)] = 400
