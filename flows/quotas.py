"""Budgets between the kernel and the store: as a hash of JSON, and as errands in the outbox."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import count as numbers
from typing import Final

import msgspec

from engine.budgets import Purse, Quota, Sending
from engine.chance import digest
from engine.events import NAMES
from flows.control import DECIDE
from flows.partition import partition_of
from flows.record import AT_MS, SOURCE
from flows.store import Entry
from flows.topics import EVENTS


def opened(number: int, count: int, stored: Mapping[str, bytes]) -> Purse:
    """A partition's budgets as the last commit left them; a copy, to be changed or thrown away."""
    return Purse(number, count, read(stored))


def read(stored: Mapping[str, bytes]) -> dict[str, Quota]:
    """What the store holds of budgets."""
    return {budget: _quota.decode(value) for budget, value in stored.items()}


def moved(purse: Purse, stored: Mapping[str, bytes]) -> dict[str, bytes]:
    """The budgets that are not as they are stored."""
    packed = {budget: _json.encode(quota) for budget, quota in purse.quotas.items()}
    return {budget: value for budget, value in packed.items() if stored.get(budget) != value}


def entry(sending: Sending, count: int, at_ms: int) -> Entry:
    """An errand on its way into the log of the partition that it is for."""
    name, lease = NAMES[sending.kind], sending.lease
    body = {
        "messageId": digest(name, str(sending.to), _json.encode(lease).decode()),
        "event": name,
        "properties": lease,
    }
    headers = _json.encode({SOURCE: DECIDE, AT_MS: str(at_ms)})
    return Entry(EVENTS, seat(sending.to, count).encode(), _json.encode(body), headers)


@lru_cache(maxsize=1024)
def seat(partition: int, count: int) -> str:
    """A key that Kafka's partitioner brings to this partition: the first of `seat-0`, `seat-1` …

    >>> partition_of(seat(5, 8), 8)
    5
    """
    names = map("seat-{}".format, numbers())
    return next(name for name in names if partition_of(name, count) == partition)


_json: Final = msgspec.json.Encoder()
_quota: Final = msgspec.json.Decoder(Quota)
