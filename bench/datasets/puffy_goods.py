"""What the Puffy shop sells, told by the words of its page addresses and product names."""

import re
from typing import Final

from bench.datasets.segment import Json, known

CATEGORIES: Final = (
    ("parts-", "parts"),
    ("mattress-protector", "mattress protector"),
    ("mattress-pad", "mattress pad"),
    ("topper", "topper"),
    ("bed-frame", "bed frame"),
    ("smart-bed-set", "bed set"),
    ("adjustable-base", "bed base"),
    ("foundation", "bed base"),
    ("sheets", "sheets"),
    ("pillow", "pillow"),
    ("comforter", "comforter"),
    ("blanket", "blanket"),
    ("rug", "rug"),
    ("sleep-mask", "sleep mask"),
    ("sofa", "sofa"),
    ("mattress", "mattress"),
)
"""The first word that occurs decides: a mattress protector is no mattress."""

_PRODUCT_PAGE: Final = re.compile(r"^https?://[^/?#]+/products/([a-z0-9-]+)")
"""Stops where the slug does: some addresses run on into `&_kx=…`, a token of a person."""


def category(name: str) -> str | None:
    """A product's kind, where a word of its name or slug tells.

    >>> category("Puffy Signature Mattress Protector"), category("puffy-lux-mattress")
    ('mattress protector', 'mattress')
    """
    slug = name.lower().replace(" ", "-")
    return next((kind for word, kind in CATEGORIES if word in slug), None)


def product_of(page: str) -> Json:
    """The product that a page shows; empty where it shows none.

    >>> product_of("https://puffy.com/products/puffy-topper?size=F207E9")
    {'product_id': 'puffy-topper', 'category': 'topper'}
    >>> product_of("https://puffy.com/cart")
    {}
    """
    shown = _PRODUCT_PAGE.match(page)
    return known(product_id=shown[1], category=category(shown[1])) if shown else {}
