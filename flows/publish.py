"""outbox → topics.

At least once, in order; whoever reads drops repeats by id, or by the `seq` header.

Entries are trimmed only after the broker has acknowledged them. Redis syncs to disk before it
answers a reader too (`appendfsync always`), so what is read here cannot be lost again.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import bytewax.operators as op
import orjson
import redis
from bytewax.dataflow import Dataflow
from bytewax.inputs import DynamicSource, Source, StatelessSourcePartition
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from msgspec import Struct

from engine.errors import StoreError
from flows import keys, metrics
from flows.process import Stop
from flows.record import AT_MS, SEQ
from flows.runner import run_flow
from flows.sender import Sender
from flows.settings import Settings
from flows.store import connect
from flows.topics import identify

AT_ONCE = 2000
"""Entries of one partition that are published together."""
IDLE = timedelta(milliseconds=5)
"""How long to wait when all outboxes are empty."""


class Parcel(Struct, frozen=True):
    """Entries of one partition's outbox, in order."""

    partition: int
    entries: list[tuple[bytes, dict[bytes, bytes]]]


class Outboxes(StatelessSourcePartition[Parcel]):
    """Reads all outboxes in turn, from their beginnings: what was published is gone from there."""

    def __init__(self, client: redis.Redis, partitions: Iterable[int], stop: Stop) -> None:
        """Read these partitions until stopped."""
        self.client = client
        self.partitions = list(partitions)
        self.stop = stop
        self.idle = False

    def next_batch(self) -> list[Parcel]:
        """What waits, at most `AT_ONCE` of each partition."""
        if self.stop():
            raise StopIteration
        try:
            with self.client.pipeline(transaction=False) as reads:
                for partition in self.partitions:
                    reads.xrange(keys.outbox(partition), count=AT_ONCE)
                found = reads.execute()
        except redis.RedisError as error:
            raise StoreError("outbox", f"cannot be read: {error}") from error
        self.idle = not any(found)
        return [
            Parcel(p, entries) for p, entries in zip(self.partitions, found, strict=True) if entries
        ]

    def next_awake(self) -> datetime | None:
        """At once while there is work."""
        return datetime.now(UTC) + IDLE if self.idle else None


class OutboxSource(DynamicSource[Parcel]):
    """All outboxes, read by the one worker."""

    def __init__(self, part: Outboxes) -> None:
        """Read through this part."""
        self.part = part

    def build(self, step_id: str, worker_index: int, worker_count: int) -> Outboxes:
        """The part."""
        return self.part


class Publisher(StatelessSinkPartition[Parcel]):
    """Produce, wait for every acknowledgement, then trim."""

    def __init__(self, sender: Sender, client: redis.Redis) -> None:
        """Send to the broker, trim in Redis."""
        self.sender = sender
        self.client = client

    def write_batch(self, items: list[Parcel]) -> None:
        """Raises DeliveryError: not all was acknowledged; nothing is trimmed then."""
        for parcel in items:
            for ident, entry in parcel.entries:
                self._send(ident, entry)
        self.sender.settle()
        for parcel in items:
            self._trim(parcel)

    def _send(self, ident: bytes, entry: dict[bytes, bytes]) -> None:
        headers = orjson.loads(entry[b"h"]) if b"h" in entry else {}
        at_ms = headers.pop(AT_MS, None)
        headers[SEQ] = ident.decode()
        self.sender.send(
            entry[b"t"].decode(),
            entry[b"k"] or None,
            entry[b"v"],
            headers=headers,
            at_ms=int(at_ms) if at_ms else None,
        )

    def _trim(self, parcel: Parcel) -> None:
        offset, n = parcel.entries[-1][0].decode().split("-")
        key = keys.outbox(parcel.partition)
        try:
            self.client.xtrim(key, minid=f"{offset}-{int(n) + 1}", approximate=False)
            metrics.OUTBOX.labels(parcel.partition).set(self.client.xlen(key))
        except redis.RedisError as error:
            raise StoreError("outbox", f"cannot be trimmed: {error}") from error
        for _, entry in parcel.entries:
            metrics.PUBLISHED.labels(entry[b"t"].decode()).inc()


class PublisherSink(DynamicSink[Parcel]):
    """The sink of the one worker."""

    def __init__(self, publisher: Publisher) -> None:
        """Publish through this."""
        self.publisher = publisher

    def build(self, step_id: str, worker_index: int, worker_count: int) -> Publisher:
        """The publisher."""
        return self.publisher


def publish(outboxes: Source[Parcel], kafka: DynamicSink[Parcel]) -> Dataflow:
    """The dataflow."""
    flow = Dataflow("publish")
    parcels = op.input("outbox", flow, outboxes)
    op.output("kafka", parcels, kafka)
    return flow


def run_publish(settings: Settings, stop: Stop) -> None:
    """Publish all partitions' outboxes until stopped.

    Raises DeliveryError: the broker did not acknowledge. StoreError: Redis did not answer. Start
    again; nothing is lost.
    """
    client = connect(settings)
    partitions = range(identify(settings).partitions)
    sink = PublisherSink(Publisher(Sender(settings), client))
    run_flow(publish(OutboxSource(Outboxes(client, partitions, stop)), sink))
