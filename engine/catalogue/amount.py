"""So much money off."""

from typing import TYPE_CHECKING

from engine.catalogue.base import Sort
from engine.money import minor

if TYPE_CHECKING:
    from engine.programme.rewards import RewardRule


class AmountCoupon(Sort):
    """A coupon with a code. Value: minor units of the programme's currency."""

    name = "amount_coupon"
    worth = "amount"
    coded = True

    def value(self, rule: "RewardRule", currency: str) -> int:
        """Minor units."""
        return 0 if rule.amount is None else minor(rule.amount, currency)
