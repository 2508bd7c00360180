"""One record of the log, as it was fetched."""

from confluent_kafka import Message
from msgspec import Struct

SOURCE = "source"
"""The header that says who wrote a record."""
SEQ = "seq"
"""The header with the outbox id `<offset>-<n>`, rising within a partition.

Smaller or equal, it is a repeat.
"""
AT_MS = "at_ms"
"""The header that tells `publish` which timestamp a record shall have (ms)."""
NOWHERE = (-1, -1)


class Record(Struct, frozen=True, gc=False):
    """at: the record's timestamp (s).

    source: who wrote it, from the header; empty if it does not say.

    seq: the place in a partition's outbox that it was published from, from the header; (-1, -1)
    elsewhere.
    """

    offset: int
    at: float
    key: bytes | None
    value: bytes
    source: str = ""
    seq: tuple[int, int] = NOWHERE


class Batch(Struct, frozen=True):
    """Records of one partition, in the order of the log.

    fetched: when they were taken (monotonic s).
    """

    partition: int
    records: list[Record]
    fetched: float = 0.0


def record(message: Message) -> Record:
    """What of a Kafka message matters.

    A record without a value is an empty one, and is refused as such.
    """
    offset, at_ms = message.offset(), message.timestamp()[1]
    assert offset is not None
    key, value, headers = message.key(), message.value() or b"", message.headers()
    if not headers:
        return Record(offset, at_ms / 1000.0, key, value)
    named = {name: _text(text) for name, text in dict(headers).items()}
    place, _, n = named.get(SEQ, "").partition("-")
    seq = (int(place), int(n)) if place.isdigit() and n.isdigit() else NOWHERE
    return Record(offset, at_ms / 1000.0, key, value, named.get(SOURCE, ""), seq)


def _text(value: str | bytes | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
