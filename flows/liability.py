"""The points of all members by day: what moved, and what is owed to them (DOMAIN: accounting).

What is outstanding at the end of a day is the sum of all movements up to it.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from engine.totals import outstanding
from flows.settings import Settings
from flows.show import partitions_of
from flows.store import Store, connect
from flows.totals import Page, read, turned


class Day(Struct, frozen=True):
    """One day of the programme. moved: points by kind of entry.

    debt, outstanding: points that members owe and hold at its end.
    """

    day: str
    moved: Mapping[str, int]
    debt: int
    outstanding: int


def daily(settings: Settings) -> list[Day]:
    """Every day on which points moved, over all partitions.

    Raises SettingsError: Redis does not answer. StoreError: nothing was ever folded into it.
    """
    store = Store(connect(settings))
    return summed(store.totals(number) for number in range(partitions_of(store)))


def summed(partitions: Iterable[Mapping[str, bytes]]) -> list[Day]:
    """The partitions' pages, put together and added up."""
    pages: dict[str, Page] = {}
    for stored in partitions:
        turned(pages, {}, {day: read(value) for day, value in stored.items()})
    days, debt, held = [], 0, 0
    for day, page in sorted(pages.items()):
        debt += page.get("debt", 0)
        held += outstanding(page)
        days.append(Day(day, page, debt, held))
    return days
