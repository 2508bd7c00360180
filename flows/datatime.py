"""Data time: when recorded events happened, and how fast that time goes by in a replay."""

import time
from datetime import UTC, datetime
from typing import Final

from engine.dates import DAY
from engine.events import Happening
from engine.wire import YEARS
from flows.process import Stop

LEAP: Final = 7 * DAY
"""Who is further ahead than this (s) is believed only when somebody else says so too.

Log time never falls: one browser whose clock is years ahead would fire every timer there is.
"""
_FIRST: Final = datetime(YEARS.start, 1, 1, tzinfo=UTC).timestamp()
_LAST: Final = datetime(YEARS.stop, 1, 1, tzinfo=UTC).timestamp()


def dated(event: Happening) -> float:
    """When it happened (s); 0: it does not say, or names a year that is refused anyway.

    Raises OverflowError: its moments are too far apart.
    """
    at = event.at(0.0)
    return at if _FIRST <= at < _LAST else 0.0


class DataTime:
    """The log time of what is replayed (s; 0: no moment yet). It never falls."""

    def __init__(self) -> None:
        self.now = 0.0
        self._leap: tuple[float, str] | None = None

    def believe(self, at: float, who: str) -> bool:
        """Move on to an event's moment; an earlier one changes nothing. Whether it was believed.

        >>> running = DataTime()
        >>> [running.believe(at, who) for at, who in ((1e9, "c1"), (2e9, "c2"), (1e9 + 60, "c1"))]
        [True, False, True]
        """
        if not self.now or at <= self.now + LEAP:
            self.now, self._leap = max(self.now, at), None
            return True
        if self._leap is None or self._leap[1] == who:
            self._leap = (at, who)
            return False
        self.now, self._leap = min(self._leap[0], at), None
        return True


class Pace:
    """Waits, so that data time runs `speed` times as fast as the clock; None: it never waits."""

    def __init__(self, speed: float | None, stop: Stop) -> None:
        self.speed = speed
        self.stop = stop
        self._began: tuple[float, float] | None = None

    def wait_for(self, at: float) -> None:
        """Until it is this moment of data time (s), or somebody stops us."""
        if self.speed is None:
            return
        clock, start = self._began = self._began or (time.monotonic(), at)
        ahead = clock + (at - start) / self.speed - time.monotonic()
        if ahead > 0.0:
            self.stop.wait(ahead)
