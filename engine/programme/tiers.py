"""The ladder of tiers."""

from decimal import Decimal
from typing import Literal

from engine.programme.types import Days
from engine.strict import Name, Strict


class TierRule(Strict, frozen=True):
    """One step of the ladder; the first is where everybody starts.

    spend: net spend in 12 months that reaches it. multiplier: of the points earned in it.
    """

    id: Name
    name: str
    spend: Decimal
    multiplier: Decimal = Decimal(1)


class Ladder(Strict, frozen=True):
    """How tiers are kept. period: a tier holds to the end of this calendar period and the next."""

    period: Literal["month", "quarter", "year"] = "year"
    grace_days: Days = 30
    steps: tuple[TierRule, ...] = ()
