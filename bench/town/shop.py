"""What the roastery sells: products, brands and prices. All of it is made up."""

from typing import Final

from msgspec import Struct

CATEGORIES: Final = ("espresso", "filter", "decaf", "tea", "equipment")
BRANDS: Final = ("Hausröstung", "Atlas", "Kolibri", "Nordlicht", "Blattwerk", "Messing")
CURRENCY: Final = "EUR"
TAX_PERCENT: Final = 10
SHIPPING: Final = 490
FREE_SHIPPING_FROM: Final = 4_000
COUPONS: Final = {"TASTE5": 5, "BREW10": 10, "BEANS15": 15}
"""A coupon's code and its discount (per cent of the order)."""


class Product(Struct, frozen=True):
    """One thing on the shelf. price: cents, without tax."""

    product_id: str
    name: str
    category: str
    brand: str
    variant: str
    price: int

    def wire(self, quantity: int | None = None) -> dict[str, str | float | int]:
        """Itself in the Segment spec's words; price in major units."""
        told: dict[str, str | float | int] = {
            "product_id": self.product_id,
            "sku": f"{self.product_id}-{self.variant}",
            "category": self.category,
            "name": self.name,
            "brand": self.brand,
            "variant": self.variant,
            "price": self.price / 100,
            "currency": CURRENCY,
        }
        return told if quantity is None else {**told, "quantity": quantity}


def _shelf(
    category: str, variant: str, makers: tuple[str, ...], prices: dict[str, int]
) -> list[Product]:
    """Every thing by every maker; each further maker asks 7 % more."""
    return [
        Product(
            product_id=f"{category[:2]}{number:02d}{maker[:2].lower()}",
            name=f"{name}, {maker}",
            category=category,
            brand=maker,
            variant=variant,
            price=price * (100 + 7 * rank) // 100,
        )
        for number, (name, price) in enumerate(prices.items())
        for rank, maker in enumerate(makers)
    ]


ESPRESSO: Final = {"Crema": 1890, "Nero": 2150, "Forte": 1990, "Single origin": 2790}
FILTER: Final = {"Morning": 1090, "Light roast": 1350, "Washed": 1480, "Natural": 1590}
DECAF: Final = {"Decaf espresso": 1250, "Decaf filter": 1190, "Half and half": 1150}
TEA: Final = {"Green": 890, "Black": 750, "Herbs": 690, "White": 1290, "Oolong": 1190}
EQUIPMENT: Final = {"Hand grinder": 8900, "Dripper": 2490, "Filter papers": 590, "Kettle": 5900}

CATALOGUE: Final = (
    *_shelf("espresso", "1kg", ("Hausröstung", "Atlas", "Kolibri"), ESPRESSO),
    *_shelf("filter", "500g", ("Hausröstung", "Kolibri", "Nordlicht"), FILTER),
    *_shelf("decaf", "500g", ("Hausröstung", "Nordlicht"), DECAF),
    *_shelf("tea", "100g", ("Blattwerk", "Nordlicht"), TEA),
    *_shelf("equipment", "piece", ("Messing", "Atlas"), EQUIPMENT),
)
"""Everything on the shelf, in the order of `CATEGORIES`."""
