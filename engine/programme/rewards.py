"""What can be unlocked."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from engine.strict import Name, Strict


class RewardRule(Strict, frozen=True):
    """Something to be unlocked.

    kind points: `points` are credited at once; kind coupon: the shop's till honours it.
    cost: what one costs the shop (major units), drawn from budgets of money.
    """

    id: Name
    name: str
    kind: Literal["points", "coupon"]
    points: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    valid_days: Annotated[int, Meta(ge=1, le=3660)] = 60
    cost: Decimal | None = None
