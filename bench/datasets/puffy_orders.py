"""A Puffy checkout as an order.

The shop's `item_price` is what the whole line cost, whatever the quantity; on the wire a price is
per piece. So the lines add up to `revenue` to the cent wherever they carry prices, and there is no
discount to tell. From 6 March on every price is null: those orders are told by `revenue` alone.
A free order has one line of nulls.
"""

from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from bench.datasets.puffy_goods import category
from bench.datasets.report import Met
from bench.datasets.segment import Json, known

CURRENCY: Final = "USD"
"""Not in the files; the shop sells in the United States."""


class Item(Struct, frozen=True):
    """One line as the shop writes it. item_price: of the whole line (USD)."""

    item_id: str | None = None
    item_name: str | None = None
    item_variant: str | None = None
    quantity: int | None = None
    item_price: Decimal | None = None


class Filled(Struct, frozen=True):
    """All that the column `event_data` can say. user_email: a hash; revenue: USD."""

    user_email: str | None = None
    transaction_id: str | None = None
    revenue: int | float | None = None
    items: tuple[Item, ...] = ()


NOTHING: Final = Item()
_decoder: Final = msgspec.json.Decoder(Filled)


def read(data: str, met: Met) -> Filled:
    """What the column says: nothing at all, and counted, where it cannot be read."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError as error:
        met.odd[f"event_data unreadable: {error}"] += 1
        return Filled()


def order(checkout: Filled, met: Met) -> Json:
    """The properties of Order Completed, as far as the shop told them."""
    lines = [item for item in checkout.items if item != NOTHING]
    met.odd["order line of nulls: left out"] += len(checkout.items) - len(lines)
    met.odd["order without prices"] += any(item.item_price is None for item in lines)
    return known(
        order_id=checkout.transaction_id,
        revenue=checkout.revenue,
        currency=None if checkout.revenue is None else CURRENCY,
        products=[_line(item) for item in lines],
    )


def _line(item: Item) -> Json:
    return known(
        product_id=item.item_id,
        name=item.item_name,
        variant=item.item_variant,
        category=None if item.item_name is None else category(item.item_name),
        price=_each(item),
        quantity=item.quantity,
    )


def _each(item: Item) -> float | None:
    """One piece's price, divided as decimals: 421.60 for two is 210.8 each, not 210.79999…"""
    if item.item_price is None or not item.quantity:
        return None
    return float(item.item_price / item.quantity)
