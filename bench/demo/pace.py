"""Data time: how late it is in the town, while real seconds go by."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from bench.demo.parts import Parts
from flows.control import CLOCK

SLOWEST: Final = 0.3
"""The share of its full speed below which the town's time does not fall.

The clock's ticks go by at this one. Log time goes with the newest record, so a tick behind the town
still fires all that is due; one that overtook it would make the town's events late.
"""
TICK: Final = "0.1"
"""Real seconds between two ticks."""
BUSY: Final = 3.0
"""Seconds of work that may wait; with more, time slows down."""
IDLE: Final = 1.5
"""Seconds of work below which time may go faster again."""
SLOWER: Final = 0.85
FASTER: Final = 1.1
"""What one look changes the speed by."""


class Pace:
    """The town's time. Where the engine falls behind, it goes by more slowly, so that both agree.

    at: the town's moment now (Unix s). full: seconds of it in a real one, where nothing falls
    behind. clock: real seconds, from any origin.
    """

    def __init__(self, at: float, full: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._full = full
        self._clock = clock
        self._at, self._since = at, clock()
        self.speed = full

    @property
    def now(self) -> float:
        """The town's moment (Unix s)."""
        return self._at + (self._clock() - self._since) * self.speed

    def keep_up(self, waiting: float, rate: float) -> None:
        """One look at the engine. waiting: events not yet folded; rate: folded in a second."""
        if rate < 1.0:
            return
        self._at, self._since = self.now, self._clock()
        if waiting > BUSY * rate:
            self.speed = max(self.speed * SLOWER, self._full * SLOWEST)
        elif waiting < IDLE * rate:
            self.speed = min(self.speed * FASTER, self._full)


def start_clock(parts: Parts, at: float, speed: float) -> None:
    """As a process, from a moment of the town's time on; started again, it begins there again."""
    start = datetime.fromtimestamp(at, UTC).isoformat()
    parts.start(CLOCK, "--start", start, "--speed", repr(speed), tick_seconds=TICK)
