"""Our own Kafka source.

It starts at the checkpoint, says so when it cannot, and never runs ahead of a commit.

With an epoch per batch (`epoch_interval` zero) Bytewax asks for the next batch only after the last
one has gone through the sink, so memory is bounded by one batch and what the client has fetched
ahead.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from time import monotonic, sleep
from typing import Final

from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from engine.errors import LogError
from flows.client import CONSUMER, client_config
from flows.record import Batch, Record, record
from flows.settings import Settings

Stopped = Callable[[], bool]
Watch = Callable[["Log"], None]
PATIENCE: Final = 15.0
"""How long the broker may take to tell where its log begins and ends (s)."""


class Log:
    """A reader of some partitions of a topic from given offsets.

    Nothing is committed to the broker.
    """

    def __init__(self, settings: Settings, topic: str, offsets: Mapping[int, int]) -> None:
        """Begin at the offsets.

        Raises LogError: an offset lies outside the log. A broker may stay silent about that, so we
        look ourselves.
        """
        self.settings = settings
        self.topic = settings.topic_prefix + topic
        self.size = settings.batch
        self.consumer = Consumer(client_config(settings, CONSUMER))
        for partition, offset in offsets.items():
            self._check(partition, offset)
        self.consumer.assign(
            [TopicPartition(self.topic, p, offset) for p, offset in offsets.items()]
        )

    def _check(self, partition: int, offset: int) -> None:
        low, high = self.bounds(partition)
        if offset > high:
            high = self.end(partition)
        if not low <= offset <= high:
            raise LogError(
                f"{self.topic}[{partition}]",
                f"the checkpoint is at {offset}, the log holds {low} to {high}",
                "restore the log, or a checkpoint that lies inside it",
            )

    def bounds(self, partition: int) -> tuple[int, int]:
        """The first offset that the log holds, and the one that its next record will get.

        Trap: the embedded broker counts the last batch as one record; `end` is right there too.

        Raises LogError: the partition has no leader, even after some patience.
        """
        where = TopicPartition(self.topic, partition)
        for patience in (0.2, 1.0, 3.0):  # a topic just made has no leader for a moment
            try:
                return self._watermarks(where)
            except KafkaException:
                sleep(patience)
        try:
            return self._watermarks(where)
        except KafkaException as error:
            problem = error.args[0].str()
            raise LogError(f"{self.topic}[{partition}]", problem, "is it there?") from error

    def _watermarks(self, where: TopicPartition) -> tuple[int, int]:
        low, high = self.consumer.get_watermark_offsets(where, timeout=PATIENCE)
        return int(low), int(high)

    def end(self, partition: int) -> int:
        """The offset that the next record will get, as a fetch tells it. Takes some 20 ms.

        Raises LogError: as `bounds`, or no answer to the fetch.
        """
        told = self.bounds(partition)[1]
        where = TopicPartition(self.topic, partition, told)
        quick = client_config(self.settings, CONSUMER, {"fetch.wait.max.ms": 5})
        with closing(Consumer(quick)) as probe:
            probe.assign([where])
            deadline = monotonic() + PATIENCE
            while (high := int(probe.get_watermark_offsets(where, cached=True)[1])) < 0:
                if monotonic() > deadline:
                    raise LogError(f"{self.topic}[{partition}]", "no answer to a fetch")
                probe.poll(0.005)
        return max(told, high)

    def take(self, wait: float = 0.0) -> list[Batch]:
        """What is there now, at most a batch in all, by partition.

        wait: for the first record (s); 0: not at all.

        Raises LogError: the broker says that an offset is gone.
        """
        messages = self.consumer.consume(self.size, wait)
        fetched = monotonic()
        found: dict[int, list[Record]] = {}
        for message in messages:
            error = message.error()
            if error is None:
                found.setdefault(message.partition(), []).append(record(message))  # type: ignore[arg-type]
            elif error.fatal() or error.code() in _GONE:
                raise LogError(
                    self.topic, error.str(), "restore the log, or a checkpoint that lies inside it"
                )
        return [Batch(partition, records, fetched) for partition, records in found.items()]

    def lag(self, positions: Mapping[int, int]) -> dict[int, int]:
        """How many records lie between each position and the end, as of the last fetch."""
        ends = {
            p: self.consumer.get_watermark_offsets(TopicPartition(self.topic, p), cached=True)[1]
            for p in positions
        }
        return {p: max(0, end - positions[p]) for p, end in ends.items() if end >= 0}

    def close(self) -> None:
        """Leave the broker."""
        self.consumer.close()


_GONE = frozenset(
    {
        KafkaError.OFFSET_OUT_OF_RANGE,
        KafkaError._AUTO_OFFSET_RESET,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
    }
)


class LogPart(StatefulSourcePartition[list[Batch], None]):
    """One reader inside a dataflow. Ends cleanly when `stopped` says so."""

    def __init__(self, log: Log, stopped: Stopped, watch: Watch) -> None:
        """Read from `log` until `stopped`; `watch` is shown the log once a second."""
        self.log = log
        self.stopped = stopped
        self.watch = watch
        self.shown = 0.0

    def next_batch(self) -> Iterable[list[Batch]]:
        """One item: all batches of one fetch; none when there is nothing."""
        if self.stopped():
            raise StopIteration
        if monotonic() - self.shown > 1.0:
            self.shown = monotonic()
            self.watch(self.log)
        batches = self.log.take()
        return [batches] if batches else []

    def snapshot(self) -> None:
        """Nothing: the checkpoint lies in Redis, in the same commit as the effects."""

    def close(self) -> None:
        """Leave the broker."""
        self.log.close()


class LogSource(FixedPartitionedSource[list[Batch], None]):
    """A topic's partitions as a Bytewax source, in one part for the one worker of the process."""

    def __init__(
        self, opened: Callable[[], Log], stopped: Stopped, watch: Watch = lambda log: None
    ) -> None:
        """opened: makes the reader, once the dataflow runs. watch: is shown it once a second."""
        self.opened = opened
        self.stopped = stopped
        self.watch = watch

    def list_parts(self) -> list[str]:
        """One part."""
        return ["log"]

    def build_part(self, step_id: str, for_part: str, resume_state: None) -> LogPart:
        """Open the log."""
        return LogPart(self.opened(), self.stopped, self.watch)
