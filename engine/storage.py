"""A customer as bytes, in three parts: what every event moves, what only some do, and the inbox.

Most events are looks and clicks. They move features and scores, and leave ledger, orders,
challenges and rewards alone; so these are encoded, sent and written to disk only when they may have
changed. The inbox is JSON, because the shop's own pages read it: there is no second copy.
"""

from operator import attrgetter
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from engine.errors import StoreError
from engine.state import SCHEMA, Customer

MOVING: Final = (
    "memory", "schema", "known", "zone", "country", "seen", "scores", "pulse", "watches", "due",
    "told",
)  # fmt: skip
"""What any event may change, in the order of the bytes: a new one goes to the end."""


APART: Final = "inbox"
"""What is a field of its own."""


class Notice(Struct):
    """An on-site message as pages read it. id: the decision's; at: log time (s)."""

    id: str
    at: float
    title: str


class Codec:
    """Packs and unpacks customers whose memory is of one type."""

    def __init__(self, memory: type[Any]) -> None:
        """memory: what the features keep."""
        kinds = {each.name: each for each in fields(Customer[memory])}  # type: ignore[valid-type]
        standing = [name for name in kinds if name not in (*MOVING, APART)]
        self._moving = attrgetter(*MOVING)
        self._standing = attrgetter(*standing)
        self._encoder = msgspec.msgpack.Encoder()
        self._json = msgspec.json.Encoder()
        self._notices = msgspec.json.Decoder(list[Notice])
        self._moved = _decoder("Moving", [kinds[name] for name in MOVING])
        self._stood = _decoder("Standing", [kinds[name] for name in standing])

    def moving(self, customer: Customer[Any]) -> bytes:
        """What any event may change."""
        return self._encoder.encode(self._moving(customer))

    def standing(self, customer: Customer[Any]) -> bytes:
        """All the rest."""
        return self._encoder.encode(self._standing(customer))

    def inbox(self, customer: Customer[Any]) -> bytes:
        """The on-site messages, as pages read them."""
        notices = [Notice(ident, at, title) for at, ident, title in customer.inbox]
        return self._json.encode(notices)

    def unpack(self, moving: bytes, standing: bytes, inbox: bytes) -> Customer[Any]:
        """The customer again.

        Raises StoreError: the bytes are of a newer release than this one.
        """
        parts = (self._moved.decode(moving), self._stood.decode(standing))
        named = {name: getattr(part, name) for part in parts for name in part.__struct_fields__}
        if named["schema"] > SCHEMA:
            problem = f"schema {named['schema']} is newer than this release's {SCHEMA}"
            raise StoreError("state", problem, "run the release that wrote it, or a later one")
        notices = self._notices.decode(inbox)
        named[APART] = [(notice.at, notice.id, notice.title) for notice in notices]
        return Customer(**named)


def _decoder(name: str, kinds: list[msgspec.structs.FieldInfo]) -> msgspec.msgpack.Decoder[Any]:
    described = [(kind.name, kind.type, _default(kind)) for kind in kinds]
    return msgspec.msgpack.Decoder(msgspec.defstruct(name, described, array_like=True))


def _default(kind: msgspec.structs.FieldInfo) -> Any:
    """A field that older bytes lack begins as it does for a newcomer."""
    if kind.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=kind.default_factory)
    return msgspec.field(default=kind.default)
