"""One partition: its customers in memory, its position, and the fold of a batch into commits.

Customers stay in memory between batches. That is safe because nobody else can have written them:
whoever commits in our place changes the token, our next commit is fenced, and this process ends
with all that it remembers.
"""

from collections.abc import Collection, Sequence
from itertools import islice
from typing import Protocol

from engine.wire import Refused, decode
from engine.world import World
from flows.attempt import Attempt, Counts, Decoded, SuspectError
from flows.codec import CODEC
from flows.draft import Kept
from flows.record import Batch
from flows.store import Checkpoint, Commit, State


class Loader(Protocol):
    """What a partition reads from the store."""

    def states(self, partition: int, customers: Sequence[str]) -> list[State | None]:
        """The stored state of each, in its three parts."""

    def due(self, partition: int, until: float, limit: int) -> list[str]:
        """Whose timers are due."""

    def first_due(self, partition: int) -> float | None:
        """When the next timer fires."""


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
        self.kept: dict[str, Kept] = {}
        self.counts = Counts()

    def fold(self, batch: Batch) -> list[Commit]:
        """Apply the records, each exactly as if it came alone.

        One commit, or several where one would be too large.

        A record that makes a rule raise is taken out and all others are folded again from the
        stored states, so that nothing half-done remains.
        Raises PoisonError: too many in a row were refused.
        """
        events: list[Decoded] = [decode(record.value) for record in batch.records]
        poison: dict[tuple[int, str], Refused] = {}
        while True:
            attempt = Attempt(self, batch, events, poison)
            try:
                return attempt.run()
            except SuspectError as suspect:
                poison[suspect.key] = suspect.why
                for who in attempt.seen:
                    self.kept.pop(who, None)

    def load(self, customers: Collection[str]) -> None:
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
                customer = CODEC.unpack(*state)
                moving, standing, _ = map(len, state)
                self.kept[who] = Kept(customer, customer.due, moving, standing)
