"""Which message ids have been seen: checksums, one behind the other, in two generations.

A set of numbers would cost twenty times the memory, and what lies far apart in memory costs more
time than looking through it.
"""

from typing import Final
from zlib import crc32

from engine import chance
from engine.dates import DAY
from engine.state import Seen

REMEMBERED: Final = 7 * DAY
"""How long message ids are kept (s), unless there are too many."""
STRIDE: Final = 4
"""Bytes of a checksum."""
FULL: Final = 4096 * STRIDE
"""Bytes of checksums in one generation: who sends more in a week is no person."""


def mark(name: str, message_id: str, *, exact: bool) -> bytes:
    """What a message id is remembered by; exact, where points hang on it."""
    if exact:
        return chance.mark(name, message_id, size=2 * STRIDE)
    return crc32(message_id.encode()).to_bytes(STRIDE, "little")


def repeated(seen: Seen, mark: bytes, now: float) -> bool:
    """Whether this was seen in the last 7 days. Remembers it.

    Two generations, so that forgetting costs nothing. A full one is over before its time.
    """
    full = len(seen.young) >= FULL
    if full or now - seen.turned > REMEMBERED:
        seen.old = seen.young if full or now - seen.turned <= 2 * REMEMBERED else b""
        seen.young, seen.turned = b"", now
    if among(seen.young, mark) or among(seen.old, mark):
        return True
    seen.young += mark
    return False


def among(marks: bytes, mark: bytes) -> bool:
    """Whether a mark is one of the marks, and not the end of one and the start of another.

    >>> among(b"aaaabbbb", b"bbbb"), among(b"aaaabbbb", b"aabb")
    (True, False)
    """
    place = marks.find(mark)
    while place > 0 and place % STRIDE:
        place = marks.find(mark, place + 1)
    return place >= 0
