"""events → commits.

Exactly once: a batch's effects and its offset land in one script (flows/store.py).
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import bytewax.operators as op
import msgspec
from bytewax.dataflow import Dataflow
from bytewax.inputs import Source
from bytewax.outputs import DynamicSink, StatelessSinkPartition

from engine.errors import LogError
from engine.models import Snapshot
from engine.world import World
from flows import metrics
from flows.attempt import Counts
from flows.decider import Partition
from flows.process import Stop
from flows.record import Batch
from flows.runner import run_flow
from flows.settings import Settings
from flows.source import Log, LogSource
from flows.store import Answer, Checkpoint, Commit, Store, check_log, connect
from flows.topics import EVENTS, identify
from policies import worlds


class Committer(StatelessSinkPartition[Iterator[Commit]]):
    """The sink: all commits of an epoch, each sent as soon as it is folded.

    So Redis writes one while the next is folded. Any error ends the process.
    """

    def __init__(self, store: Store) -> None:
        """Commit to this store."""
        self.store = store

    def write_batch(self, items: list[Iterator[Commit]]) -> None:
        """Commit; returns once Redis has them all on disk."""
        for commit in chain.from_iterable(items):
            self.store.send(commit)
            _note(self.store.answers(wait=False))
        _note(self.store.answers(wait=True))
        metrics.LAST_COMMIT.set(time.time())


class Commits(DynamicSink[Iterator[Commit]]):
    """The sink of the one worker."""

    def __init__(self, store: Store) -> None:
        """Commit to this store."""
        self.store = store

    def build(self, step_id: str, worker_index: int, worker_count: int) -> Committer:
        """One committer a worker."""
        return Committer(self.store)


class Decider:
    """Folds each batch in the partition that it belongs to."""

    def __init__(self, partitions: Mapping[int, Partition]) -> None:
        """Fold into these."""
        self.partitions = partitions

    def __call__(self, batches: list[Batch]) -> Iterator[Commit]:
        """The commits of one fetch, folded as they are asked for."""
        for batch in batches:
            yield from self.partitions[batch.partition].fold(batch)
        for partition in self.partitions.values():
            _count(partition.counts)
            partition.counts = Counts()
        metrics.CACHED.set(sum(len(partition.kept) for partition in self.partitions.values()))


def decide(log: Source[list[Batch]], fold: Decider, store: Store) -> Dataflow:
    """The dataflow."""
    flow = Dataflow("decide")
    batches = op.input("events", flow, log)
    commits = op.map("fold", batches, fold)
    op.output("commit", commits, Commits(store))
    return flow


def run_decide(settings: Settings, stop: Stop, numbers: Iterable[int] | None = None) -> None:
    """Fold the events of these partitions (all, unless named) until stopped.

    Raises LogError: the log is not the checkpoint's. StoreError: a commit failed or its answer was
    lost.
    """
    identity = identify(settings)
    store = Store(connect(settings))
    mine = sorted(range(identity.partitions) if numbers is None else numbers)
    if mine and mine[-1] >= identity.partitions:
        raise LogError(EVENTS, f"has no partition {mine[-1]}, only 0 to {identity.partitions - 1}")
    begun = {p: _begun(settings, store, p, str(identity)) for p in mine}
    partitions = {
        p: Partition(
            p,
            identity.partitions,
            at,
            stored_world(store, p),
            store,
            cache=settings.cache // len(mine) or 1,
            patience=settings.refused_in_row,
        )
        for p, at in begun.items()
    }

    def watch(log: Log) -> None:
        for p, lag in log.lag({p: each.at.offset for p, each in partitions.items()}).items():
            metrics.LAG.labels(p).set(lag)

    offsets = {p: at.offset for p, at in begun.items()}
    source = LogSource(lambda: Log(settings, EVENTS, offsets), stop, watch)
    run_flow(decide(source, Decider(partitions), store))


def stored_world(store: Store, partition: int) -> World:
    """What is published in a partition, as the last commit left it."""
    kept = store.world(partition)
    if "eras" not in kept:
        return worlds.genesis()
    chain = msgspec.msgpack.decode(kept["eras"], type=list[tuple[float, worlds.Era]])
    texts = [value.decode() for field, value in kept.items() if field.startswith("programme:")]
    snapshots = {
        field.removeprefix("model:"): msgspec.json.decode(value, type=Snapshot)
        for field, value in kept.items()
        if field.startswith("model:")
    }
    return worlds.restored(chain, texts, snapshots)


def _begun(settings: Settings, store: Store, partition: int, log: str) -> Checkpoint:
    where = f"{settings.topic_prefix}{EVENTS}[{partition}]"
    stored = store.checkpoint(partition)
    if stored is None:
        stored = store.begin(partition, _start(settings, partition, where), log)
    check_log(stored.log, log, where)
    return stored


def _start(settings: Settings, partition: int, where: str) -> int:
    reader = Log(settings, EVENTS, {})
    low, _ = reader.bounds(partition)
    reader.close()
    if low and not settings.accept_trimmed_log:
        raise LogError(
            where,
            f"there is no checkpoint, and the log begins at {low}: its first records are gone",
            "restore Redis, or set PUNCHCARD_ACCEPT_TRIMMED_LOG=1 to begin without them",
        )
    return low


def _note(answers: Iterable[Answer]) -> None:
    for commit, text, sent, heard in answers:
        metrics.COMMITS.labels(text).inc()
        metrics.COMMIT_SECONDS.observe(heard - sent)
        metrics.LOG_TIME.labels(commit.partition).set(commit.new.log_time)
        metrics.ENGINE_SECONDS.observe(heard - commit.fetched, commit.records)


def _count(counts: Counts) -> None:
    for counted, metric in (
        (counts.records, metrics.RECORDS),
        (counts.decided, metrics.DECIDED),
        (counts.notes, metrics.NOTED),
        (counts.refused, metrics.REFUSED),
    ):
        for name, number in counted.items():
            metric.labels(name).inc(number)
