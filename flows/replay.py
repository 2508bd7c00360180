"""A recorded log told again: Segment JSON lines into `events`, in data time.

Each record is dated as its event was, and never before the record in front of it, so log time runs
as it did then. Ticks in data time make timers fire where nobody shops. What is no JSON is sent as it
is: `decide` puts it into the dead letters with its reason, and nothing is lost on the way.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil
from typing import Final

import msgspec
from msgspec import Struct

from engine.dates import DAY, HOUR
from engine.events import Happening
from engine.wire import YEARS
from flows import control
from flows.decider import DUE_LIMIT
from flows.lines import Lines
from flows.partition import partition_of
from flows.process import Stop
from flows.sender import Sender
from flows.store import MAX_RECORDS
from flows.topics import EVENTS

LEAP: Final = 7 * DAY
"""A line that is further ahead (s) is believed only when the next one of somebody else is too.

Log time never falls: one browser whose clock is years ahead would fire everybody's timers.
"""
OFTEN: Final = 2000
"""Lines between two looks at the delivery reports, and two moves of the progress bar."""
QUEUE: Final[dict[str, str | int | float | bool]] = {
    "queue.buffering.max.messages": 100_000,
    "linger.ms": 20,
}
"""Producer settings: memory stays bounded, and batches are full."""


class Summary(Struct):
    """What was replayed. first, last: data time (s). seconds: how long it took.

    unreadable: lines that are no event, sent all the same. nobody: events without a customer.
    undated: lines without a moment; they get the one before. ahead: lines whose moment was not
    believed. stopped: whether somebody stopped it before the end.
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


class DataTime:
    """The running log time of what is replayed (s): it never falls, and no single line makes it leap."""

    def __init__(self) -> None:
        self.now = 0.0
        self._leap: tuple[float, str] | None = None

    def believe(self, at: float, who: str) -> bool:
        """Move on to this line's moment; whether it is believed. An earlier one changes nothing."""
        if not self.now or at <= self.now + LEAP:
            self.now, self._leap = max(self.now, at), None
            return True
        if self._leap is not None and self._leap[1] != who:
            self.now, self._leap = min(self._leap[0], at), None
            return True
        self._leap = (at, who) if self._leap is None else self._leap
        return False


class Pace:
    """Waits, so that data time runs `speed` times as fast as the clock; None: as fast as can be."""

    def __init__(self, speed: float | None, stop: Stop) -> None:
        self.speed = speed
        self.stop = stop
        self._began: tuple[float, float] | None = None

    def wait_for(self, at: float) -> None:
        """Until it is this moment of data time, or somebody stops us."""
        if self.speed is None:
            return
        if self._began is None:
            self._began = (time.monotonic(), at)
        clock, start = self._began
        ahead = clock + (at - start) / self.speed - time.monotonic()
        if ahead > 0:
            self.stop.wait(ahead)


class Replay:
    """Sends lines and ticks.

    tick: data time between two ticks (s). until_days: how far ticks go on after the last line.
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
        self.summary = Summary()
        self._tick = tick
        self._next = 0.0
        self._time = DataTime()
        self._pace = Pace(speed, stop)
        self._until_days = until_days
        self._customers: dict[str, int] = {}
        self._undated: list[bytes] = []

    def run(self, lines: Lines, look: Callable[[Lines], None] = lambda lines: None) -> Summary:
        """Send everything, and wait until the broker has it. look: called now and then.

        Raises DeliveryError: the broker did not acknowledge. SettingsError: the file is broken;
        what came before is sent.
        """
        began = time.monotonic()
        try:
            for line in lines:
                if self.stop():
                    self.summary.stopped = True
                    break
                self.line(line)
                if self.summary.lines % OFTEN == 0:
                    self.sender.poll()
                    look(lines)
            else:
                self._ripen()
        finally:
            self._send_undated()
            self.sender.settle()
            self.summary.seconds = time.monotonic() - began
            look(lines)
        return self.summary

    def line(self, line: bytes) -> None:
        """Send a line; first the ticks that are due by its moment."""
        self.summary.lines += 1
        who, at = self._read(line)
        if at and not self._time.believe(at, who):
            self.summary.ahead += 1
        if not self._time.now:
            self._undated.append(line)
            return
        self._move()
        self._send_undated()
        self._send(line, who)

    def _read(self, line: bytes) -> tuple[str, float]:
        """Whose it is and when it happened (s); empty and 0 where it does not say."""
        try:
            event = _decode(line)
            at = event.at(0.0)
        except (ValueError, RecursionError, OverflowError):
            self.summary.unreadable += 1
            return "", 0.0
        dated = EARLIEST <= at < LATEST
        self.summary.undated += not dated
        self.summary.nobody += not event.customer
        return event.customer, at if dated else 0.0

    def _send(self, line: bytes, who: str) -> None:
        if self._until_days and who not in self._customers:
            self._customers[who] = partition_of(who, self.partitions)
        key = who.encode() if who else None
        self.sender.send(EVENTS, key, line, at_ms=round(self._time.now * 1000))

    def _send_undated(self) -> None:
        """Lines before the first moment have that one; without any, the present."""
        if not self._undated:
            return
        self._time.now = self._time.now or time.time()
        for line in self._undated:
            self._send(line, self._read_again(line))
        self._undated.clear()

    def _move(self) -> None:
        """Data time has moved: the ticks up to it, then wait for it."""
        now = self._time.now
        if not self._next:
            self._next = now // self._tick * self._tick
            self.summary.first = now
        while self._next <= now and not self.stop():
            self._ticks(self._next)
            self._next += self._tick
        self._pace.wait_for(now)
        self.summary.last = now
