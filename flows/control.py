"""Control records: what clock, admin and learner write into every partition of the log."""

from typing import Final

import msgspec
import orjson

from engine.models import Snapshot
from flows.record import SOURCE
from flows.sender import Sender
from flows.topics import EVENTS

CLOCK: Final = "clock"
ADMIN: Final = "admin"
LEARN: Final = "learn"


def tick(sender: Sender, partition: int, at_ms: int) -> None:
    """Time has come this far (ms)."""
    body = orjson.dumps({"event": "Tick", "messageId": f"tick-{partition}-{at_ms}"})
    sender.send(EVENTS, None, body, headers={SOURCE: CLOCK}, at_ms=at_ms, partition=partition)


def programme_published(
    sender: Sender, partition: int, version: str, text: str, at_ms: int | None = None
) -> None:
    """From here on this programme holds."""
    body = orjson.dumps(
        {"event": "Programme Published", "messageId": f"programme-{version}", "text": text}
    )
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
