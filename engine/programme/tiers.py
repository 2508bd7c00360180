"""The ladder of tiers."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from engine.programme.types import Days
from engine.strict import Name, Strict


class TierRule(Strict, frozen=True):
    """One step of the ladder; the first is where everybody starts.

    spend: net spend that reaches it; points: or the points earned that do. multiplier: of the
    points earned in it. early_access, free_shipping, perks: what the shop's pages promise its
    members.
    """

    id: Name
    name: str
    spend: Decimal = Decimal(0)
    points: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0
    multiplier: Decimal = Decimal(1)
    early_access: bool = False
    free_shipping: bool = False
    perks: tuple[Annotated[str, Meta(max_length=200)], ...] = ()


class Ladder(Strict, frozen=True):
    """How tiers are reached and kept.

    by: what counts, net spend or the points that orders earned; never the balance. window: over the
    last 12 months, or in the calendar period. period: a tier holds to the end of this calendar
    period and the next. warn_days: so long before that end who has too little is warned; 0: not.
    grace_days: so long after it they may still catch up.
    """

    by: Literal["spend", "points"] = "spend"
    window: Literal["rolling", "calendar"] = "rolling"
    period: Literal["month", "quarter", "year"] = "year"
    warn_days: Days = 30
    grace_days: Days = 30
    steps: tuple[TierRule, ...] = ()
