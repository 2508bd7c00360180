"""Bytes in, events out: what is understood, ignored and refused; nothing raises."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from engine import ledger
from engine.events import (
    CONTROLS,
    NAMED,
    NAMES,
    OLD_NAMES,
    TRACKS,
    Alias,
    Happening,
    Identify,
    Line,
    OrderCompleted,
    ProductViewed,
)
from engine.orders import UnknownCurrencyError
from engine.state import Customer
from engine.wire import MAX_BYTES, REASONS, Ignored, Refused, decode
from tests.support.stories import PROGRAMME, START, Told, founded

WORLD = founded(PROGRAMME)
encoder = msgspec.msgpack.Encoder()
decoder = msgspec.msgpack.Decoder(Customer[dict[str, float]])

ORDER: dict[str, Any] = {"order_id": "o1", "products": [{"product_id": "a", "price": 1.5}]}


def record(event: str | None = "Product Viewed", **told: Any) -> bytes:
    body: dict[str, Any] = {"messageId": "m1", "userId": "c1", "type": "track", "event": event}
    body |= told
    return msgspec.json.encode({key: value for key, value in body.items() if value is not None})


def order(**told: Any) -> bytes:
    return record("Order Completed", properties={**ORDER, **told})


def reason(raw: bytes) -> str:
    refused = decode(raw)
    assert isinstance(refused, Refused), refused
    assert refused.reason in REASONS
    return refused.reason


def happened(raw: bytes) -> Happening:
    event = decode(raw)
    assert isinstance(event, Happening), event
    return event


def test_every_name_of_the_vocabulary_is_understood() -> None:
    needed: dict[str, Any] = {
        "order_id": "o1",
        "challenge_id": "x",
        "redemption_id": "r",
        "channel": "email",
    }
    needed |= {
        "product_id": "p",
        "points": 1,
        "actor": "a",
        "reason": "r",
        "reward": "cup",
        "reward_id": "u",
    }
    needed |= {"into": "c2", "origin": "v", "fresh": False, "state": "", "figures": {}}
    needed |= {
        "owner": "c1",
        "kind": "email",
        "friend": "f",
        "at": 0.0,
        "kept": True,
        "referrer": "c",
    }
    for kind in TRACKS:
        name = NAMES[kind]
        assert type(happened(record(name, properties=needed))) is kind


@pytest.mark.parametrize("old", OLD_NAMES)
def test_every_old_name_is_understood_as_todays(old: str) -> None:
    event = happened(record(old, properties={"order_id": "o1"}))
    assert isinstance(event, OLD_NAMES[old])
    assert NAMED[NAMES[type(event)]] is OLD_NAMES[old]


def test_identify_and_alias_have_no_event_name() -> None:
    assert isinstance(happened(record(None, type="identify", traits={"country": "AT"})), Identify)
    assert isinstance(happened(record(None, type="alias", previousId="v")), Alias)


def test_control_records_have_no_customer() -> None:
    lease = {"budget": "cups", "period": 0, "holder": 3, "reward": "cup", "stock": 1, "demand": 1}
    told = {"text": "name = 1", "snapshot": {"model": "churn"}, "properties": lease}
    for kind in CONTROLS:
        event = happened(record(NAMES[kind], userId=None, **told))
        assert isinstance(event, CONTROLS)
        assert event.customer == ""


def test_money_is_exact() -> None:
    event = happened(order(total=0.1))
    assert isinstance(event, OrderCompleted)
    assert str(event.properties.total) == "0.1"


def test_the_known_id_is_the_customer() -> None:
    assert happened(record(anonymousId="v")).customer == "c1"
    assert happened(record(userId=None, anonymousId="v")).customer == "v"


def test_unknown_properties_are_skipped() -> None:
    event = happened(record(properties={"product_id": "a", "colour": "red"}, integrations={}))
    assert isinstance(event, ProductViewed)
    assert event.properties.product_id == "a"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (record("Lid Lifted"), "Lid Lifted"),
        (record(None, type="page"), "page"),
        (record("Home", type="screen"), "Home"),
        (record("Lid Lifted", messageId=7), "Lid Lifted"),
    ],
)
def test_what_we_have_no_use_for_is_ignored(raw: bytes, name: str) -> None:
    assert decode(raw) == Ignored(name)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (record(properties={"query": "x" * MAX_BYTES}), "too_large"),
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'"\xff"', "not_json"),
        (b'{"event": "Cart Viewed", "messageId": "\xff"}', "not_json"),
        (b'{"event": "Cart Viewed", "messageId": "\\ud800"}', "not_json"),
        (b"[]", "not_json"),
        (b'{"messageId": "m1", "more": ' + b"[" * 50_000, "too_deep"),
        (b'{"type": 7, "more": ' + b"[" * 50_000, "too_deep"),
        (b'{"event": "Lid Lifted", "more": ' + b"[" * 50_000, "too_deep"),
        (b'{"event": "Order Completed", "total": NaN}', "not_finite"),
        (b'{"event": "Order Completed", "total": -Infinity}', "not_finite"),
        (order(total="NaN"), "not_finite"),
        (order(products=[{"price": "Infinity"}]), "not_finite"),
        (record(messageId=None), "missing_field"),
        (record("Order Completed", properties={}), "missing_field"),
        (record(None, type="alias"), "missing_field"),
        (record(userId=None), "missing_customer"),
        (record(userId=None, anonymousId=""), "wrong_type"),
        (record(None), "missing_field"),
        (record(None, type=7), "wrong_type"),
        (b'{"messageId": "m1", "event": 7}', "wrong_type"),
        (record(messageId="m" * 101), "wrong_type"),
        (record(messageId=""), "wrong_type"),
        (record(timestamp="yesterday"), "wrong_type"),
        (record(timestamp="2026-01-01T00:00:00"), "wrong_type"),
        (record(properties={"quantity": 1.5}), "wrong_type"),
        (record(properties={"price": -1}), "negative_amount"),
        (order(tax=-0.01), "negative_amount"),
        (order(products=[{"price": -1}]), "negative_amount"),
        (order(products=[{"price": 1, "quantity": -1}]), "negative_amount"),
        (record("Order Refunded", properties={"order_id": "o1", "total": -5}), "negative_amount"),
        (order(total=1e10), "amount_out_of_bounds"),
        (order(total="1e999999"), "amount_out_of_bounds"),
        (order(products=[{"price": 1e9, "quantity": 2}]), "amount_out_of_bounds"),
        (record(timestamp="1999-12-31T00:00:00Z"), "date_out_of_bounds"),
        (record(receivedAt="9999-12-31T00:00:00Z"), "date_out_of_bounds"),
        (record(sentAt="0001-01-01T00:00:00Z"), "date_out_of_bounds"),
        (record(originalTimestamp="2100-01-01T00:00:00Z"), "date_out_of_bounds"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(raw: bytes, why: str) -> None:
    assert reason(raw) == why


def test_a_refusal_repeats_no_values() -> None:
    refused = decode(record(userId="somebody@example.org", properties={"price": "a secret"}))
    assert isinstance(refused, Refused)
    assert not {"somebody", "secret"} & set(refused.detail.split())


# ── nothing raises ───────────────────────────────────────────────────────────────────────────────

names = st.sampled_from([*NAMED, *OLD_NAMES, "Lid Lifted", None, 7])
leaves: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["NaN", "sNaN", "Infinity", "1e999999", "1e-999999999", "-0", "1_0", "o1"])
)
moments = st.sampled_from(
    [
        "2026-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999-14:00",
        "2000-01-01T00:00:00+14:00",
        "2099-12-31T23:59:59-14:00",
    ]
)
spoken = [Line, *(each.type for kind in TRACKS for each in structs.fields(kind)[-1:])]
fields = st.sampled_from(
    sorted({each.encode_name for kind in spoken for each in structs.fields(kind)})
)
values = st.recursive(
    leaves, lambda below: st.lists(below, max_size=3) | st.dictionaries(fields, below, max_size=4)
)
amounts = st.integers(-1, 10**10) | st.floats(0, 1e10) | leaves
goods = st.fixed_dictionaries(
    {},
    optional={"product_id": leaves, "price": amounts, "quantity": st.integers(-1, 10**6) | leaves},
)
baskets = st.fixed_dictionaries(
    {"order_id": st.just("o1") | leaves},
    optional={
        "products": st.lists(goods, max_size=3),
        "total": amounts,
        "tax": amounts,
        "discount": amounts,
        "revenue": amounts,
        "gift_cards": amounts,
        "currency": st.sampled_from(["EUR", "usd", "JPY", "CHF", "€€€"]) | leaves,
    },
)
envelopes = st.fixed_dictionaries(
    {"event": names},
    optional={
        "messageId": st.just("m1") | leaves,
        "userId": st.just("c1") | leaves,
        "anonymousId": leaves,
        "type": st.sampled_from(["track", "identify", "alias", "page"]) | leaves,
        "previousId": leaves,
        "timestamp": moments | leaves,
        "originalTimestamp": moments | leaves,
        "sentAt": moments | leaves,
        "receivedAt": moments | leaves,
        "context": values,
        "traits": values,
        "properties": values | baskets,
        "text": leaves,
        "snapshot": values,
    },
)


def understood(raw: bytes) -> None:
    """Whatever the bytes: a value; an event is then one that no rule stumbles over."""
    event = decode(raw)
    if not isinstance(event, Happening):
        assert isinstance(event, Ignored) or event.reason in REASONS
    elif not isinstance(event, CONTROLS):
        told = Told(WORLD)
        with suppress(UnknownCurrencyError):
            told.hear(event, START)
        assert ledger.balanced(told.customer.book.ledger)
        assert decoder.decode(encoder.encode(told.customer)) == told.customer


@given(st.binary(max_size=200))
def test_no_bytes_raise(raw: bytes) -> None:
    understood(raw)


@given(baskets, st.sampled_from(["Order Completed", "Order Refunded", "Order Cancelled"]))
def test_no_order_raises(properties: dict[str, Any], name: str) -> None:
    understood(record(name, properties=properties))


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["originalTimestamp", "sentAt", "receivedAt"], moments)
    )
)
def test_no_clock_raises(moments: dict[str, str]) -> None:
    understood(record("Cart Viewed", **moments))


@given(envelopes)
def test_no_json_raises(body: dict[str, Any]) -> None:
    understood(msgspec.json.encode(body))


@given(envelopes, st.data())
def test_no_mutilated_json_raises(body: dict[str, Any], data: st.DataObject) -> None:
    raw = bytearray(msgspec.json.encode(body))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not raw:
            break
    understood(bytes(raw))


def test_nobody_tells_anything_of_our_indexes() -> None:
    refused = decode(record("Product Viewed", userId="~code-1f"))
    assert isinstance(refused, Refused)
    assert refused.reason == "not_allowed"
    assert isinstance(
        decode(record("Index Claimed", userId="~code-1f", properties={"owner": "c"})), Happening
    )
