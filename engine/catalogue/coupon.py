"""A coupon whose worth the shop's till knows by the reward's id."""

from engine.catalogue.base import Sort


class Coupon(Sort):
    """The till honours it by its name alone."""

    name = "coupon"
