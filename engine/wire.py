"""Bytes in, events out: decoded and validated in one pass, and nothing here raises.

A shop sends more than we need: an unknown name comes back as `Ignored`, unknown properties are
skipped. What cannot be used comes back as `Refused`, with one of the reasons of `REASONS`.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Final

import msgspec
from msgspec import Struct

from engine.events import (
    CONTROLS,
    NAMES,
    SYNONYMS,
    TRACKS,
    Alias,
    Basket,
    Command,
    Happening,
    Identify,
    Line,
    OrderCancelled,
    OrderCompleted,
    OrderRefunded,
    OrderUpdated,
    Refund,
)

MAX_BYTES: Final = 256 * 1024
"""A larger record is refused unread (bytes)."""
MAX_AMOUNT: Final = Decimal(10) ** 9
"""The largest amount of money in one field, or in all lines together (major units)."""
YEARS: Final = range(2000, 2100)
INDEX: Final = "~"
"""How the ids of our own indexes begin (`engine.indexes`); nobody else may speak of them."""

REASONS: Final[Mapping[str, str]] = {
    "too_large": "more bytes than a record may have",
    "not_json": "not one JSON object in UTF-8",
    "too_deep": "nested deeper than any event",
    "not_finite": "NaN or Infinity where a number is due",
    "missing_field": "a required field is absent",
    "missing_customer": "neither userId nor anonymousId",
    "wrong_type": "a field of another type or length than the spec's",
    "negative_amount": "money or quantity below zero",
    "amount_out_of_bounds": "more money than any order has",
    "date_out_of_bounds": "a date before 2000 or after 2099",
    "unknown_currency": "an amount in a currency without a rate in the programme",
    "not_allowed": "ours alone to say: the source may not, or it is about one of our indexes",
    "bad_programme": "a programme that does not load",
    "timer_failed": "a timer of one customer raised when a tick was to fire it: a bug",
    "handler_failed": "a rule raised: a bug, or a record that nobody foresaw",
}
"""Why a record is refused: the closed list that dead-letters and metrics use."""


class Ignored(Struct, frozen=True):
    """An event that we have no use for. name: as the shop calls it."""

    name: str


class Refused(Struct, frozen=True):
    """A record that cannot be used.

    reason: a key of `REASONS`. detail: where and what, without personal data.
    """

    reason: str
    detail: str = ""


class _Head(Struct, frozen=True):
    type: str = "track"
    event: str | None = None


_tracks: Final = msgspec.json.Decoder[Happening](reduce(or_, (*TRACKS, *SYNONYMS, *CONTROLS)))
_typed: Final = msgspec.json.Decoder[Happening](Identify | Alias)
_head: Final = msgspec.json.Decoder(_Head)
_KNOWN: Final = frozenset(kind.__struct_config__.tag for kind in (*TRACKS, *SYNONYMS, *CONTROLS))


def decode(raw: bytes) -> Happening | Ignored | Refused:
    """One record of the log.

    >>> decode(b'{"messageId": "m1", "userId": "c1", "event": "Cart Viewed"}').customer
    'c1'
    >>> decode(b'{"messageId": "m1", "userId": "c1", "event": "Lid Lifted"}')
    Ignored(name='Lid Lifted')
    >>> decode(b'{"userId": "c1", "event": "Cart Viewed"}').reason
    'missing_field'
    """
    if len(raw) > MAX_BYTES:
        return Refused("too_large", f"{len(raw)} bytes, at most {MAX_BYTES}")
    try:
        return _checked(_tracks.decode(raw))
    except msgspec.ValidationError as error:
        return _untracked(raw, error)
    except (ValueError, RecursionError) as error:
        return _refusal(raw, error)


def _untracked(raw: bytes, error: msgspec.ValidationError) -> Happening | Ignored | Refused:
    """An identify or alias, a name that we do not know, or a bad record."""
    try:
        head = _head.decode(raw)
        if head.type in ("identify", "alias"):
            return _checked(_typed.decode(raw))
    except (ValueError, RecursionError) as deeper:
        return _refusal(raw, deeper)
    if head.event in _KNOWN or (head.event is None and head.type == "track"):
        return _refusal(raw, error)
    return Ignored(head.type if head.event is None else head.event)


def _refusal(raw: bytes, error: Exception) -> Refused:
    text = str(error)
    if isinstance(error, RecursionError):
        return Refused("too_deep", "nested too deep")
    if not isinstance(error, msgspec.ValidationError):
        odd = b"NaN" in raw or b"Infinity" in raw
        return Refused("not_finite" if odd else "not_json", text)
    if text.startswith("Expected `object`") and " - at " not in text:
        return Refused("not_json", text)
    if "missing required field" in text:
        return Refused("missing_field", text)
    return Refused("negative_amount" if ">= 0" in text else "wrong_type", text)


def _checked(event: Happening) -> Happening | Refused:
    who = event.customer
    if not who and not isinstance(event, CONTROLS):
        return Refused("missing_customer", "userId or anonymousId must name somebody")
    if who[:1] == INDEX and not isinstance(event, Command):
        return Refused("not_allowed", f"an id that begins with {INDEX} is one of our indexes")
    moment = event.timestamp
    if moment.year not in YEARS if moment is not None else _odd_clock(event):
        return Refused("date_out_of_bounds", "the years are 2000 to 2099")
    check = _CHECKS.get(type(event))
    return event if check is None else check(event) or event


def _odd_clock(event: Happening) -> bool:
    moments = (event.original_timestamp, event.sent_at, event.received_at)
    return any(moment.year not in YEARS for moment in moments if moment is not None)


def _basket(event: Any) -> Refused | None:
    basket: Basket = event.properties
    amounts = [(name, getattr(basket, name)) for name in _BASKET_AMOUNTS]
    return _amounts(amounts) or _lines(basket.products)


def _refund(event: Any) -> Refused | None:
    refund: Refund = event.properties
    return _amounts([("total", refund.total)]) or _lines(refund.products)


def _lines(lines: Sequence[Line]) -> Refused | None:
    prices = [(f"products[{n}].price", line.price) for n, line in enumerate(lines)]
    return _amounts(prices) or _amounts([("products", _worth(lines))])


def _worth(lines: Sequence[Line]) -> Decimal:
    return sum((line.price * line.quantity for line in lines if line.price is not None), Decimal())


def _amounts(amounts: Sequence[tuple[str, Decimal | None]]) -> Refused | None:
    for name, amount in amounts:
        if amount is None:
            continue
        if not amount.is_finite():
            return Refused("not_finite", name)
        if amount < 0:
            return Refused("negative_amount", name)
        if amount > MAX_AMOUNT:
            return Refused("amount_out_of_bounds", name)
    return None


_BASKET_AMOUNTS: Final = tuple(
    field.name for field in msgspec.structs.fields(Basket) if field.type == Decimal | None
)
_CHECKS: Final[Mapping[type[Happening], Callable[[Any], Refused | None]]] = {
    **{kind: _basket for kind in NAMES if issubclass(kind, OrderCompleted | OrderUpdated)},
    **{kind: _refund for kind in NAMES if issubclass(kind, OrderRefunded | OrderCancelled)},
}
