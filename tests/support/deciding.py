"""What `decide` does to a real Redis, without Kafka: records folded and committed at once."""

from collections.abc import Iterable

from flows.decide import stored_world
from flows.decider import Partition
from flows.partition import partition_of
from flows.record import Batch, Record
from flows.store import Store
from tests.support.memory_store import numbered

LOG = "cluster/topic/{}"


def decide(store: Store, *records: Record, count: int = 8) -> None:
    """Fold the records, each into its customer's partition; those without a key into all."""
    for number in range(count):
        mine = [each for each in records if each.key is None or _home(each.key, count) == number]
        if mine:
            _fold(store, number, count, mine)


def _home(key: bytes, count: int) -> int:
    return partition_of(key.decode(), count)


def _fold(store: Store, number: int, count: int, records: Iterable[Record]) -> None:
    at = store.checkpoint(number) or store.begin(number, 0, LOG.format(count))
    world = stored_world(store, number)
    partition = Partition(number, count, at, world, store, cache=100, patience=100)
    store.commit(partition.fold(Batch(number, numbered(records, at.offset))))
