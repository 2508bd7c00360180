"""Control records: what clock, admin and learner write into every partition of the log."""

from collections.abc import Mapping
from typing import Final

import msgspec
import orjson

from engine.events import NAMES, Command, Control, Errand, Handover, Happening, Situation
from engine.models import Snapshot
from engine.wire import Refused
from flows.record import SOURCE
from flows.sender import Sender
from flows.topics import EVENTS

CLOCK: Final = "clock"
ADMIN: Final = "admin"
LEARN: Final = "learn"
DECIDE: Final = "decide"

_MAY: Final[Mapping[type[Happening], frozenset[str]]] = {
    Errand: frozenset({DECIDE}),
    Handover: frozenset({DECIDE}),
    Control: frozenset({CLOCK, ADMIN, LEARN}),
    Command: frozenset({ADMIN, DECIDE}),
}


def objection(source: str, event: Happening) -> Refused | None:
    """Why a record of this source may not carry this event; what shops tell, anybody may."""
    for kind, those in _MAY.items():
        if isinstance(event, kind):
            if source in those:
                return None
            return Refused("not_allowed", f"source {source!r} may not write {NAMES[type(event)]}")
    return None


def tick(sender: Sender, partition: int, at_ms: int) -> None:
    """Time has come this far (ms)."""
    body = orjson.dumps({"event": "Tick", "messageId": f"tick-{partition}-{at_ms}"})
    sender.send(EVENTS, None, body, headers={SOURCE: CLOCK}, at_ms=at_ms, partition=partition)


def commanded(sender: Sender, customer: str, record: bytes) -> None:
    """An operator's command about a customer. record: its JSON."""
    sender.send(EVENTS, customer.encode(), record, headers={SOURCE: ADMIN})


def programme_published(
    sender: Sender, partition: int, version: str, text: str, at_ms: int | None = None
) -> None:
    """From here on this programme holds."""
    body = orjson.dumps(
        {"event": "Programme Published", "messageId": f"programme-{version}", "text": text}
    )
    sender.send(EVENTS, None, body, headers={SOURCE: ADMIN}, at_ms=at_ms, partition=partition)


def situation_published(
    sender: Sender, partition: int, ident: str, situation: Situation, at_ms: int | None = None
) -> None:
    """From here on a dynamic reward is worth what this says. ident: a repeat changes nothing."""
    told = msgspec.to_builtins(situation)
    body = orjson.dumps({"event": "Situation Published", "messageId": ident, "properties": told})
    sender.send(EVENTS, None, body, headers={SOURCE: ADMIN}, at_ms=at_ms, partition=partition)


def model_published(
    sender: Sender, partition: int, snapshot: Snapshot, at_ms: int | None = None
) -> None:
    """From here on this version scores."""
    body = orjson.dumps(
        {
            "event": "Model Published",
            "messageId": f"model-{snapshot.version}",
            "snapshot": msgspec.to_builtins(snapshot),
        }
    )
    sender.send(EVENTS, None, body, headers={SOURCE: LEARN}, at_ms=at_ms, partition=partition)
