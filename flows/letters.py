"""The newest dead letters: what was refused, why, and where it had stood."""

import time
from typing import Final

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition
from msgspec import Struct

from flows.client import CONSUMER, client_config
from flows.settings import Settings
from flows.topics import DEAD_LETTERS, WAIT, full_name, identify, unreachable

AT_ONCE: Final = 500
A_MOMENT: Final = 0.1
"""The client waits this long (s) for `AT_ONCE` records, even if there are fewer."""


class Letter(Struct, frozen=True):
    """A refused record. at: when it was put away (s). came_from: topic[partition]@offset.

    value: its bytes, as far as they were kept.
    """

    at: float
    reason: str
    detail: str
    came_from: str
    value: bytes


def newest(settings: Settings, most: int) -> list[Letter]:
    """The last ones of the whole topic, oldest first, each once.

    Raises SettingsError: no broker answers. LogError: there is no such topic.
    """
    partitions = identify(settings, DEAD_LETTERS).partitions
    consumer = Consumer(client_config(settings, CONSUMER))
    try:
        found = [_letter(message) for message in _tails(settings, consumer, partitions, most)]
    except KafkaException as error:
        raise unreachable(settings, error) from error
    finally:
        consumer.close()
    once = {letter.came_from: letter for letter in found}
    return sorted(once.values(), key=lambda letter: letter.at)[-most:]


def _tails(settings: Settings, consumer: Consumer, partitions: int, most: int) -> list[Message]:
    """The last records of every partition."""
    name = full_name(settings, DEAD_LETTERS)
    starts, ends = [], {}
    for partition in range(partitions):
        low, high = consumer.get_watermark_offsets(TopicPartition(name, partition), timeout=WAIT)
        if high > low:
            starts.append(TopicPartition(name, partition, max(low, high - most)))
            ends[partition] = high
    consumer.assign(starts)
    found: list[Message] = []
    deadline = time.monotonic() + WAIT
    while ends and time.monotonic() < deadline:
        for message in consumer.consume(AT_ONCE, A_MOMENT):
            error, where, offset = message.error(), message.partition(), message.offset()
            if error is not None or where is None or offset is None:
                raise KafkaException(error)
            found.append(message)
            if offset + 1 >= ends.get(where, 0):
                ends.pop(where, None)
    return found


def _letter(message: Message) -> Letter:
    headers = {
        name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
        for name, value in dict(message.headers() or []).items()
    }
    came_from = f"{headers.get('from', '')}[{headers.get('partition', '')}]"
    return Letter(
        at=message.timestamp()[1] / 1000.0,
        reason=headers.get("reason", "unknown"),
        detail=headers.get("detail", ""),
        came_from=f"{came_from}@{headers.get('offset', '')}",
        value=message.value() or b"",
    )
