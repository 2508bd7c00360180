"""What can be unlocked."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from engine.catalogue import KINDS
from engine.strict import Name, Strict

Kind = Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})]

Product = Annotated[str, Meta(min_length=1, max_length=100)]


class RewardRule(Strict, frozen=True):
    """Something to be unlocked.

    kind points: `points` are credited at once. percent_coupon: `percent` off. amount_coupon:
    `amount` off (major units). free_item: one piece of `product`. free_shipping: of one order.
    early_access: pages let the member in. coupon: the shop's till knows what it is.
    cost: what one costs the shop (major units), drawn from budgets of money; an amount coupon
    costs its amount, if nothing is said.
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

    @property
    def price(self) -> Decimal | None:
        """What one costs the shop (major units); None: nobody said."""
        return self.amount if self.cost is None else self.cost
