"""One customer as the engine knows them: state, world and position, read from Redis."""

from typing import Any, Final, cast

import msgspec
from confluent_kafka import Consumer, KafkaException, TopicPartition
from msgspec import Struct

from engine.errors import StoreError
from engine.state import Customer
from engine.turn import Turn
from engine.world import World
from flows import codec, keys
from flows.client import CONSUMER, client_config
from flows.decide import stored_world
from flows.partition import partition_of
from flows.settings import Settings
from flows.store import Checkpoint, Store, connect
from flows.topics import EVENTS, full_name

PATIENCE: Final = 3.0
"""How long the broker may take to tell the end of the log (s)."""


class Found(Struct, frozen=True):
    """A customer, and where the engine stands with them.

    as_of: log time (s) of the last event; offset: the record after it. lag: records of the
    partition that are not folded yet; None: the broker did not say.
    """

    who: str
    partition: int
    customer: Customer[Any]
    world: World
    checkpoint: Checkpoint
    as_of: float
    offset: int
    lag: int | None

    @property
    def turn(self) -> Turn:
        """A turn in which nothing happens: for reading, at the partition's log time."""
        now = self.checkpoint.log_time
        return Turn(self.world, self.customer, self.who, now, "", [], [], [])


def find(settings: Settings, who: str) -> Found | None:
    """Look somebody up; None: nobody of that name.

    Raises SettingsError: Redis does not answer. StoreError: nothing was ever folded into it, or by
    another release.
    """
    store = Store(connect(settings))
    partition = partition_of(who, partitions_of(store))
    key = keys.customer(partition, who)
    fields = cast(dict[bytes, bytes], store.client.hgetall(key))
    checkpoint = store.checkpoint(partition)
    if not fields or checkpoint is None:
        return None
    return Found(
        who=who,
        partition=partition,
        customer=_unpacked(fields, key),
        world=stored_world(store, partition),
        checkpoint=checkpoint,
        as_of=float(fields[b"as_of"]),
        offset=int(fields[b"offset"]),
        lag=_lag(settings, partition, checkpoint.offset),
    )


def _unpacked(fields: dict[bytes, bytes], key: str) -> Customer[Any]:
    try:
        return codec.customer((fields[b"state"], fields[b"book"], fields[b"inbox"]))
    except (KeyError, msgspec.ValidationError) as error:
        raise StoreError(key, f"was written by another release: {error}") from error


def partitions_of(store: Store) -> int:
    """How many there are, from the log that the checkpoint was taken on."""
    first = store.checkpoint(0)
    if first is None:
        raise StoreError(keys.checkpoint(0), "nothing was folded yet", "punchcard run decide")
    return int(first.log.rpartition("/")[2])


def _lag(settings: Settings, partition: int, offset: int) -> int | None:
    """None where the broker does not answer: the customer is shown all the same."""
    consumer = Consumer(client_config(settings, CONSUMER))
    topic = TopicPartition(full_name(settings, EVENTS), partition)
    try:
        return max(0, int(consumer.get_watermark_offsets(topic, timeout=PATIENCE)[1]) - offset)
    except KafkaException:
        return None
    finally:
        consumer.close()
