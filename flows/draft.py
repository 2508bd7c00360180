"""A commit in the making: whom a batch has touched, and what is to leave by the outbox."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

from engine.dates import NEVER
from engine.state import Customer
from engine.world import World
from flows import readable, totals
from flows.codec import CODEC, squeezed
from flows.store import MAX_BYTES, Checkpoint, Commit, Entry, State, new_token

ROOM: Final = MAX_BYTES - 300_000
"""A commit is closed when it has grown to this (bytes); the rest is for one more large record."""
RECORDS: Final = 125
"""Records of one commit, at most: while the store writes these, the next are folded."""
MOVING: Final = 1_100
"""What a customer weighs besides the book, readable fields and all, about (bytes)."""
ENTRY: Final = 150
"""What an outbox entry weighs besides its value, about (bytes)."""

Packed = Mapping[str, State]
"""Customers as they are kept in memory."""


class Live(Struct):
    """A customer while a commit is in the making.

    indexed: the timer that the store's index holds; None: none. book, inbox: what the store holds
    of them, not compressed; empty: nothing yet.
    """

    customer: Customer[Any]
    indexed: float | None = None
    book: bytes = b""
    inbox: bytes = b""

    @classmethod
    def stored(cls, state: State) -> "Live":
        """As it was packed."""
        customer = CODEC.unpack(*state)
        _, book, inbox = state
        return cls(customer, None if customer.due == NEVER else customer.due, book, inbox)


class Draft(Struct):
    """What came of some records. touched: whoever is to be written.

    size: bytes so far, about. world, dropped: fields of the published world to set and to delete.
    quota: budgets that have moved.
    pages: days on which points moved, and their pages by now.
    """

    start: Checkpoint
    offset: int
    log_time: float
    touched: dict[str, Live] = field(default_factory=dict)
    outbox: list[Entry] = field(default_factory=list)
    size: int = 0
    records: int = 0
    world: dict[str, bytes] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    quota: dict[str, bytes] = field(default_factory=dict)
    pages: dict[str, totals.Page] = field(default_factory=dict)

    @classmethod
    def after(cls, at: Checkpoint) -> "Draft":
        """Nothing yet, from a checkpoint on."""
        return cls(at, at.offset, at.log_time)

    @property
    def full(self) -> bool:
        """Whether it should be closed before the next record."""
        return self.records >= RECORDS or self.size > ROOM

    def touch(self, who: str, live: Live) -> None:
        """Mark a customer to be written."""
        if who not in self.touched:
            self.touched[who] = live
            self.size += MOVING + len(live.book)

    def put(self, entry: Entry) -> None:
        """Something to be published."""
        self.outbox.append(entry)
        self.size += len(entry.value) + len(entry.headers) + ENTRY

    def closed(self, partition: int, world: World, fetched: float) -> tuple[Commit, Packed]:
        """The commit, and the customers in it as the store will hold them."""
        packed: dict[str, State] = {}
        customers: dict[str, list[bytes | str]] = {}
        due: list[tuple[float, str]] = []
        gone: list[str] = []
        for who, live in self.touched.items():
            packed[who], customers[who] = _written(live, world)
            when = live.customer.due
            if when != NEVER and when != live.indexed:
                due.append((when, who))
            elif when == NEVER and live.indexed is not None:
                gone.append(who)
        new = Checkpoint(self.offset, new_token(), self.start.log, self.log_time)
        commit = Commit(
            partition,
            self.start,
            new,
            customers,
            self.outbox,
            due,
            gone,
            self.world,
            self.dropped,
            fetched,
            self.records,
            self.quota,
            [who for who, live in self.touched.items() if live.customer.gone],
            {day: totals.packed(page) for day, page in self.pages.items()},
        )
        return commit, packed


def _written(live: Live, world: World) -> tuple[State, list[bytes | str]]:
    """A customer's three parts, and the fields to write: book and inbox only if they changed.

    Of one who is another customer now, or nobody, all of them: nothing else is kept.
    """
    customer = live.customer
    state, book = CODEC.moving(customer), CODEC.standing(customer)
    fields = ["state", state, *readable.moving(world, customer)]
    whole = customer.gone
    if whole or book != live.book:
        fields += ["book", squeezed(book), *readable.standing(world, customer)]
    if whole or customer.inbox != live.inbox:
        fields += ["inbox", customer.inbox]
    return (state, book, customer.inbox), fields
