"""A customer as three fields of the profile hash: `state`, `book` and `inbox`.

In Redis the book is compressed: the same order stands in the order book, in its lot and in every
challenge that it counts for, so packed bytes repeat themselves (measured: half is left, for 11 µs).
In memory it is not, since looks and clicks hand it on unopened. `state` is written with every event
and stays as it is. `inbox` is what the shop's pages read, and the engine's own copy too.
"""

from typing import Any, Final

import zstandard

from engine.errors import StoreError
from engine.state import Customer
from engine.storage import Codec
from features import Memories
from flows.store import State

LEVEL: Final = 3
"""Of compression: 3 % smaller than 1 for 1 to 2 µs more; 6 takes twice the time for 2 % more."""

CODEC: Final = Codec(Memories)
"""How customers are kept in memory."""
_compressor: Final = zstandard.ZstdCompressor(level=LEVEL)
_decompressor: Final = zstandard.ZstdDecompressor()


def squeezed(book: bytes) -> bytes:
    """A book as Redis holds it. One thread at a time."""
    return _compressor.compress(book)


def opened(stored: State) -> State:
    """The three parts as they are kept in memory.

    Raises StoreError: another release has written them.
    """
    moving, book, inbox = stored
    try:
        return moving, _decompressor.decompress(book), inbox
    except zstandard.ZstdError as error:
        problem = f"was written by another release: {error}"
        raise StoreError("book", problem, "run that one") from error


def customer(stored: State) -> Customer[Any]:
    """Somebody out of Redis. Raises StoreError as `opened`."""
    return CODEC.unpack(*opened(stored))
