"""What was decided, as it comes out of the topic: counted, and some of it shown."""

from collections import Counter
from typing import Final, Protocol

import msgspec

from engine.decisions import Decision
from flows.record import Batch

AT_ONCE: Final = 4
"""Fetches of one call at most."""
SHOWN: Final = 40
"""Decisions that are kept to be shown."""


class Topic(Protocol):
    """Where decisions come from (`flows.source.Log`)."""

    def take(self, wait: float = 0.0) -> list[Batch]:
        """What is there."""


class Heard:
    """Reads decisions, each once. counts: by name. latest: a choice of them, newest first.

    There are thousands a second, and points are most of them: `show` picks one of the kind that has
    been shown least, so that a reader sees all of the programme at a pace that can be read.
    """

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._seen: dict[int, tuple[int, int]] = {}
        self._since: dict[str, Decision] = {}
        self._shown: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.latest: list[Decision] = []

    def take(self) -> list[Decision]:
        """What is new, at most some fetches of it."""
        found: list[Decision] = []
        for _ in range(AT_ONCE):
            batches = self._topic.take()
            for batch in batches:
                found += self._new(batch)
            if not batches:
                break
        self.counts.update(decision.event for decision in found)
        self._since.update({decision.event: decision for decision in found})
        return found

    def show(self) -> None:
        """Pick one of what came since the last pick."""
        if self._since:
            event = min(self._since, key=lambda name: (self._shown[name], name))
            self._shown[event] += 1
            self.latest = [self._since[event], *self.latest][:SHOWN]
            self._since = {}

    def _new(self, batch: Batch) -> list[Decision]:
        """Without those that `publish` sends twice when it had to be started again."""
        new = []
        for record in batch.records:
            if record.seq > self._seen.get(batch.partition, (-1, -1)):
                self._seen[batch.partition] = record.seq
                new.append(_decoder.decode(record.value))
        return new


_decoder: Final = msgspec.json.Decoder(Decision)
