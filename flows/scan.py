"""Looking through the newest records of a topic, once, up to its end as it was at the start."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Final

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from flows.client import CONSUMER, client_config
from flows.settings import Settings
from flows.source import Log
from flows.topics import WAIT, full_name, identify, unreachable

AT_ONCE: Final = 500
A_MOMENT: Final = 0.1
"""The client waits this long (s) for `AT_ONCE` records, even if there are fewer."""


def newest(
    settings: Settings, topic: str, most: int, partitions: Sequence[int] | None = None
) -> Iterator[Message]:
    """The last records of these partitions, at most so many of each; in order within each.

    partitions: none named means all. Ends early where the broker goes silent for WAIT.
    Raises SettingsError: no broker answers. LogError: there is no such topic.
    """
    count = identify(settings, topic).partitions
    wanted = range(count) if partitions is None else partitions
    with closing(Log(settings, topic, {})) as log:
        bounds = {partition: (log.bounds(partition)[0], log.end(partition)) for partition in wanted}
    consumer = Consumer(client_config(settings, CONSUMER))
    try:
        yield from _tails(consumer, full_name(settings, topic), bounds, most)
    except KafkaException as error:
        raise unreachable(settings, error) from error
    finally:
        consumer.close()


def _tails(
    consumer: Consumer, name: str, bounds: Mapping[int, tuple[int, int]], most: int
) -> Iterator[Message]:
    """bounds: the first offset of each partition, and that of its next record."""
    starts, ends = [], {}
    for partition, (low, high) in bounds.items():
        if high > low:
            starts.append(TopicPartition(name, partition, max(low, high - most)))
            ends[partition] = high
    consumer.assign(starts)
    deadline = time.monotonic() + WAIT
    while ends and time.monotonic() < deadline:
        for message in consumer.consume(AT_ONCE, A_MOMENT):
            deadline = time.monotonic() + WAIT
            error, where, offset = message.error(), message.partition(), message.offset()
            if error is not None or where is None or offset is None:
                raise KafkaException(error)
            yield message
            if offset + 1 >= ends.get(where, 0):
                ends.pop(where, None)
