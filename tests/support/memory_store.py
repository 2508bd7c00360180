"""One partition without Kafka and Redis: records made by hand, folded into dictionaries."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

import msgspec

from engine.decisions import Decision
from engine.state import Customer
from engine.world import World
from flows import codec
from flows.decide import stored_world
from flows.decider import Partition
from flows.record import Batch, Record
from flows.store import Checkpoint, Commit, Entry, State, Store
from flows.topics import DEAD_LETTERS, DECISIONS

Profile = dict[bytes | str, bytes | str]


class MemoryStore:
    """What Redis would hold of one partition; a commit that Redis would refuse fails here too."""

    def __init__(self) -> None:
        self.at = Checkpoint(0, "begun", "log")
        self.profiles: dict[str, Profile] = {}
        self.timers: dict[str, float] = {}
        self.published: dict[str, bytes] = {}
        self.budgets: dict[str, bytes] = {}
        self.pages: dict[str, bytes] = {}
        self.outbox: list[Entry] = []
        self._last = (-1, -1)

    def commit(self, commit: Commit) -> None:
        """Take it, as `commit.lua` does."""
        assert commit.old == self.at
        self.at = commit.new
        for who, pairs in commit.customers.items():
            stamp = ["as_of", repr(commit.new.log_time), "offset", str(commit.new.offset)]
            fields = [*pairs, *stamp]
            if who in commit.anew:
                self.profiles.pop(who, None)
            profile = self.profiles.setdefault(who, {})
            profile.update(zip(fields[::2], fields[1::2], strict=True))
        for n, entry in enumerate(commit.outbox):
            assert (commit.new.offset, n) > self._last
            self._last = (commit.new.offset, n)
            self.outbox.append(entry)
        self.timers.update({who: when for when, who in commit.due})
        for who in commit.gone:
            self.timers.pop(who, None)
        self.published.update(commit.world)
        self.budgets.update(commit.quota)
        self.pages.update(commit.totals)
        for field in commit.dropped:
            self.published.pop(field, None)

    def states(self, partition: int, customers: Sequence[str]) -> list[State | None]:
        profiles = map(self.profiles.get, customers)
        return [None if fields is None else state(fields) for fields in profiles]

    def due(self, partition: int, until: float, limit: int) -> list[str]:
        waiting = sorted((when, who) for who, when in self.timers.items() if when <= until)
        return [who for _, who in waiting[:limit]]

    def first_due(self, partition: int) -> float | None:
        return min(self.timers.values(), default=None)

    def quotas(self, partition: int) -> dict[str, bytes]:
        return dict(self.budgets)

    def totals(self, partition: int) -> dict[str, bytes]:
        return dict(self.pages)

    def world(self, partition: int) -> dict[str, bytes]:
        return self.published


class Run:
    """A partition at work on such a store."""

    def __init__(
        self, *, number: int = 0, count: int = 1, cache: int = 1000, patience: int = 1000
    ) -> None:
        self.store = MemoryStore()
        self._home = {"number": number, "count": count, "cache": cache, "patience": patience}
        self.restart()

    def restart(self) -> None:
        """Forget all that is not stored."""
        world = stored_world(cast(Store, self.store), self._home["number"])
        self.partition = Partition(
            at=self.store.at, world=world, loader=self.store, **cast(Any, self._home)
        )

    def fold(self, records: Sequence[Record]) -> list[Commit]:
        """One batch, committed."""
        commits = []
        for commit in self.partition.fold(Batch(self._home["number"], list(records))):
            self.store.commit(commit)
            commits.append(commit)
        return commits

    def settle(self) -> None:
        """Tick on the spot until nothing is due."""
        while self.store.due(0, self.store.at.log_time, 1):
            tick = b'{"event":"Tick","messageId":"settle"}'
            at = self.store.at
            self.fold([Record(at.offset, at.log_time, None, tick, "clock")])

    @property
    def world(self) -> World:
        """What is published."""
        return self.partition.world

    @property
    def states(self) -> dict[str, Customer[Any]]:
        """Everybody as stored, with the book open."""
        found = {who: codec.customer(state(fields)) for who, fields in self.store.profiles.items()}
        for customer in found.values():
            customer.shelf = customer.book
        return found

    @property
    def decisions(self) -> dict[str, Decision]:
        """What was decided, by id; fails where one id has two contents."""
        found: dict[str, Decision] = {}
        for entry in self.said(DECISIONS):
            decision = _decisions.decode(entry.value)
            assert found.setdefault(decision.id, decision) == decision
        return found

    @property
    def dead(self) -> list[tuple[bytes, Mapping[str, str]]]:
        """The dead letters: value and headers."""
        return [(e.value, msgspec.json.decode(e.headers)) for e in self.said(DEAD_LETTERS)]

    def said(self, topic: str) -> list[Entry]:
        """What is to be published on a topic, in order."""
        return [entry for entry in self.store.outbox if entry.topic == topic]


def state(profile: Profile) -> State:
    """What a profile's hash holds for the engine itself."""
    return cast(State, (profile["state"], profile["book"], profile["inbox"]))


def numbered(records: Iterable[Record], first: int = 0) -> list[Record]:
    """The records, one behind the other in the log."""
    return [msgspec.structs.replace(r, offset=first + n) for n, r in enumerate(records)]


_decisions: Final = msgspec.json.Decoder(Decision)
