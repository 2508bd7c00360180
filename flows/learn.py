"""outcomes → models → the log. Each label is learnt once: offsets and models are one Redis value.

A label is predicted before it is learnt (progressive validation), so the quality that operators see
is the quality on labels that the model had not seen. New versions are immutable and enter the log
as records: what scores a customer is decided by the log, not by the moment at which a file changed.
"""

import time
from typing import Final, cast

import bytewax.operators as op
import msgspec
import redis
from bytewax.dataflow import Dataflow
from bytewax.inputs import Source
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from msgspec import Struct, field

from engine.decisions import Outcome
from engine.errors import FencedError, StoreError
from flows import control, keys, metrics
from flows.process import Stop
from flows.record import Batch
from flows.runner import run_flow
from flows.sender import Sender
from flows.settings import Settings
from flows.source import Log, LogSource
from flows.store import check_log, connect, new_token
from flows.topics import OUTCOMES, Identity, identify
from policies.models import TASKS
from policies.models.learner import Learner

SAVE: Final = """
local held = redis.call('HGET', KEYS[1], 'token')
if held and held ~= ARGV[1] then return redis.error_reply('FENCED') end
redis.call('HSET', KEYS[1], 'token', ARGV[2], 'value', ARGV[3])
return 'ok'
"""
"""Compare the token, then write everything at once."""


class Learnt(Struct):
    """What the learner is worth to a successor: where it stands and what it knows.

    offsets: the next of each partition. seen: the newest outbox id of each partition, by which
    repeats are known. models: each learner's durable form. log_time: the newest label's (s).
    """

    log: str
    offsets: dict[int, int]
    seen: dict[int, tuple[int, int]] = field(default_factory=dict)
    models: dict[str, bytes] = field(default_factory=dict)
    log_time: float = 0.0


class Shelf:
    """Where what was learnt is kept. One writer; another one's token fences us."""

    def __init__(self, client: redis.Redis) -> None:
        """Keep it in this Redis."""
        self.client = client
        self.save_all = client.register_script(SAVE)
        self.token = ""

    def load(self) -> Learnt | None:
        """What was saved last; None: nothing yet."""
        found = cast(dict[bytes, bytes], self.client.hgetall(keys.learner()))
        if not found:
            return None
        self.token = found[b"token"].decode()
        return msgspec.msgpack.decode(found[b"value"], type=Learnt)

    def save(self, learnt: Learnt) -> None:
        """All of it, at once.

        Raises FencedError: another learner has saved since. StoreError: the answer is lost or bad.
        """
        token = new_token()
        try:
            self.save_all(
                keys=[keys.learner()], args=[self.token, token, msgspec.msgpack.encode(learnt)]
            )
        except redis.ResponseError as error:
            if "FENCED" in str(error):
                raise FencedError(keys.learner(), "another learner has saved since") from error
            raise StoreError(keys.learner(), f"Redis refused: {error}") from error
        except redis.RedisError as error:
            raise StoreError(keys.learner(), f"no answer from Redis: {error}") from error
        self.token = token


class School:
    """All learners: takes labels, saves, and publishes new versions."""

    def __init__(self, settings: Settings, shelf: Shelf, sender: Sender, log: Identity) -> None:
        """Go on where the last one stopped.

        Raises LogError: the `outcomes` topic is another one than what was learnt from.
        """
        self.settings = settings
        self.shelf = shelf
        self.sender = sender
        self.partitions = log.partitions
        self.learnt = shelf.load() or Learnt(str(log), dict.fromkeys(range(log.partitions), 0))
        check_log(self.learnt.log, str(log), f"{settings.topic_prefix}{OUTCOMES}")
        models = self.learnt.models
        self.learners = {
            t.name: Learner.load(t, models[t.name]) if t.name in models else Learner(t)
            for t in TASKS
        }
        self.fresh = {name: int(name in models) for name in self.learners}
        self.last = time.monotonic()

    def take(self, batches: list[Batch]) -> None:
        """Learn what is new, save it, and publish what is due.

        Published only when saved: no version is ever unknown.
        """
        for batch in batches:
            self._learn(batch)
        self.learnt.models = {name: learner.dump() for name, learner in self.learners.items()}
        due = self._due()
        snapshots = {name: self.learners[name].snapshot() for name in due}
        self.shelf.save(self.learnt)
        for name, snapshot in snapshots.items():
            for partition in range(self.partitions):
                at_ms = int(self.learnt.log_time * 1000)
                control.model_published(self.sender, partition, snapshot, at_ms)
            metrics.VERSIONS.labels(name).inc()
        self.sender.settle()
        self._show()

    def _learn(self, batch: Batch) -> None:
        for record in batch.records:
            self.learnt.offsets[batch.partition] = record.offset + 1
            if not self._is_new(batch.partition, record.seq):
                continue
            outcome = _decoder.decode(record.value)
            learner = self.learners.get(outcome.model)
            if learner is None:
                continue
            learner.learn(outcome)
            self.fresh[outcome.model] += 1
            self.learnt.log_time = max(self.learnt.log_time, outcome.answered)
            metrics.LEARNT.labels(outcome.model).inc()

    def _is_new(self, partition: int, seq: tuple[int, int]) -> bool:
        if seq <= self.learnt.seen.get(partition, (-1, -1)):
            return False
        self.learnt.seen[partition] = seq
        return True

    def _due(self) -> list[str]:
        """Whose labels since the last version are enough, or old enough.

        Before a model has beaten the base rate, the prior serves members better.
        """
        waited = time.monotonic() - self.last >= self.settings.learn_seconds
        due = [
            name
            for name, count in self.fresh.items()
            if self.learners[name].proven
            and count
            and (waited or count >= self.settings.learn_labels)
        ]
        for name in due:
            self.fresh[name] = 0
        if due:
            self.last = time.monotonic()
        return due

    def _show(self) -> None:
        for name, learner in self.learners.items():
            for measure, value in learner.metrics().items():
                metrics.QUALITY.labels(name, measure).set(value)


class Classroom(StatelessSinkPartition[list[Batch]]):
    """The sink: one fetch, one lesson."""

    def __init__(self, school: School) -> None:
        """Teach this school."""
        self.school = school

    def write_batch(self, items: list[list[Batch]]) -> None:
        """Learn; returns once it is saved and published."""
        for batches in items:
            self.school.take(batches)


class Classrooms(DynamicSink[list[Batch]]):
    """The sink of the one worker."""

    def __init__(self, school: School) -> None:
        """Teach this school."""
        self.school = school

    def build(self, step_id: str, worker_index: int, worker_count: int) -> Classroom:
        """One classroom."""
        return Classroom(self.school)


def learn(outcomes: Source[list[Batch]], school: School) -> Dataflow:
    """The dataflow."""
    flow = Dataflow("learn")
    op.output("learn", op.input("outcomes", flow, outcomes), Classrooms(school))
    return flow


def run_learn(settings: Settings, stop: Stop) -> None:
    """Learn from all outcomes until stopped.

    Raises LogError, StoreError, DeliveryError: start again; nothing is learnt twice or lost.
    """
    log = identify(settings, OUTCOMES)
    school = School(settings, Shelf(connect(settings)), Sender(settings), log)
    offsets = school.learnt.offsets
    run_flow(learn(LogSource(lambda: Log(settings, OUTCOMES, offsets), stop), school))


_decoder: Final = msgspec.json.Decoder(Outcome)
