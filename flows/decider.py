"""One partition's fold: records in, one commit out.

Knows the kernel and the store's shapes, and no I/O but loading.

Customers stay in memory between batches. That is safe because nobody else can have written them:
whoever commits in our place changes the token, our next commit is fenced, and this process ends
with all that it remembers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct, field

from engine.dates import NEVER
from engine.decisions import Effects
from engine.errors import PoisonError, ProgrammeError
from engine.events import NAMES, Control, Happening, ModelPublished, ProgrammePublished, Tick
from engine.models import Snapshot
from engine.orders import UnknownCurrencyError
from engine.posting import RULES
from engine.state import Customer
from engine.step import newcomer, step, tick
from engine.storage import Codec
from engine.wire import Ignored, Refused, decode
from engine.world import World
from features import Memories
from flows import readable
from flows.partition import partition_of
from flows.record import AT_MS, Batch, Record
from flows.store import MAX_BYTES, Checkpoint, Commit, Entry, State, new_token
from flows.topics import DEAD_LETTERS, DECISIONS, EVENTS, OUTCOMES
from policies import worlds

DUE_LIMIT: Final = 200
"""Customers whose timers one tick may fire.

The rest wait for the next one, which changes nothing but the delay.
"""
ROOM: Final = MAX_BYTES - 300_000
"""A commit is closed when it has grown to this (bytes).

The rest is for one more record of the largest size.
"""
READABLE: Final = 350
"""What the readable fields of one part of a customer weigh, about (bytes)."""
CODEC: Final = Codec(Memories)
"""How customers are stored."""
CONTROLLERS: Final = frozenset({"clock", "admin", "learn"})
"""Sources that may write control records."""

Decoded = Happening | Ignored | Refused


class Loader(Protocol):
    """What a partition reads from the store."""

    def states(self, partition: int, customers: Sequence[str]) -> list[State | None]:
        """The stored state of each, in its two parts."""

    def due(self, partition: int, until: float, limit: int) -> list[str]:
        """Whose timers are due."""

    def first_due(self, partition: int) -> float | None:
        """When the next timer fires."""


class Kept(Struct):
    """A customer in memory.

    indexed: the timer that the store's index holds. moving, standing: bytes of its parts.
    """

    customer: Customer[Any]
    indexed: float | None
    moving: int = 400
    standing: int = 400


class Folded(Struct):
    """What came of some records, before it is packed into a commit."""

    start: Checkpoint
    offset: int
    log_time: float
    touched: dict[str, bool]
    outbox: list[Entry]
    size: int = 0
    records: int = 0
    world: dict[str, bytes] = {}
    dropped: list[str] = []


class Counts(Struct):
    """What was met: records by name, decisions by name, notes, and refusals by reason."""

    records: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        """Take another's counts in."""
        self.records += other.records
        self.decided += other.decided
        self.notes += other.notes
        self.refused += other.refused


class _PoisonedError(Exception):
    """A rule raised on this record."""

    def __init__(self, offset: int, why: Refused) -> None:
        super().__init__(offset)
        self.offset = offset
        self.why = why


class Partition:
    """A partition's worlds, customers and position.

    `fold` is called again only after its commits are stored.
    """

    def __init__(
        self,
        number: int,
        count: int,
        at: Checkpoint,
        world: World,
        loader: Loader,
        *,
        cache: int,
        patience: int,
    ) -> None:
        """cache: customers kept in memory.

        patience: records refused in a row before the partition stops.
        """
        self.number = number
        self.count = count
        self.at = at
        self.world = world
        self.loader = loader
        self.cache = cache
        self.patience = patience
        self.refused_in_row = 0
        self.kept: dict[str, Kept] = {}
        self.counts = Counts()

    def fold(self, batch: Batch) -> list[Commit]:
        """Apply the records, each exactly as if it came alone.

        One commit, or several where one would be too large.

        A record that makes a rule raise is taken out and all others are folded again from the
        stored states, so that nothing half-done remains.
        Raises PoisonError: too many in a row were refused.
        """
        events: list[Decoded] = [decode(record.value) for record in batch.records]
        poisoned: dict[int, Refused] = {}
        while True:
            attempt = _Attempt(self, batch, events, poisoned)
            try:
                return attempt.run()
            except _PoisonedError as poison:
                poisoned[poison.offset] = poison.why
                for who in attempt.seen:
                    self.kept.pop(who, None)

    def load(self, customers: Iterable[str]) -> None:
        """Bring the customers into memory, and to its young end.

        The oldest leave when there are too many.
        """
        missing = []
        for who in customers:
            kept = self.kept.pop(who, None)
            if kept is None:
                missing.append(who)
            else:
                self.kept[who] = kept
        crowd = len(self.kept) + len(missing) - self.cache
        for oldest in list(islice(self.kept, max(0, crowd))):
            del self.kept[oldest]
        for who, state in zip(
            missing, self.loader.states(self.number, missing) if missing else (), strict=True
        ):
            if state is not None:
                customer = CODEC.unpack(*state)
                self.kept[who] = Kept(customer, customer.due, *map(len, state))


class _Attempt:
    """One go at a batch, without the records that are known to be poison.

    Only a success changes the partition.
    """

    def __init__(
        self,
        home: Partition,
        batch: Batch,
        events: Sequence[Decoded],
        poisoned: Mapping[int, Refused],
    ) -> None:
        self.home = home
        self.batch = batch
        self.events = events
        self.poisoned = poisoned
        self.world = home.world
        self.refused = home.refused_in_row
        self.counts = Counts()
        self.seen: set[str] = set()
        self.commits: list[Commit] = []
        self.open = self._opened(home.at, home.at.log_time)

    def run(self) -> list[Commit]:
        """Fold every record, close the last commit, and hand everything over to the partition."""
        self.due = self._due()
        self.first_due = self._first_due()
        self.seen = {event.customer for event in self.events if isinstance(event, Happening)} | set(
            self.due
        )
        self.seen.discard("")
        self.home.load(self.seen)
        for record, event in zip(self.batch.records, self.events, strict=True):
            self._one(record, self.poisoned.get(record.offset, event))
        self._close()
        self.home.at, self.home.world = self.commits[-1].new, self.world
        self.home.refused_in_row = self.refused
        self.home.counts.add(self.counts)
        return self.commits

    def _due(self) -> list[str]:
        """Whose timers the ticks of this batch fire.

        Who joins the index later waits for the next tick.
        """
        times = [
            r.at
            for r, event in zip(self.batch.records, self.events, strict=True)
            if isinstance(event, Tick)
        ]
        until = max((*times, self.home.at.log_time)) if times else 0.0
        return self.home.loader.due(self.home.number, until, DUE_LIMIT) if times else []

    def _first_due(self) -> float:
        """The earliest timer of the partition, asked for only where something is published."""
        if not any(isinstance(event, ProgrammePublished | ModelPublished) for event in self.events):
            return NEVER
        found = self.home.loader.first_due(self.home.number)
        return NEVER if found is None else found

    def _one(self, record: Record, event: Decoded) -> None:
        folded = self.open
        now = folded.log_time = max(folded.log_time, record.at)
        folded.offset = record.offset + 1
        folded.records += 1
        if isinstance(event, Refused):
            self._refuse(record, event)
        elif isinstance(event, Ignored):
            self.counts.records["ignored"] += 1
        else:
            try:
                refusal = self._apply(record, event, now)
            except UnknownCurrencyError as error:
                raise _PoisonedError(
                    record.offset, Refused("unknown_currency", str(error))
                ) from error
            except Exception as error:  # whatever a rule raises, its neighbours must not suffer
                raise _PoisonedError(
                    record.offset, Refused("handler_failed", repr(error))
                ) from error
            if refusal is not None:
                self._refuse(record, refusal)
            else:
                self.refused = 0
        if self.open.size > ROOM:
            self._close()
            self.open = self._opened(self.commits[-1].new, now)

    def _apply(self, record: Record, event: Happening, now: float) -> Refused | None:
        name = NAMES[type(event)]
        self.counts.records[name] += 1
        if isinstance(event, Control):
            return self._control(record, event, now)
        who = event.customer
        kept = self.home.kept.get(who)
        if kept is None:
            if partition_of(who, self.home.count) != self.home.number:
                self.counts.notes["stray"] += 1
                self._forward(who, record)
                return None
            kept = self.home.kept[who] = Kept(newcomer(self.world, who, now), None)
            self._touch(who, kept, whole=True)
        fired = kept.customer.due <= now
        effects = step(self.world, kept.customer, who, event, now)
        decided = self._emit(who, effects)
        stands = decided or fired or name in RULES or name in self.world.actions
        self._touch(who, kept, whole=stands)
        return None

    def _control(self, record: Record, event: Control, now: float) -> Refused | None:
        if record.source not in CONTROLLERS:
            return Refused("not_allowed", f"source {record.source!r} may not write control records")
        if isinstance(event, Tick):
            self._tick(now)
        elif isinstance(event, ProgrammePublished):
            return self._publish_programme(event.text, now)
        elif isinstance(event, ModelPublished):
            return self._publish_model(bytes(event.snapshot), now)
        return None

    def _tick(self, now: float) -> None:
        for who in self.due:
            kept = self.home.kept.get(who)
            if kept is not None and kept.customer.due <= now:
                self._touch(who, kept, whole=True)
                self._emit(who, tick(self.world, kept.customer, who, now))

    def _publish_programme(self, text: str, now: float) -> Refused | None:
        try:
            world = worlds.with_programme(self.world, text, now)
        except ProgrammeError as error:
            return Refused("bad_programme", str(error))
        self._govern(world, {f"programme:{world.programme.version}": text.encode()})
        return None

    def _publish_model(self, raw: bytes, now: float) -> Refused | None:
        try:
            snapshot = msgspec.json.decode(raw, type=Snapshot)
        except msgspec.ValidationError as error:
            return Refused("wrong_type", str(error))
        self._govern(
            worlds.with_model(self.world, snapshot, now), {f"model:{snapshot.version}": raw}
        )
        return None

    def _govern(self, world: World, published: Mapping[str, bytes]) -> None:
        """A new world; the oldest ones go when no timer is left that could still meet them."""
        if worlds.era(world) == worlds.era(self.world):
            return
        before = _model_versions(self.world)
        self.world = worlds.forget_before(world, self.first_due)
        gone = before - _model_versions(self.world)
        chain = msgspec.msgpack.encode(worlds.eras(self.world))
        self.open.world = {**self.open.world, **published, "eras": chain}
        self.open.dropped = [*self.open.dropped, *(f"model:{version}" for version in sorted(gone))]

    def _touch(self, who: str, kept: Kept, *, whole: bool) -> None:
        """Mark a customer to be written, and guess the bytes. whole: the standing part too."""
        folded = self.open
        known = folded.touched.get(who)
        if known is None:
            folded.touched[who] = whole
            folded.size += kept.moving + READABLE
        if whole and not known:
            folded.touched[who] = True
            folded.size += kept.standing + READABLE

    def _emit(self, who: str, effects: Effects) -> bool:
        """Put decisions and outcomes into the outbox; whether there were any decisions."""
        for decision in effects.decisions:
            self._say(DECISIONS, who, _json.encode(decision))
            self.counts.decided[decision.event] += 1
        for outcome in effects.outcomes:
            self._say(OUTCOMES, who, _json.encode(outcome))
            self.counts.decided["outcome"] += 1
        for note in effects.notes:
            self.counts.notes[note] += 1
        return bool(effects.decisions)

    def _say(self, topic: str, who: str, value: bytes) -> None:
        self.open.outbox.append(Entry(topic, who.encode(), value))
        self.open.size += len(value) + 150

    def _forward(self, who: str, record: Record) -> None:
        """A producer with another partitioner.

        The record goes once more into the log, where it belongs.
        """
        headers = _json.encode({AT_MS: str(int(record.at * 1000))})
        self.open.outbox.append(Entry(EVENTS, who.encode(), record.value, headers))
        self.open.size += len(record.value) + 200

    def _refuse(self, record: Record, why: Refused) -> None:
        """Into the dead letters with its reason, in the same commit as its neighbours' effects."""
        self.refused += 1
        if self.refused > self.home.patience:
            raise PoisonError(
                f"{EVENTS}[{self.home.number}]@{record.offset}",
                f"{self.refused} in a row were refused, the last: {why.reason} ({why.detail})",
                "mend the producer or the release, or raise PUNCHCARD_REFUSED_IN_ROW",
            )
        self.counts.refused[why.reason] += 1
        headers = {
            "reason": why.reason, "detail": why.detail[:500], "from": EVENTS,
            "partition": str(self.home.number), "offset": str(record.offset),
        }  # fmt: skip
        value = record.value[:DEAD_BYTES]
        if len(record.value) > DEAD_BYTES:
            headers["truncated"] = str(len(record.value))
        self.open.outbox.append(
            Entry(DEAD_LETTERS, record.key or b"", value, _json.encode(headers))
        )
        self.open.size += len(value) + 400

    def _opened(self, at: Checkpoint, log_time: float) -> Folded:
        return Folded(at, at.offset, log_time, {}, [])

    def _close(self) -> None:
        """Pack what was folded into a commit."""
        folded, home = self.open, self.home
        new = Checkpoint(folded.offset, new_token(), folded.start.log, folded.log_time)
        stamp: list[bytes | str] = ["as_of", repr(folded.log_time), "offset", str(folded.offset)]
        customers: dict[str, list[bytes | str]] = {}
        due, gone = [], []
        for who, whole in folded.touched.items():
            kept = home.kept[who]
            customer = kept.customer
            state = CODEC.moving(customer)
            kept.moving = len(state)
            fields = ["state", state, *readable.moving(self.world, customer), *stamp]
            if whole:
                book = CODEC.standing(customer)
                fields += ["book", book, *readable.standing(self.world, customer)]
                kept.standing = len(book)
            customers[who] = fields
            if customer.due != kept.indexed:
                kept.indexed = customer.due
                if customer.due == NEVER:
                    gone.append(who)
                else:
                    due.append((customer.due, who))
        self.commits.append(
            Commit(
                home.number, folded.start, new, customers, folded.outbox, due, gone,
                folded.world, folded.dropped, self.batch.fetched, folded.records,
            )
        )  # fmt: skip


def _model_versions(world: World) -> set[str]:
    return {version for _, era in worlds.eras(world) for version in era.models.values()}


_json: Final = msgspec.json.Encoder()
DEAD_BYTES: Final = 200_000
"""Of a larger record, the dead letter keeps this much (bytes)."""
