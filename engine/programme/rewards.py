"""What can be unlocked."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from engine.catalogue import KINDS
from engine.strict import Name, Strict

Kind = Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})]

Product = Annotated[str, Meta(min_length=1, max_length=100)]


class Dynamic(Strict, frozen=True):
    """A worth that follows stock and demand, within 0.8 and 1.25 of what is written.

    stock: units, and demand: unlocks a day, at which it is worth just that. category: who likes it
    most gets a tenth more, who does not a tenth less. most: it is never worth more than this, in
    the reward's own measure (points, percent, major units).
    """

    stock: Annotated[int, Meta(ge=1, le=10**9)]
    demand: Annotated[int, Meta(ge=1, le=10**9)]
    category: str | None = None
    most: Decimal | None = None


class RewardRule(Strict, frozen=True):
    """Something to be unlocked.

    kind points: `points` are credited at once. percent_coupon: `percent` off. amount_coupon:
    `amount` off (major units). free_item: one piece of `product`. free_shipping: of one order.
    early_access: pages let the member in. coupon: the shop's till knows what it is.
    cost: what one costs the shop (major units), drawn from budgets of money; an amount coupon
    costs its amount, if nothing is said. dynamic: what it is worth moves (`engine.market`).
    """

    id: Name
    name: str
    kind: Kind
    points: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    valid_days: Annotated[int, Meta(ge=1, le=3660)] = 60
    cost: Decimal | None = None
    percent: Annotated[int, Meta(ge=1, le=100)] | None = None
    amount: Decimal | None = None
    product: Product | None = None
    dynamic: Dynamic | None = None

    @property
    def price(self) -> Decimal | None:
        """What one costs the shop (major units); None: nobody said."""
        return self.amount if self.cost is None else self.cost
