"""Data time: how late it is in the town, while real seconds go by."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

LEAD: Final = 0.75
"""Real seconds by which the town is ahead of the clock's ticks.

A tick that overtakes the town's events, because this process was held up, would make them late:
at three days a second, a second is enough for messages to be held back. Log time goes with the
newest record, so a tick behind it still fires all that is due.
"""


class Pace:
    """The town's time and the clock's, both `speed` times as fast as the real one.

    at: what the clock shows now (Unix s). clock: real seconds, from any origin.
    """

    def __init__(
        self, at: float, speed: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.speed = speed
        self._clock = clock
        self.set(at)

    def set(self, at: float) -> None:
        """The clock shows this moment now (Unix s)."""
        self._at, self._set = at, self._clock()

    @property
    def ticks(self) -> float:
        """What the clock shows (Unix s)."""
        return self._at + (self._clock() - self._set) * self.speed

    @property
    def now(self) -> float:
        """The town's time (Unix s)."""
        return self.ticks + LEAD * self.speed

    @property
    def iso(self) -> str:
        """What the clock shows, as `punchcard run clock --start` takes it."""
        return datetime.fromtimestamp(self.ticks, UTC).isoformat(timespec="milliseconds")
