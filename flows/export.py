"""All that is held about one person, as one document (DOMAIN: privacy).

The state in its own words, every number with its meaning, and whatever the topics still hold under
their ids: events, decisions, answers for the models, dead letters.
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import msgspec
from msgspec import Struct

from engine.dates import iso
from engine.events import MergeIn
from engine.wire import decode
from features import CATALOGUE, numbers
from flows import scan
from flows.record import SOURCE
from flows.settings import Settings
from flows.show import Found, find
from flows.topics import DEAD_LETTERS, DECISIONS, EVENTS, OUTCOMES
from policies.models import TASKS

TOPICS: Final = {
    "events": EVENTS,
    "decisions": DECISIONS,
    "answers": OUTCOMES,
    "dead_letters": DEAD_LETTERS,
}


def export(settings: Settings, who: str, most: int) -> dict[str, Any] | None:
    """The document; None: nothing is known of this id. most: records of each partition to look at.

    Of an id that has become another one, that one's is told too. Of somebody who was erased, only
    that they were.

    Raises SettingsError: Redis or the broker does not answer. LogError: a topic is not there.
    """
    found = find(settings, who)
    if found is None:
        return None
    if found.customer.erased:
        return {"customer": who, "erased": True}
    chain = [found]
    while chain[-1].customer.survivor:
        other = find(settings, chain[-1].customer.survivor)
        if other is None:
            break
        chain.append(other)
    told = {name: list(_records(settings, topic, most)) for name, topic in TOPICS.items()}
    ids = _ids({each.who for each in chain}, told["events"])
    return {
        "customer": who,
        "ids": sorted(ids),
        "held": [_held(each) for each in chain],
        **{
            name: [record for whose, record in records if whose in ids]
            for name, records in told.items()
        },
    }


def text(document: Mapping[str, Any]) -> str:
    """As JSON that people can read."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def named(value: Any) -> Any:
    """A state with the names of its fields; bytes as base64, times and all else as they are.

    >>> from engine.state import Watch
    >>> named({"churn": Watch(above=True)})["churn"]["above"]
    True
    """
    match value:
        case Struct():
            return {name: named(getattr(value, name)) for name in value.__struct_fields__}
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {str(key): named(each) for key, each in value.items()}
        case list() | tuple():
            return [named(each) for each in value]
    return value


def _held(found: Found) -> dict[str, Any]:
    customer = found.customer
    values = numbers(customer.memory, found.checkpoint.log_time)
    state = named(customer)
    state["book"], state["inbox"] = named(customer.book), msgspec.json.decode(customer.inbox)
    del state["shelf"]
    told = zip(CATALOGUE, values, strict=True)
    scores = zip(TASKS, customer.scores, strict=False)
    return {
        "customer": found.who,
        "as_of": iso(found.as_of),
        "numbers": {
            number.name: {"value": value, "unit": number.unit, "meaning": number.meaning}
            for number, value in told
        },
        "scores": {task.name: {"value": score, "meaning": task.meaning} for task, score in scores},
        "state": state,
    }


def _ids(chain: set[str], events: list[tuple[str, dict[str, Any]]]) -> set[str]:
    """These ids, and those that have become one of them, as far as the log still says so."""
    ids = set(chain)
    became = [
        (whose, event.properties.origin)
        for whose, record in events
        if isinstance(event := decode(msgspec.json.encode(record["record"])), MergeIn)
    ]
    while fresh := {origin for whose, origin in became if whose in ids} - ids:
        ids |= fresh
    return ids


def _records(settings: Settings, topic: str, most: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whose each record of a topic is, and what it says."""
    for message in scan.newest(settings, topic, most):
        key, value = message.key(), message.value()
        if key is None or value is None:
            continue
        pairs = cast(list[tuple[str, bytes | None]], message.headers() or [])
        headers = {name: _text(told) for name, told in pairs}
        place = {"partition": message.partition(), "offset": message.offset()}
        about = {"source": headers[SOURCE]} if headers.get(SOURCE) else {}
        yield _text(key), {**place, **about, "record": _body(value)}


def _body(value: bytes | str) -> Any:
    """JSON as such; whatever is none, as base64."""
    raw = value.encode() if isinstance(value, str) else value
    try:
        return msgspec.json.decode(raw)
    except ValueError:
        return {"base64": base64.b64encode(raw).decode()}


def _text(told: bytes | str | None) -> str:
    return told.decode(errors="replace") if isinstance(told, bytes) else told or ""
