"""How far everything has come, from where it is kept: the log's ends and the checkpoints."""

from typing import cast

import msgspec
from msgspec import Struct

from flows import keys
from flows.local import Local
from flows.source import Log
from flows.topics import EVENTS, OUTCOMES


class Taught(Struct):
    """What of the learner's state we want to know (`flows.learn.Learnt`).

    offsets: the next of each partition.
    """

    offsets: dict[int, int]


class Progress:
    """Looks at the log and at the checkpoints. Close it when it is no longer needed."""

    def __init__(self, local: Local) -> None:
        self._partitions = range(local.settings.partitions)
        self._store = local.store
        self._events = Log(local.settings, EVENTS, {})
        self._outcomes = Log(local.settings, OUTCOMES, {})

    def close(self) -> None:
        """Leave the broker."""
        self._events.close()
        self._outcomes.close()

    def lag(self) -> int:
        """Records of the log that are not folded yet."""
        ends = (self._events.end(p) for p in self._partitions)
        return sum(max(0, end - at) for end, at in zip(ends, self._folded(), strict=True))

    def positions(self) -> tuple[list[int], list[int]]:
        """Up to where events are folded, and outcomes learnt, by partition."""
        return self._folded(), self._learnt()

    def dry(self) -> bool:
        """Whether all is folded, published and learnt."""
        return not self.lag() and not self._waiting() and self._all_learnt()

    def _folded(self) -> list[int]:
        found = map(self._store.checkpoint, self._partitions)
        return [0 if at is None else at.offset for at in found]

    def _waiting(self) -> bool:
        client = self._store.client
        return any(client.xlen(keys.outbox(p)) for p in self._partitions)

    def _all_learnt(self) -> bool:
        return self._learnt() == [self._outcomes.end(p) for p in self._partitions]

    def _learnt(self) -> list[int]:
        value = cast(bytes | None, self._store.client.hget(keys.learner(), "value"))
        offsets = {} if value is None else msgspec.msgpack.decode(value, type=Taught).offsets
        return [offsets.get(p, 0) for p in self._partitions]
