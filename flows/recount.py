"""The recount: a naive fold of the whole log, held against what Redis says.

It shares the kernel with `decide`, and nothing else: no batches, no cache, no timers' index, no
restarts, no cut-off worlds. Any difference is a bug, or somebody wrote to Redis.
"""

import copy
import heapq
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine import ledger
from engine import quotas as pools
from engine.budgets import Purse
from engine.decisions import Effects
from engine.errors import ProgrammeError, StoreError
from engine.events import (
    Control,
    Errand,
    Happening,
    ModelPublished,
    ProgrammePublished,
    SituationPublished,
    Tick,
)
from engine.models import Snapshot
from engine.state import Customer
from engine.step import newcomer, step, tick
from engine.wire import decode
from engine.world import World
from flows import keys, quotas, readable, totals
from flows.codec import CODEC
from flows.codec import customer as read
from flows.control import objection
from flows.partition import partition_of
from flows.record import Record
from flows.settings import Settings
from flows.source import Log
from flows.store import State, Store, connect
from flows.topics import EVENTS, identify
from policies import worlds

TRIES: Final = 10
"""How often a partition is read again because it moved meanwhile."""
SHOWN: Final = 20
"""Differences that are described; all are counted."""


class Report(Struct):
    """What the recount found. lines: the first differences, in words, for whoever mends it."""

    events: int = 0
    customers: int = 0
    decisions: set[str] = msgspec.field(default_factory=set)
    differences: int = 0
    lines: list[str] = msgspec.field(default_factory=list)

    def differ(self, where: str, what: str) -> None:
        """One more difference."""
        self.differences += 1
        if len(self.lines) < SHOWN:
            self.lines.append(f"{where}: {what}")


class Naive:
    """The plain fold of one partition."""

    def __init__(self, number: int, count: int) -> None:
        """Partition `number` of `count`."""
        self.number = number
        self.count = count
        self.now = 0.0
        self.world = worlds.genesis()
        self.programmes = [self.world]
        self.customers: dict[str, Customer[Any]] = {}
        self.timers: list[tuple[float, str]] = []
        self.decisions: set[str] = set()
        self.purse = Purse(number, count)
        self.totals: dict[str, totals.Page] = {}

    def apply(self, record: Record) -> None:
        """One record, as if it were the only one in the world."""
        self.now = max(self.now, record.at)
        event = decode(record.value)
        if not isinstance(event, Happening):
            return
        if objection(record.source, event) is not None:
            return
        if isinstance(event, Control):
            self._control(event)
        elif partition_of(event.customer, self.count) == self.number:
            self._step(event.customer, event)

    def settle(self) -> None:
        """Fire everything that is due by now."""
        while self.timers and self.timers[0][0] <= self.now:
            due, who = heapq.heappop(self.timers)
            customer = self.customers[who]
            if customer.due == due:
                self._tick(who, customer)

    def _tick(self, who: str, customer: Customer[Any]) -> None:
        before = _packed(customer)
        try:
            self._keep(tick(self.world, customer, who, self.now))
            self._wind(who, customer)
        except Exception:  # a dead letter of decide's; its timer waits for a mended release
            self.customers[who] = CODEC.unpack(*before)

    def _step(self, who: str, event: Happening) -> None:
        known = self.customers.get(who)
        before = _packed(known) if known is not None else None
        budgets = copy.deepcopy(self.purse)
        customer = known if known is not None else newcomer(self.world, who, self.now)
        try:
            effects = step(self.world, customer, who, event, self.now, self.purse)
        except (
            Exception
        ):  # decide sends such a record to dead-letters; here it simply did not happen
            self.purse = budgets
            if before is not None:
                self.customers[who] = CODEC.unpack(*before)
            return
        self.customers[who] = customer
        self._keep(effects)
        self._wind(who, customer)

    def worlds_by(self, moment: float) -> list[World]:
        """The worlds whose programme has held by then.

        The standing part of a profile is as old as the last event that moved it.
        """
        worlds_then = [world for world in self.programmes if world.since <= moment]
        return [replace(world, versions=self.world.versions) for world in worlds_then]

    def _control(self, event: Control) -> None:
        self.settle()
        try:
            if isinstance(event, ProgrammePublished):
                world = worlds.with_programme(self.world, event.text, self.now)
                pools.publish(self.purse, world.programme, self.now)
                self._govern(world)
            elif isinstance(event, ModelPublished):
                snapshot = msgspec.json.decode(event.snapshot, type=Snapshot)
                self._govern(worlds.with_model(self.world, snapshot, self.now))
            elif isinstance(event, SituationPublished):
                self._govern(worlds.with_situation(self.world, event.properties, self.now))
            elif isinstance(event, Tick):
                pools.tick(self.purse, self.world.programme, self.now)
            elif isinstance(event, Errand):
                pools.receive(self.purse, self.world.programme, event, self.now)
        except (ProgrammeError, msgspec.ValidationError):
            return

    def _govern(self, world: World) -> None:
        if worlds.era(world) == worlds.era(self.world):
            return
        if world.programme is not self.world.programme:
            self.programmes.append(world)
        self.world = world

    def _keep(self, effects: Effects) -> None:
        self.decisions.update(decision.id for decision in effects.decisions)
        totals.turned(self.totals, {}, effects.moved)

    def _wind(self, who: str, customer: Customer[Any]) -> None:
        heapq.heappush(self.timers, (customer.due, who))


def recount(settings: Settings) -> Report:
    """Fold every partition's log up to its checkpoint, and compare every customer.

    Raises LogError: the log's beginning is gone. StoreError: a partition never stood still.
    """
    report = Report()
    store = Store(connect(settings))
    count = identify(settings).partitions
    for number in range(count):
        _recount(settings, store, Naive(number, count), report)
    return report


def _recount(settings: Settings, store: Store, naive: Naive, report: Report) -> None:
    offset, stored, stored_quotas, stored_totals = _standing(store, naive.number)
    pages = {day: totals.read(value) for day, value in stored_totals.items()}
    for record in _records(settings, naive.number, offset):
        naive.apply(record)
        report.events += 1
    naive.settle()
    for budget, value in quotas.moved(naive.purse, stored_quotas).items():
        where = f"partition {naive.number}, budget {budget}"
        report.differ(where, f"the log says {value.decode()}")
    report.customers += len(naive.customers)
    report.decisions |= naive.decisions
    for who in naive.customers.keys() | stored.keys():
        where = f"partition {naive.number}, customer {who}"
        if who not in stored:
            report.differ(where, "is in the log and not in Redis")
        elif who not in naive.customers:
            report.differ(where, "is in Redis and not in the log")
        else:
            totals.turned(pages, {}, _compare(naive, who, stored[who], report, where))
    for day in sorted(naive.totals.keys() | pages.keys()):
        here, there = (totals.packed(each.get(day, {})) for each in (pages, naive.totals))
        if here != there:
            where = f"partition {naive.number}, totals of {day}"
            report.differ(where, f"Redis has {here.decode()}, the log says {there.decode()}")


def _standing(
    store: Store, number: int
) -> tuple[int, dict[str, dict[bytes, bytes]], dict[str, bytes], dict[str, bytes]]:
    """The checkpoint's offset, every customer, the budgets and the totals, all of one moment."""
    for _ in range(TRIES):
        before = store.checkpoint(number)
        if before is None:
            return 0, {}, {}, {}
        found, budgets = _customers(store, number), store.quotas(number)
        pages = store.totals(number)
        if store.checkpoint(number) == before:
            return before.offset, found, budgets, pages
    raise StoreError(
        keys.checkpoint(number),
        f"moved during each of {TRIES} readings",
        "recount when it is quieter",
    )


def _customers(store: Store, number: int) -> dict[str, dict[bytes, bytes]]:
    prefix = keys.customer(number, "")
    names = [
        key.decode() for key in store.client.scan_iter(match=_escaped(prefix) + "*", count=1000)
    ]
    found: dict[str, dict[bytes, bytes]] = {}
    for start in range(0, len(names), 1000):
        chunk = names[start : start + 1000]
        with store.client.pipeline(transaction=False) as reads:
            for name in chunk:
                reads.hgetall(name)
            for name, fields in zip(chunk, reads.execute(), strict=True):
                found[name.removeprefix(prefix)] = fields
    return found


def _escaped(text: str) -> str:
    return text.replace("[", "\\[").replace("*", "\\*").replace("?", "\\?")


def _records(settings: Settings, number: int, until: int) -> Iterator[Record]:
    if until == 0:
        return
    log = Log(settings, EVENTS, {number: 0})
    position = 0
    try:
        while position < until:
            for batch in log.take(0.2):
                for record in batch.records:
                    if record.offset >= until:
                        return
                    position = record.offset + 1
                    yield record
    finally:
        log.close()


def _compare(
    naive: Naive, who: str, stored: dict[bytes, bytes], report: Report, where: str
) -> totals.Moved:
    """State against state at one moment; readable fields against the state they were made from.

    Returns what the timers that were still to fire in Redis would have moved in the totals.
    """
    customer = read((stored[b"state"], stored[b"book"], stored[b"inbox"]))
    known = naive.worlds_by(float(stored[b"as_of"]))
    for name in min((_misread(world, customer, stored) for world in known), key=len):
        report.differ(where, f"{name!r} reads otherwise than the state says")
    effects = tick(naive.world, customer, who, naive.now)
    expected = naive.customers[who]
    if (customer, customer.book) != (expected, expected.book):  # books are opened by being named
        report.differ(where, _first_difference(customer, expected))
    if not ledger.balanced(customer.book.ledger):
        report.differ(where, "the ledger does not add up")
    return effects.moved


def _misread(world: World, customer: Customer[Any], stored: dict[bytes, bytes]) -> list[str]:
    """The readable fields that say something else than the state does in this world."""
    shown = [*readable.moving(world, customer), *readable.standing(world, customer)]
    pairs = zip(map(_bytes, shown[::2]), map(_bytes, shown[1::2]), strict=True)
    return [name.decode() for name, value in pairs if stored.get(name) != value]


def _first_difference(found: Customer[Any], counted: Customer[Any]) -> str:
    for name in found.__struct_fields__:
        here, there = getattr(found, name), getattr(counted, name)
        if here != there:
            return f"{name}: Redis has {here!r}, the log says {there!r}"
    return "differ"


def _packed(customer: Customer[Any]) -> State:
    return CODEC.moving(customer), CODEC.standing(customer), customer.inbox


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
