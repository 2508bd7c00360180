"""So many per cent off."""

from engine.catalogue.base import Sort


class PercentCoupon(Sort):
    """A coupon with a code. Value: per cent, 1 to 100."""

    name = "percent_coupon"
    worth = "percent"
    coded = True
