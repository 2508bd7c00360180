"""Something from the shelf."""

from engine.catalogue.base import Sort


class FreeItem(Sort):
    """One piece of a product. Value: the product's id."""

    name = "free_item"
    worth = "product"
    coded = True
