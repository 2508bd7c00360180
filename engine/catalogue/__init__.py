"""The kinds of reward.

A new one: a file, and its class in `SORTS`; if it is worth something, its key in `RewardRule`. The
law battery comes for free.
"""

from collections.abc import Mapping
from typing import Final

from engine.catalogue.access import EarlyAccess
from engine.catalogue.amount import AmountCoupon
from engine.catalogue.base import Sort
from engine.catalogue.coupon import Coupon
from engine.catalogue.item import FreeItem
from engine.catalogue.percent import PercentCoupon
from engine.catalogue.points import PointsReward
from engine.catalogue.shipping import FreeShipping

SORTS: Final[tuple[Sort, ...]] = (
    PointsReward(),
    Coupon(),
    PercentCoupon(),
    AmountCoupon(),
    FreeItem(),
    FreeShipping(),
    EarlyAccess(),
)
KINDS: Final[Mapping[str, Sort]] = {sort.name: sort for sort in SORTS}
WORTHS: Final = tuple(dict.fromkeys(sort.worth for sort in SORTS if sort.worth))
"""Every key that says what a reward is worth."""

__all__ = ["KINDS", "SORTS", "WORTHS", "Sort"]
