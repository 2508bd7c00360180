"""Daily totals of a partition's points, as the store holds them (`flows.liability` adds them up).

A page is a day's entries so far, as absolute figures, so that a commit that is sent again changes
nothing.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from engine.totals import ENTRIES

Page = dict[str, int]
"""Kind of entry → points."""
Moved = Mapping[str, Mapping[str, int]]
"""Day → kind of entry → points."""


def turned(pages: dict[str, Page], stored: Mapping[str, bytes], moved: Moved) -> None:
    """Add what a step moved to the pages of a commit, which begin as they are stored."""
    for day, entries in moved.items():
        page = pages.get(day)
        if page is None:
            page = pages[day] = read(stored[day]) if day in stored else {}
        for kind, points in entries.items():
            page[kind] = page.get(kind, 0) + points


def read(value: bytes) -> Page:
    """A page as it is stored."""
    return _pages.decode(value)


def packed(page: Mapping[str, int]) -> bytes:
    """A page for the store: every kind of entry, in the same order.

    >>> packed({"debt": 3, "issued": 5})[:25]
    b'{"issued":5,"released":0,'
    """
    return msgspec.json.encode({kind: page.get(kind, 0) for kind in ENTRIES})


_pages: Final = msgspec.json.Decoder(Page)
