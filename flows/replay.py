"""A recorded log told again: Segment JSON lines into `events`, in data time.

Each record is dated as its event was, and never before the record in front of it, so log time runs
as it did then. Ticks in data time make timers fire where nobody shops. What is no event is sent as
it is: `decide` puts it into the dead letters with its reason, and nothing is lost on the way.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from math import ceil
from typing import Final

import msgspec
from msgspec import Struct

from engine.dates import DAY, HOUR
from engine.events import Happening
from flows import control
from flows.datatime import DataTime, Pace, dated
from flows.decider import DUE_LIMIT
from flows.partition import partition_of
from flows.process import Stop
from flows.sender import Sender
from flows.store import MAX_RECORDS
from flows.topics import EVENTS

OFTEN: Final = 2000
"""Lines between two looks at the delivery reports, and two moves of the progress bar."""
UNDATED: Final = 10_000
"""Lines without a moment that wait for the first one that has one."""
QUEUE: Final[dict[str, str | int | float | bool]] = {
    "queue.buffering.max.messages": 100_000,
    "linger.ms": 20,
    "delivery.report.only.error": True,
}
"""Producer settings for a replay: bounded memory, full batches."""


class Summary(Struct):
    """What was replayed. first, last: data time (s). seconds: how long it took.

    unreadable: lines that are no event, sent all the same. nobody: events without a customer.
    undated: events without a moment; they get that of the line before. ahead: events whose moment
    was not believed. stopped: whether somebody stopped it before the end.
    """

    lines: int = 0
    unreadable: int = 0
    nobody: int = 0
    undated: int = 0
    ahead: int = 0
    ticks: int = 0
    first: float = 0.0
    last: float = 0.0
    seconds: float = 0.0
    stopped: bool = False


class Replay:
    """Sends lines and ticks.

    tick: data time between two ticks (s). speed: data time per time on the clock; None: as fast as
    it goes. until_days: how far ticks go on after the last line, so that timers mature.
    """

    def __init__(
        self,
        sender: Sender,
        partitions: int,
        stop: Stop,
        *,
        tick: float = HOUR,
        speed: float | None = None,
        until_days: float = 0.0,
    ) -> None:
        self.sender = sender
        self.partitions = partitions
        self.stop = stop
        self.tick = tick
        self.until_days = until_days
        self.summary = Summary()
        self._time = DataTime()
        self._pace = Pace(speed, stop)
        self._next_tick = 0.0
        self._waiting: list[tuple[bytes, str]] = []
        self._met: set[str] = set()
        self._crowds: Counter[int] = Counter()

    def run(self, lines: Iterable[bytes], look: Callable[[], None] = lambda: None) -> Summary:
        """Send everything, and wait until the broker has it. look: called now and then.

        Raises DeliveryError: the broker did not acknowledge. SettingsError: the file is broken;
        what came before that is sent.
        """
        began = time.monotonic()
        try:
            for line in lines:
                self.line(line)
                if self.summary.lines % OFTEN == 0:
                    self.sender.poll()
                    look()
                if self.stop():
                    break
            self._send()
            self._ripen()
        finally:
            self._send()
            self.sender.settle()
            self.summary.seconds = time.monotonic() - began
            self.summary.stopped = self.stop()
            look()
        return self.summary

    def line(self, line: bytes) -> None:
        """Send a line, after the ticks that are due by its moment."""
        self.summary.lines += 1
        who, at = self._read(line)
        if at and not self._time.believe(at, who):
            self.summary.ahead += 1
        self._waiting.append((line, who))
        if self._time.now or len(self._waiting) > UNDATED:
            self._send()

    def _read(self, line: bytes) -> tuple[str, float]:
        """Whose it is, and when it happened (s); empty and 0 where it does not say."""
        try:
            event = _decode(line)
            at = dated(event)
        except (ValueError, RecursionError, OverflowError):
            self.summary.unreadable += 1
            return "", 0.0
        who = event.customer
        if not at:
            self.summary.undated += 1
        if not who:
            self.summary.nobody += 1
        elif self.until_days and who not in self._met:
            self._met.add(who)
            self._crowds[partition_of(who, self.partitions)] += 1
        return who, at

    def _send(self) -> None:
        """Whatever waits: one line as a rule, and at the beginning those that have no moment.

        A file without any moment is dated now.
        """
        if not self._waiting:
            return
        now = self._time.now = self._time.now or time.time()
        if not self._next_tick:
            self.summary.first = now
            self._next_tick = now // self.tick * self.tick
        self._ticks_until(now)
        self._pace.wait_for(now)
        self.summary.last = now
        for line, who in self._waiting:
            self.sender.send(EVENTS, who.encode() or None, line, at_ms=round(now * 1000))
        self._waiting.clear()

    def _ticks_until(self, now: float) -> None:
        while self._next_tick <= now and not self.stop():
            self._pace.wait_for(self._next_tick)
            for partition in range(self.partitions):
                self._tick(partition, self._next_tick)
            self._next_tick += self.tick

    def _ripen(self) -> None:
        """Ticks until so many days after the last line; at the end so many that all timers fire.

        One batch fires the timers of at most DUE_LIMIT customers, however many ticks it holds, and
        holds at most MAX_RECORDS of them.
        """
        if not self.until_days or not self.summary.last or self.stop():
            return
        end = self.summary.last + self.until_days * DAY
        self._ticks_until(end)
        self._pace.wait_for(end)
        for partition, customers in sorted(self._crowds.items()):
            for _ in range(ceil(customers / DUE_LIMIT) * MAX_RECORDS):
                self._tick(partition, end)

    def _tick(self, partition: int, at: float) -> None:
        control.tick(self.sender, partition, round(at * 1000))
        self.summary.ticks += 1


_decode: Final = msgspec.json.Decoder(Happening).decode
