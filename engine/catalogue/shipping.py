"""No shipping costs."""

from engine.catalogue.base import Sort


class FreeShipping(Sort):
    """The shipping of one order."""

    name = "free_shipping"
    coded = True
