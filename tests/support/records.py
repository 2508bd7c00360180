"""Records of the log, made by hand. Times are seconds after `START`; offsets come later."""

from typing import Any, Final

import msgspec
import orjson

from engine.dates import iso
from engine.models import Snapshot
from flows.control import ADMIN, CLOCK, LEARN
from flows.record import Record
from policies.models.inputs import NAMES, SCHEMA

START: Final = 1_767_254_400.0
"""A Thursday morning: 2026-01-01, 08:00 UTC."""


def record(
    event: str,
    after: float = 0.0,
    *,
    who: str = "ann",
    ident: str | None = None,
    source: str = "",
    **told: Any,
) -> Record:
    """Something that a customer did. ident: the message id, if it is not made of the rest."""
    at = START + after
    body = {
        "messageId": ident or f"{event}-{who}-{after}-{told.get('order_id', '')}",
        "type": "track",
        "event": event,
        "userId": who,
        "timestamp": iso(at),
        "properties": told,
    }
    return Record(-1, at, who.encode(), orjson.dumps(body), source)


def order(
    ident: str, after: float = 0.0, *, who: str = "ann", total: int = 20, **told: Any
) -> Record:
    """An order of so many whole euros."""
    return record("Order Completed", after, who=who, order_id=ident, total=total, **told)


def tick(after: float, source: str = CLOCK) -> Record:
    """Time came this far."""
    return _control("Tick", after, source)


def programme(text: str, after: float = 0.0, source: str = ADMIN) -> Record:
    """From then on this programme holds."""
    return _control("Programme Published", after, source, text=text)


def model(version: str, after: float = 0.0, *, bias: float = 0.0, source: str = LEARN) -> Record:
    """From then on this version scores churn, with the same score for everybody."""
    zeros = (0.0,) * len(NAMES)
    snapshot = Snapshot("churn", version, SCHEMA, zeros, zeros, zeros, bias)
    return _control("Model Published", after, source, snapshot=msgspec.to_builtins(snapshot))


def situation(
    reward: str, stock: int, demand: int, after: float = 0.0, source: str = ADMIN
) -> Record:
    """From then on a dynamic reward stands so."""
    told = {"reward": reward, "stock": stock, "demand": demand}
    return _control("Situation Published", after, source, properties=told)


def junk(value: bytes = b"{", after: float = 0.0) -> Record:
    """Whatever."""
    return Record(-1, START + after, b"ann", value)


def _control(event: str, after: float, source: str, **told: Any) -> Record:
    body = orjson.dumps({"event": event, "messageId": f"{event}-{after}", **told})
    return Record(-1, START + after, None, body, source)


def did(
    event: str,
    after: float = 0.0,
    *,
    user: str | None = None,
    visitor: str | None = None,
    ident: str | None = None,
    **told: Any,
) -> Record:
    """What somebody did who is known by either id or by both. An alias names its `previous`."""
    at = START + after
    whose = {"userId": user, "anonymousId": visitor}
    body: dict[str, Any] = {
        "messageId": ident or f"{event}-{user}-{visitor}-{after}-{told}",
        "type": event if event in ("alias", "identify") else "track",
        "event": event,
        **{name: who for name, who in whose.items() if who is not None},
        "timestamp": iso(at),
    }
    body |= {"previousId": told["previous"]} if event == "alias" else {"properties": told}
    return Record(-1, at, (user or visitor or "").encode(), orjson.dumps(body))
