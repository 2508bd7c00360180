"""What a visit looks like to the shop's tracker."""

from random import Random
from typing import Any, Final

from bench.town.chance import DAY, HOUR
from bench.town.people import ZONES, Person
from bench.town.shop import (
    CATALOGUE,
    COUPONS,
    CURRENCY,
    FREE_SHIPPING_FROM,
    SHIPPING,
    TAX_PERCENT,
    Product,
)
from bench.town.wire import Told

SEARCHES: Final = 0.25
LISTS: Final = 0.6
CHANGES_MIND: Final = 0.06
LEAVES_CART: Final = 0.45
LEAVES_CHECKOUT: Final = 0.3
LINES: Final = (0.5, 0.28, 0.15, 0.07)
"""Orders with one to four lines."""
QUANTITIES: Final = (0.75, 0.2, 0.05)
"""Lines of one to three pieces."""
VIEWS_CART: Final = 0.5
COUPON_LOVE: Final = 0.6
"""Share of orders with a coupon, for somebody who loves nothing more."""
NAMED_REFUNDS: Final = 0.7
PART_REFUNDS: Final = 0.5
REFUNDED: Final = 0.03
CANCELLED: Final = 0.01

Line = tuple[Product, int]


class Session:
    """A visit under way: where its clock stands, and what the tracker has told so far."""

    def __init__(self, person: Person, at: float, name: str, dice: Random) -> None:
        """Somebody arrives at a moment (unix s). name: makes the cart and order ids its own."""
        self._person, self._at, self._dice = person, at, dice
        self._name = f"{person.customer}-{name}"
        self._cart = {"cart_id": f"k{self._name}"}
        self._weights = person.taste.weights(at)
        self.told: list[Told] = []

    def enrol(self) -> None:
        """First sight of a member: how they joined and what they allow."""
        zone = self._person.zone
        self._tell("Loyalty Enrolled", {"country": ZONES[zone], "timezone": zone})
        for channel, granted in self._person.consents.items():
            consent = {"channel": channel, "purpose": "marketing", "granted": granted}
            self._tell("Consent Changed", consent)

    def browse(self) -> None:
        """Look around without buying; nearly half fill a cart and leave it.

        Published averages of abandoned carts are near 70 %; members of a roastery come out at
        about half.
        """
        seen = self._look()
        if self._dice.random() >= LEAVES_CART:
            return
        self._tell("Product Added", self._cart | seen[-1].wire(1))
        self._tell("Cart Viewed", self._cart)
        if self._dice.random() < LEAVES_CHECKOUT:
            # The promised order id is the trap of many shops: no order follows.
            self._tell("Checkout Started", self._cart | {"order_id": f"x{self._name}"})

    def buy(self) -> None:
        """Look around, fill a cart, pay; sometimes send it back or call it off later."""
        self._look()
        order = priced(f"o{self._name}", self._fill(), self._coupon())
        named = {"order_id": order["order_id"]}
        if self._dice.random() < VIEWS_CART:
            self._tell("Cart Viewed", self._cart)
        self._tell("Checkout Started", self._cart | named)
        if order["coupon"]:
            coupon = {"coupon_id": order["coupon"], "discount": order["discount"]}
            self._tell("Coupon Applied", named | coupon)
        self._tell("Order Completed", order)
        self._regret(order)

    def _tell(self, event: str, properties: dict[str, Any]) -> None:
        self.told.append((self._at, event, properties))
        self._at += 2.0 + self._dice.expovariate(1 / 25)

    def _look(self) -> list[Product]:
        """Find and view one to nine products; the last one holds the eye."""
        dice = self._dice
        count = 1 + min(int(dice.expovariate(1 / 2.5)), 8)
        seen = dice.choices(CATALOGUE, cum_weights=self._weights, k=count)
        if dice.random() < SEARCHES:
            self._tell("Products Searched", {"query": seen[0].name})
        elif dice.random() < LISTS:
            self._tell("Product List Viewed", {"category": seen[0].category})
            self._tell("Product Clicked", seen[0].wire())
        for product in seen:
            self._tell("Product Viewed", product.wire())
        return seen

    def _fill(self) -> list[Line]:
        """The cart as it is paid: distinct products, one to four of them."""
        dice = self._dice
        count = dice.choices((1, 2, 3, 4), LINES)[0]
        wanted = dice.choices(CATALOGUE, cum_weights=self._weights, k=count)
        lines = [(product, self._quantity(product)) for product in dict.fromkeys(wanted)]
        for product, quantity in lines:
            line = self._cart | product.wire(quantity)
            self._tell("Product Viewed", product.wire())
            self._tell("Product Added", line)
            if dice.random() < CHANGES_MIND:
                self._tell("Product Removed", line)
                self._tell("Product Added", line)
        return lines

    def _quantity(self, product: Product) -> int:
        if product.category == "equipment":
            return 1
        return self._dice.choices((1, 2, 3), QUANTITIES)[0]

    def _coupon(self) -> str | None:
        """A coupon's code, the more often the more somebody loves a bargain."""
        used = self._dice.random() < COUPON_LOVE * self._person.bargain
        return self._dice.choice(tuple(COUPONS)) if used else None

    def _regret(self, order: dict[str, Any]) -> None:
        """Some orders are called off within a day, some go back within three weeks."""
        dice = self._dice
        lot = dice.random()
        if lot < CANCELLED:
            self._at += dice.uniform(0.2, 24) * HOUR
            self._tell("Order Cancelled", {"order_id": order["order_id"]})
        elif lot < CANCELLED + REFUNDED:
            self._at += dice.uniform(2, 21) * DAY
            self._tell("Order Refunded", self._refund(order))

    def _refund(self, order: dict[str, Any]) -> dict[str, Any]:
        """Half go back whole, told by the order id alone; most refunds have an id, some do not."""
        dice = self._dice
        refund: dict[str, Any] = {"order_id": order["order_id"], "currency": CURRENCY}
        if dice.random() < NAMED_REFUNDS:
            refund["refund_id"] = f"r{self._name}"
        if dice.random() < PART_REFUNDS:
            line = dice.choice(order["products"])
            refund["products"] = [{**line, "quantity": dice.randint(1, line["quantity"])}]
        return refund


def priced(order_id: str, lines: list[Line], coupon: str | None) -> dict[str, Any]:
    """An order as the shop states it (major units), reckoned in cents, so that its parts agree.

    subtotal and revenue are the lines less the discount; total adds tax and shipping.
    """
    goods = sum(product.price * quantity for product, quantity in lines)
    discount = goods * COUPONS[coupon] // 100 if coupon else 0
    net = goods - discount
    shipping = 0 if net >= FREE_SHIPPING_FROM else SHIPPING
    tax = (net * TAX_PERCENT + 50) // 100
    return {
        "order_id": order_id,
        "total": (net + tax + shipping) / 100,
        "subtotal": net / 100,
        "revenue": net / 100,
        "shipping": shipping / 100,
        "tax": tax / 100,
        "discount": discount / 100,
        "coupon": coupon,
        "currency": CURRENCY,
        "products": [product.wire(quantity) for product, quantity in lines],
    }
