"""One partition: its customers in memory, its position, and the fold of a batch into commits.

Customers stay in memory between batches, as the bytes that the store holds: that is less than a
tenth of what they are as objects, and to read them in one piece is quicker than to gather objects
from all over the memory (bench/throughput). It is safe because nobody else can have written them:
whoever commits in our place changes the token, our next commit is fenced, and this process ends
with all that it remembers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, Protocol

from engine.dates import NEVER
from engine.events import Happening, Tick
from engine.wire import Refused, decode
from engine.world import World
from flows.attempt import Attempt, Counts, Decoded, SuspectError
from flows.codec import opened
from flows.record import Batch
from flows.store import Checkpoint, Commit, State

DUE_LIMIT: Final = 200
"""Customers whose timers the ticks of one batch may fire; the others wait and lose nothing."""


class Loader(Protocol):
    """What a partition reads from the store."""

    def states(self, partition: int, customers: Sequence[str]) -> list[State | None]:
        """The stored state of each, in its three parts."""

    def due(self, partition: int, until: float, limit: int) -> list[str]:
        """Whose timers are due."""

    def first_due(self, partition: int) -> float | None:
        """When the next timer fires."""

    def quotas(self, partition: int) -> dict[str, bytes]:
        """What the partition has of each budget."""

    def totals(self, partition: int) -> dict[str, bytes]:
        """What moved on each day."""


class Partition:
    """A partition's worlds, customers and position.

    `fold` is called again only after its commits are stored.
    """

    def __init__(
        self,
        number: int,
        count: int,
        at: Checkpoint,
        world: World,
        loader: Loader,
        *,
        cache: int,
        patience: int,
    ) -> None:
        """cache: customers kept in memory.

        patience: records refused in a row before the partition stops.
        """
        self.number = number
        self.count = count
        self.at = at
        self.world = world
        self.loader = loader
        self.cache = cache
        self.patience = patience
        self.refused_in_row = 0
        self.kept: dict[str, State] = {}
        self.quotas: Mapping[str, bytes] = loader.quotas(number)
        self.totals = loader.totals(number)
        self.due: list[str] = []
        self.moved_to = NEVER
        self.counts = Counts()

    def fold(self, batch: Batch) -> Iterator[Commit]:
        """Apply the records, each exactly as if it came alone; a commit for every few of them.

        Each commit may be sent before the next one is asked for: the chain of tokens makes a later
        one fail where an earlier one did. So the store writes while the engine folds.

        Raises PoisonError: too many in a row were refused.
        """
        events: list[Decoded] = [decode(record.value) for record in batch.records]
        self.due = self._whose_timers_fire(batch, events)
        self._load({*_customers(events), *self.due})
        self.moved_to = NEVER
        done = 0
        while done < len(events):
            commit = self._next(batch, events, done)
            done += commit.records
            yield commit

    def first_due(self) -> float:
        """The earliest timer of the partition.

        The store's index may not know yet what this batch has sent already.
        """
        found = self.loader.first_due(self.number)
        return min(NEVER if found is None else found, self.moved_to)

    def _next(self, batch: Batch, events: Sequence[Decoded], first: int) -> Commit:
        """The next commit.

        A record that makes a rule raise is taken out and all others are folded again from the
        bytes in memory, so that nothing half-done remains.
        """
        poison: dict[tuple[int, str], Refused] = {}
        while True:
            attempt = Attempt(self, batch, poison)
            try:
                commit = attempt.run(events, first)
            except SuspectError as suspect:
                poison[suspect.key] = suspect.why
                continue
            self.at, self.world, self.refused_in_row = commit.new, attempt.world, attempt.refused
            self.kept.update(attempt.packed)
            self.quotas = {**self.quotas, **commit.quota}
            self.totals.update(commit.totals)
            self.moved_to = min([self.moved_to, *(when for when, _ in commit.due)])
            self.counts.add(attempt.counts)
            return commit

    def _whose_timers_fire(self, batch: Batch, events: Sequence[Decoded]) -> list[str]:
        """By the index, for the ticks of this batch; who joins it later waits."""
        records = zip(batch.records, events, strict=True)
        times = [record.at for record, event in records if isinstance(event, Tick)]
        if not times:
            return []
        return self.loader.due(self.number, max(*times, self.at.log_time), DUE_LIMIT)

    def _load(self, customers: set[str]) -> None:
        """Bring these customers into memory; when there are too many, the longest unseen leave."""
        missing = []
        for who in customers:
            kept = self.kept.pop(who, None)
            if kept is None:
                missing.append(who)
            else:
                self.kept[who] = kept  # young again
        strangers = len(self.kept) - (len(customers) - len(missing))
        crowd = len(self.kept) + len(missing) - self.cache
        for oldest in list(islice(self.kept, max(0, min(crowd, strangers)))):
            del self.kept[oldest]
        states = self.loader.states(self.number, missing) if missing else []
        for who, state in zip(missing, states, strict=True):
            if state is not None:
                self.kept[who] = opened(state)


def _customers(events: Iterable[Decoded]) -> Iterator[str]:
    """Whom the events are about; a control record is about nobody."""
    return (event.customer for event in events if isinstance(event, Happening) and event.customer)
