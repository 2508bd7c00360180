"""Several partitions without Kafka: what one sends to another waits until somebody delivers it."""

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from engine.budgets import Amount, Quota, plus
from flows import quotas
from flows.partition import partition_of
from flows.record import AT_MS, SOURCE, Record
from flows.recount import Naive
from flows.store import Entry
from flows.topics import DECISIONS, EVENTS
from tests.support.memory_store import Run
from tests.support.records import programme, tick

_json: Final = msgspec.json.Decoder(dict[str, Any])
_quota: Final = msgspec.json.Decoder(Quota)


class Town:
    """Partitions, their logs, and what is on its way between them."""

    def __init__(self, count: int, text: str) -> None:
        """Publish this programme everywhere."""
        self.count = count
        self.runs = [Run(number=number, count=count) for number in range(count)]
        self.logs: list[list[Record]] = [[] for _ in range(count)]
        self.flying: list[Record] = []
        self.publish(text)

    def publish(self, text: str, after: float = 0.0) -> None:
        """From then on this programme holds."""
        for number in range(self.count):
            self._append(number, programme(text, after))

    def tick(self, after: float) -> None:
        """Time came this far, everywhere."""
        for number in range(self.count):
            self._append(number, tick(after))

    def say(self, record: Record) -> None:
        """A record of a customer's, or an errand."""
        assert record.key is not None
        self._append(partition_of(record.key.decode(), self.count), record)

    def deliver(self, place: int = 0, *, twice: bool = False) -> None:
        """One of those that fly has arrived, and perhaps it flies on: a publisher was killed."""
        if self.flying:
            place %= len(self.flying)
            record = self.flying[place] if twice else self.flying.pop(place)
            self.say(record)

    def settle(self) -> None:
        """Everything arrives."""
        for _ in range(10_000):
            if not self.flying:
                return
            self.deliver()
        raise AssertionError("they never stop")

    def kill(self, number: int) -> None:
        """A process ends with all that it remembers, and another takes its place."""
        self.runs[number % self.count].restart()

    def quota(self, number: int, budget: str) -> Quota:
        """What a partition has stored of a budget."""
        stored = self.runs[number].store.budgets
        return _quota.decode(stored[budget]) if budget in stored else Quota()

    def spent(self, budget: str, began: int = 0) -> Amount:
        """What all partitions have given away in a period."""
        total = (0, 0)
        for number in range(self.count):
            share = self.quota(number, budget).shares.get(began)
            if share is not None:
                total = plus(total, plus(share.held, share.used))
        return total

    def said(self, name: str) -> list[dict[str, Any]]:
        """The decisions of a name, in the order of the partitions."""
        entries = [entry for run in self.runs for entry in run.said(DECISIONS)]
        decisions = [_json.decode(entry.value) for entry in entries]
        return [each for each in decisions if each["event"] == name]

    def recounted(self) -> bool:
        """Whether a naive fold of each log comes to the same budgets."""
        for number, (run, log) in enumerate(zip(self.runs, self.logs, strict=True)):
            naive = Naive(number, self.count)
            for record in log:
                naive.apply(record)
            if quotas.moved(naive.purse, run.store.budgets):
                return False
        return True

    def _append(self, number: int, record: Record) -> None:
        run, log = self.runs[number], self.logs[number]
        record = replace(record, offset=run.store.at.offset)
        log.append(record)
        seen = len(run.store.outbox)
        run.fold([record])
        new = run.store.outbox[seen:]
        self.flying += [_record(entry) for entry in new if entry.topic == EVENTS]


def _record(entry: Entry) -> Record:
    headers = _json.decode(entry.headers)
    return Record(-1, int(headers[AT_MS]) / 1000, entry.key, entry.value, headers[SOURCE])
