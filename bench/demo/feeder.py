"""What happens in the town, sent into the log at the town's own time."""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from itertools import count
from typing import Final

from bench.town import TimedEvent

AT_ONCE: Final = 1500
"""Events that one call sends at most, so that whoever calls comes to other things too."""

Send = Callable[[TimedEvent, float], None]
"""Takes an event and its record's time (Unix s)."""


class Feeder:
    """Merges the town's events with people's answers to what was decided, by time.

    events: in the order of time. Record times never fall; an answer that comes too late for its
    moment is sent at once, as a tracker does that was offline.
    """

    def __init__(self, events: Iterable[TimedEvent], send: Send) -> None:
        self._events = iter(events)
        self._send = send
        self._answers: list[tuple[float, int, TimedEvent]] = []
        self._number = count()
        self._next = next(self._events, None)
        self.at = 0.0
        self.sent = 0

    def answer(self, events: Iterable[TimedEvent]) -> None:
        """What people will do about a decision."""
        for event in events:
            heappush(self._answers, (event.at, next(self._number), event))

    def feed(self, until: float) -> int:
        """Send what is due by this moment (Unix s), at most `AT_ONCE`; how many it was."""
        begun = self.sent
        while self.sent - begun < AT_ONCE and (event := self._take(until)) is not None:
            self.at = max(self.at, event.at)
            self._send(event, self.at)
            self.sent += 1
        return self.sent - begun

    def behind(self, now: float) -> float:
        """How long the town's oldest unsent event has been due (s of the town's time)."""
        town = self._town_at()
        return max(0.0, now - town) if town is not None else 0.0

    def _take(self, until: float) -> TimedEvent | None:
        town, answer = self._town_at(), self._answer_at()
        if answer is not None and answer <= until and (town is None or answer <= town):
            return heappop(self._answers)[2]
        if town is None or town > until:
            return None
        event, self._next = self._next, next(self._events, None)
        return event

    def _town_at(self) -> float | None:
        return self._next.at if self._next is not None else None

    def _answer_at(self) -> float | None:
        return self._answers[0][0] if self._answers else None
