"""Looking through the newest records of a topic, once, up to its end as it was at the start."""

import time
from collections.abc import Iterator, Sequence
from typing import Final

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from flows.client import CONSUMER, client_config
from flows.settings import Settings
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
    consumer = Consumer(client_config(settings, CONSUMER))
    try:
        wanted = range(count) if partitions is None else partitions
        yield from _tails(consumer, full_name(settings, topic), wanted, most)
    except KafkaException as error:
        raise unreachable(settings, error) from error
    finally:
        consumer.close()


def _tails(
    consumer: Consumer, name: str, partitions: Sequence[int], most: int
) -> Iterator[Message]:
    starts, ends = [], {}
    for partition in partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(name, partition), timeout=WAIT)
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
