"""A stack under attack: one seeded log, whatever happens to the processes, and what must come out.

What must come out is what one fold without batches, processes, Kafka and Redis says
(`undisturbed`).
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any, Final, NamedTuple, cast

import msgspec
from msgspec.structs import replace

from bench.harness import ROASTERY, snapshots
from bench.town import Town
from engine.dates import DAY
from flows import control, keys
from flows.child import Child
from flows.letters import newest
from flows.local import Local
from flows.partition import partition_of
from flows.process import OK
from flows.record import AT_MS, SOURCE, Record
from flows.recount import recount
from flows.sender import Sender
from flows.source import Log
from flows.store import Entry
from flows.topics import DECISIONS, EVENTS, OUTCOMES
from policies.check import load
from tests.support.memory_store import Run, numbered

PARTITIONS: Final = 3
DAYS: Final = 45
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
SMALL: Final = {"batch": "40", "lease_seconds": "0.2"}
"""Small commits, so that there are many moments at which something can happen."""


class Sent(NamedTuple):
    """A record as it is handed to the producer. at_ms: log time."""

    key: bytes | None
    value: bytes
    at_ms: int
    source: str = ""
    partition: int | None = None

    @property
    def home(self) -> int:
        """The partition that it goes to."""
        who = (self.key or b"").decode()
        return partition_of(who, PARTITIONS) if self.partition is None else self.partition


def sent(record: Record, partition: int | None = None) -> Sent:
    """As it goes to the producer."""
    return Sent(record.key, record.value, round(record.at * 1000), record.source, partition)


def everywhere(record: Record) -> list[Sent]:
    """A control record, once in every partition."""
    return [sent(record, partition) for partition in range(PARTITIONS)]


class Said(NamedTuple):
    """All that left. decisions, outcomes: by id; dead: reasons by where the record stood."""

    decisions: dict[str, bytes]
    outcomes: dict[str, bytes]
    dead: dict[str, str]


class _Post:
    """A sender that keeps what it is handed."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []

    def send(self, topic: str, key: bytes | None, value: bytes, **more: Any) -> None:
        source = more["headers"]["source"]
        self.sent.append(Sent(key, value, more["at_ms"], source, more["partition"]))


@cache
def town_log() -> tuple[Sent, ...]:
    """Six weeks of a small town, with a tick a day, another programme, and models, under way."""
    post, start = _Post(), START.timestamp()
    _programme(post, ROASTERY, start)
    days = iter(range(1, DAYS + 1))
    day = next(days)
    for event in Town(seed=11, customers=60, start=START, days=DAYS, broken=0.003).events():
        while event.at >= start + day * DAY:
            _new_day(post, day, start + day * DAY)
            day = next(days)
        post.sent.append(Sent(event.customer.encode(), event.body, round(event.at * 1000)))
    _new_day(post, DAYS, start + DAYS * DAY)
    return tuple(post.sent)


def _new_day(post: _Post, day: int, at: float) -> None:
    sender, at_ms = cast(Sender, post), round(at * 1000)
    for partition in range(PARTITIONS):
        control.tick(sender, partition, at_ms)
        for snapshot in snapshots() if day in (15, 25, 35) else ():
            version = replace(snapshot, version=f"{snapshot.version}-{day}", bias=day / 10 - 3.0)
            control.model_published(sender, partition, version, at_ms)
    if day == DAYS // 2:
        _programme(post, ROASTERY.replace('"bean"', '"seed"'), at)


def _programme(post: _Post, text: str, at: float) -> None:
    version = load(text).version
    for partition in range(PARTITIONS):
        control.programme_published(cast(Sender, post), partition, version, text, round(at * 1000))


def undisturbed(log: Iterable[Sent]) -> Said:
    """What one fold of the log says where nothing ever happens.

    What partitions say to each other arrives behind the log. Just when it does must decide nothing,
    so there is enough of every budget in it.
    """
    said, runs = Said({}, {}, {}), [Run(number=n, count=PARTITIONS) for n in range(PARTITIONS)]
    taken, coming = [0] * PARTITIONS, list(log)
    while coming:
        for number, run in enumerate(runs):
            mine = [s for s in coming if s.home == number]
            records = [Record(-1, s.at_ms / 1000, s.key, s.value, s.source) for s in mine]
            run.fold(numbered(records, run.store.at.offset))
            run.settle()
        coming = []
        for number, run in enumerate(runs):
            errands = run.said(EVENTS)
            coming += map(_errand, errands[taken[number] :])
            taken[number] = len(errands)
    for number, run in enumerate(runs):
        _hear(said.decisions, [entry.value for entry in run.said(DECISIONS)])
        _hear(said.outcomes, [entry.value for entry in run.said(OUTCOMES)])
        for _, headers in run.dead:
            said.dead[f"{EVENTS}[{number}]@{headers['offset']}"] = headers["reason"]
    return said


def _errand(entry: Entry) -> Sent:
    """As publish hands it to the producer."""
    headers = _headers.decode(entry.headers)
    return Sent(entry.key, entry.value, int(headers[AT_MS]), headers[SOURCE])


_headers: Final = msgspec.json.Decoder(dict[str, str])


class _Named(msgspec.Struct):
    id: str


_named: Final = msgspec.json.Decoder(_Named)


def _hear(heard: dict[str, bytes], values: Iterable[bytes]) -> None:
    """Repeats are allowed; one id with two contents is not."""
    for value in values:
        ident = _named.decode(value).id
        first = heard.setdefault(ident, value)
        assert first == value, f"one id, two contents: {first!r} and {value!r}"


class Scene:
    """A stack with a log in it, and all that a test does to it. seed: of its chances."""

    def __init__(self, local: Local, seed: int = 5) -> None:
        self.local = local
        self.settings = local.settings
        self.store = local.store
        self.dice = Random(seed)
        self.told = 0  # records that the log held when it was last told something
        self._children: list[Child] = []
        self._decisions = Log(self.settings, DECISIONS, {})

    def tell(self, log: Iterable[Sent]) -> None:
        """Into Kafka, and wait until it is there."""
        sender = self.local.sender()
        for sent in log:
            headers = {"source": sent.source} if sent.source else None
            sender.send(
                EVENTS,
                sent.key,
                sent.value,
                headers=headers,
                at_ms=sent.at_ms,
                partition=sent.home,
            )
        sender.settle()
        self.told = sum(self.local.ends().values())

    def start(self, part: str, *words: str, **more: str) -> Child:
        """A part as a process with a log file of its own. more: settings of this process alone."""
        log = f"{part}-{len(self._children)}"
        self._children.append(self.local.start(part, *words, log=log, **more))
        return self._children[-1]

    def decide(self, *words: str, **more: str) -> Child:
        """A decide process that commits little at a time."""
        return self.start("decide", *words, **{**SMALL, **more})

    def end(self) -> None:
        """End what still runs."""
        for child in self._children:
            child.kill()
        self._decisions.close()

    @property
    def offsets(self) -> list[int]:
        """How far each partition has been folded."""
        found = map(self.store.checkpoint, range(PARTITIONS))
        return [0 if at is None else at.offset for at in found]

    @property
    def folded(self) -> int:
        """Records that have been folded, in all partitions."""
        return sum(self.offsets)

    @property
    def waiting(self) -> int:
        """Entries of the outboxes."""
        return sum(self.store.client.xlen(keys.outbox(p)) for p in range(PARTITIONS))

    def until(self, done: Callable[[], bool], *children: Child, patience: float = 120.0) -> None:
        """Wait for something; fail, with last words, if a child ends before or it never happens."""
        deadline = time.monotonic() + patience
        while not done():
            for child in children:
                assert child.status is None, child.last_words()
            words = [child.last_words() for child in children]
            assert time.monotonic() < deadline, f"not within {patience:.0f} s: {words}"
            time.sleep(0.01)

    def until_folded(self, records: int, *children: Child) -> None:
        """Wait until so many records have been folded, and a little longer, by chance."""
        self.until(lambda: self.folded >= records, *children)
        time.sleep(self.dice.random() * 0.02)

    def finish(self) -> Said:
        """Decide and publish until nothing is left to do, then hear what was said.

        Fails where the recount differs, a timer was lost, or one id has two contents.
        """
        decide, publish = self.start("decide"), self.start("publish")
        self.until(lambda: self.idle, decide, publish)
        while self._ripen():
            self.until(lambda: self.idle, decide, publish)
        self.until(lambda: started(decide) and started(publish), decide, publish)
        assert [decide.stop(), publish.stop()] == [OK, OK]
        said = self.hear()
        report = recount(self.settings)
        assert report.lines == []
        assert report.differences == 0
        assert report.decisions == said.decisions.keys()
        return said

    def _ripen(self) -> bool:
        """Tick on the spot where something is due: who joins the index in the last batch waits."""
        late = [p for p in range(PARTITIONS) if self.store.due(p, self._time(p), 1)]
        sender = self.local.sender()
        for partition in late:
            control.tick(sender, partition, round(self._time(partition) * 1000))
        sender.settle()
        return bool(late)

    def _time(self, partition: int) -> float:
        at = self.store.checkpoint(partition)
        assert at is not None
        return at.log_time

    def hear(self) -> Said:
        """What the topics hold by now."""
        said = Said({}, {}, {})
        _hear(said.decisions, self.topic(DECISIONS))
        _hear(said.outcomes, self.topic(OUTCOMES))
        said.dead.update((each.came_from, each.reason) for each in newest(self.settings, 10_000))
        return said

    @property
    def idle(self) -> bool:
        """Whether all is folded and all is published."""
        return self.folded >= self.told and self.settled(*range(PARTITIONS))

    def settled(self, *partitions: int) -> bool:
        """Whether these have folded all, and nothing that was said is still to come to them."""
        if self.waiting > 0:
            return False
        ends, at = self.local.ends(), self.local.positions()
        caught_up = all(at[p] == ends[p] for p in partitions)
        return caught_up and self.waiting == 0 and self.local.ends() == ends

    @property
    def published(self) -> int:
        """How far the topic of decisions has grown, about; it never shrinks."""
        return sum(self._decisions.bounds(partition)[1] for partition in range(PARTITIONS))

    def topic(self, name: str) -> list[bytes]:
        """Every value of a topic, repeats and all."""
        log = Log(self.settings, name, dict.fromkeys(range(PARTITIONS), 0))
        whole = sum(log.end(partition) for partition in range(PARTITIONS))
        found: list[bytes] = []
        while len(found) < whole:
            found += [record.value for batch in log.take(0.05) for record in batch.records]
        log.close()
        return found


def started(child: Child) -> bool:
    """Whether it is so far that it can be stopped cleanly."""
    return '"started"' in child.log.read_text()
