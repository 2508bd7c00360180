"""A commit in the making: whom a batch has touched, and what is to leave by the outbox."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct, field

from engine.dates import NEVER
from engine.state import Customer
from engine.world import World
from flows import readable
from flows.codec import CODEC
from flows.store import MAX_BYTES, Checkpoint, Commit, Entry, new_token

ROOM: Final = MAX_BYTES - 300_000
"""A commit is closed when it has grown to this (bytes); the rest is for one more large record."""
READABLE: Final = 350
"""What the readable fields of one part of a customer weigh, about (bytes)."""
ENTRY: Final = 150
"""What an outbox entry weighs besides its value, about (bytes)."""


class Kept(Struct):
    """A customer in memory.

    indexed: the timer that the store's index holds. moving, standing: bytes of its parts.
    """

    customer: Customer[Any]
    indexed: float | None
    moving: int = 400
    standing: int = 400


class Draft(Struct):
    """What came of some records. touched: id → whether the standing part is to be written too.

    size: bytes so far, about. world, dropped: fields of the published world to set and to delete.
    """

    start: Checkpoint
    offset: int
    log_time: float
    touched: dict[str, bool] = field(default_factory=dict)
    outbox: list[Entry] = field(default_factory=list)
    size: int = 0
    records: int = 0
    world: dict[str, bytes] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    @classmethod
    def after(cls, at: Checkpoint) -> "Draft":
        """Nothing yet, from a checkpoint on."""
        return cls(at, at.offset, at.log_time)

    @property
    def full(self) -> bool:
        """Whether it should be closed before the next record."""
        return self.size > ROOM

    def touch(self, who: str, kept: Kept, *, whole: bool) -> None:
        """Mark a customer to be written. whole: the standing part too."""
        known = self.touched.get(who)
        if known is None:
            self.touched[who] = whole
            self.size += kept.moving + READABLE
        if whole and not known:
            self.touched[who] = True
            self.size += kept.standing + READABLE

    def put(self, entry: Entry) -> None:
        """Something to be published."""
        self.outbox.append(entry)
        self.size += len(entry.value) + len(entry.headers) + ENTRY

    def closed(
        self, partition: int, kept: Mapping[str, Kept], world: World, fetched: float
    ) -> Commit:
        """The commit. Tells each customer kept what the store will hold of it."""
        new = Checkpoint(self.offset, new_token(), self.start.log, self.log_time)
        stamp: list[bytes | str] = ["as_of", repr(self.log_time), "offset", str(self.offset)]
        customers: dict[str, list[bytes | str]] = {}
        due: list[tuple[float, str]] = []
        gone: list[str] = []
        for who, whole in self.touched.items():
            each = kept[who]
            customers[who] = _fields(each, world, whole=whole) + stamp
            if each.customer.due != each.indexed:
                each.indexed = each.customer.due
                if each.indexed == NEVER:
                    gone.append(who)
                else:
                    due.append((each.indexed, who))
        return Commit(
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
        )


def _fields(kept: Kept, world: World, *, whole: bool) -> list[bytes | str]:
    customer = kept.customer
    state = CODEC.moving(customer)
    kept.moving = len(state)
    fields = ["state", state, *readable.moving(world, customer)]
    if whole:
        book = CODEC.standing(customer)
        kept.standing = len(book)
        fields += [
            "book",
            book,
            "inbox",
            CODEC.inbox(customer),
            *readable.standing(world, customer),
        ]
    return fields
