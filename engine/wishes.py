"""What a member wishes for, as far as a programme wants to know: see `policies` on restocks."""

from typing import Final

from engine.events import Product
from engine.state import WISHES
from engine.turn import Turn

RESTOCKED: Final = "Product Restocked"


def add(turn: Turn, product: Product) -> None:
    """Onto the list, where some policy waits for restocks."""
    ident, book = product.product_id, turn.customer.book
    if ident is not None and RESTOCKED in turn.world.programme.awaited:
        others = [wish for wish in book.wishes if wish != ident]
        book.wishes = [*others, ident][-WISHES:]


def remove(turn: Turn, product: Product) -> None:
    """Off the list."""
    book = turn.customer.book
    book.wishes = [wish for wish in book.wishes if wish != product.product_id]


def granted(turn: Turn, product: str) -> bool:
    """Whether a member wished for what is there again; one word on it is enough."""
    book = turn.customer.book
    wished = product in book.wishes
    book.wishes = [wish for wish in book.wishes if wish != product]
    return wished
