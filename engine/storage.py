"""A customer as bytes, in two parts: what every event moves, and the book.

Most events are looks and clicks. They move features and scores, and leave ledger, orders,
challenges and rewards alone; so these are read, written and sent only when somebody asked for them.
"""

from operator import attrgetter
from typing import Any, Final

import msgspec

from engine.errors import StoreError
from engine.state import SCHEMA, Customer

_moving: Final = attrgetter(*(name for name in Customer.__struct_fields__ if name != "shelf"))


class Codec:
    """Packs and unpacks customers whose memory is of one type."""

    def __init__(self, memory: type[Any]) -> None:
        """memory: what the features keep."""
        self._encoder = msgspec.msgpack.Encoder()
        self._customers = msgspec.msgpack.Decoder(Customer[memory])  # type: ignore[valid-type]

    def moving(self, customer: Customer[Any]) -> bytes:
        """What any event may change."""
        return self._encoder.encode(_moving(customer))

    def standing(self, customer: Customer[Any]) -> bytes:
        """The book; as it was read, where nobody has opened it."""
        book = customer.shelf
        return book if isinstance(book, bytes) else self._encoder.encode(book)

    def unpack(self, moving: bytes, standing: bytes) -> Customer[Any]:
        """The customer again, the book still closed.

        Raises StoreError: the bytes are of a newer release than this one.
        """
        customer: Customer[Any] = self._customers.decode(moving)
        if customer.schema > SCHEMA:
            problem = f"schema {customer.schema} is newer than this release's {SCHEMA}"
            raise StoreError("state", problem, "run the release that wrote it, or a later one")
        customer.shelf = standing
        return customer
