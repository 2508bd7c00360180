"""Data time: how late it is in the town, while real seconds go by."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Pace:
    """A clock that runs `speed` times as fast as the real one, and can be set.

    clock: real seconds, from any origin.
    """

    def __init__(
        self, at: float, speed: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.speed = speed
        self._clock = clock
        self.set(at)

    def set(self, at: float) -> None:
        """It is this moment now (Unix s)."""
        self._at, self._set = at, self._clock()

    @property
    def now(self) -> float:
        """The town's time (Unix s)."""
        return self._at + (self._clock() - self._set) * self.speed

    @property
    def iso(self) -> str:
        """The same, as `punchcard run clock --start` takes it."""
        return datetime.fromtimestamp(self.now, UTC).isoformat(timespec="milliseconds")
