"""Several partitions without Kafka and Redis: what one says to another goes by the log."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from engine.events import MergeIn
from engine.identity import Brought
from engine.state import Customer
from engine.wire import decode
from flows.partition import partition_of
from flows.record import AT_MS, SOURCE, Record
from flows.topics import EVENTS
from tests.support.memory_store import Run, numbered
from tests.support.records import programme

packed_as: Final = msgspec.msgpack.Decoder(Brought)
PROGRAMME: Final = """
name = "several"
currency = "EUR"
zone = "Europe/Vienna"
salt = "several"
"""
"""One point for every full euro."""


class Several:
    """So many partitions, and the log that they share."""

    def __init__(self, count: int = 4) -> None:
        self.runs = [Run(number=number, count=count) for number in range(count)]
        self.logs: list[list[Record]] = [[] for _ in range(count)]
        self.taken = [0] * count

    def tell(self, *records: Record) -> "Several":
        """Each record into its partition, and whatever follows from it."""
        for record in records:
            self.put(record)
            self.settle()
        return self

    def put(self, record: Record) -> None:
        """One record into its partition's log; without a key into all."""
        for number in self._homes(record):
            self.logs[number] += numbered([record], len(self.logs[number]))
            self.runs[number].fold(self.logs[number][-1:])

    def settle(self, limit: int = 1000) -> None:
        """Publish until nobody has anything to say."""
        while any([self.publish(number) for number in range(len(self.runs))]):
            limit -= 1
            assert limit, "they never stop talking"

    def publish(self, number: int, most: int = 1000) -> int:
        """The oldest that one partition has to say to others; how many there were."""
        waiting = self.runs[number].said(EVENTS)[self.taken[number] :][:most]
        self.taken[number] += len(waiting)
        for entry in waiting:
            headers = msgspec.json.decode(entry.headers)
            at = int(headers[AT_MS]) / 1000
            self.put(Record(-1, at, entry.key, entry.value, headers.get(SOURCE, "")))
        return len(waiting)

    def in_flight(self) -> list[Brought]:
        """The states that are between two ids: said, and not yet in the log."""
        found = []
        for run, taken in zip(self.runs, self.taken, strict=True):
            for entry in run.said(EVENTS)[taken:]:
                told = decode(entry.value)
                if isinstance(told, MergeIn):
                    found.append(packed_as.decode(told.properties.state))
        return found

    def replayed(self) -> "Several":
        """The same log, folded anew; what its records lead to is in it already."""
        anew = Several(len(self.runs))
        for run, records in zip(anew.runs, self.logs, strict=True):
            for each in records:
                run.fold([each])
        anew.logs = self.logs
        return anew

    def of(self, who: str) -> Customer[Any]:
        """Somebody as stored."""
        return self.states[who]

    def profile(self, who: str) -> dict[str, Any]:
        """What a page reads."""
        found = self.runs[partition_of(who, len(self.runs))].store.profiles[who]
        return {_text(name): value for name, value in found.items()}

    @property
    def states(self) -> dict[str, Customer[Any]]:
        """Everybody as stored."""
        return {who: state for run in self.runs for who, state in run.states.items()}

    @property
    def notes(self) -> Iterable[str]:
        """All that was noted, sorted."""
        return sorted(note for run in self.runs for note in run.partition.counts.notes.elements())

    def _homes(self, record: Record) -> Iterable[int]:
        if record.key is None:
            return range(len(self.runs))
        return [partition_of(record.key.decode(), len(self.runs))]


def opened() -> Several:
    """With a programme that gives points."""
    return Several().tell(programme(PROGRAMME))


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
