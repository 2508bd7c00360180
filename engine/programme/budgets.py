"""What rewards may cost altogether."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from engine.strict import Name, Strict


class BudgetRule(Strict, frozen=True):
    """A budget that is never overdrawn: no reward on it is unlocked once it is empty.

    units: so many rewards. money: so much of the rewards' `cost` (major units). At least one of
    them. period: how often it is filled anew, by the programme's zone; what is left then lapses.
    rewards: the ids of those that draw on it; a reward may draw on several.
    """

    id: Name
    rewards: tuple[Name, ...]
    units: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    money: Decimal | None = None
    period: Literal["none", "day", "week", "month", "quarter", "year"] = "none"
