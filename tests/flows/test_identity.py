"""A visitor turns out to be a customer: two ids, two partitions, one person (DOMAIN §12.4)."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.dates import DAY, HOUR
from features import numbers
from flows.record import Record
from tests.support.records import START, did, programme, tick
from tests.support.several import PROGRAMME, Several, opened

VISITOR, ANN = "v-17", "ann"
SEEN = did("Product Viewed", visitor=VISITOR, product_id="beans", category="espresso")
LOGIN = did("identify", HOUR, user=ANN, visitor=VISITOR)


def test_what_a_visitor_did_is_folded_into_the_customer_once() -> None:
    town = opened().tell(SEEN, LOGIN, did("Product Viewed", 2 * HOUR, user=ANN, visitor=VISITOR))
    alone = opened().tell(
        did("Product Viewed", user=ANN, product_id="beans", category="espresso"),
        did("Product Viewed", 2 * HOUR, user=ANN),
    )
    now = START + DAY
    assert numbers(town.of(ANN).memory, now) == numbers(alone.of(ANN).memory, now)
    assert [note for note in town.notes if note.startswith("merged")] == [
        "merged_away",
        "merged_in",
    ]


def test_an_alias_says_the_same() -> None:
    town = opened().tell(SEEN, did("alias", HOUR, user=ANN, previous=VISITOR))
    assert town.of(ANN).memory.affinity.categories.names == ["espresso"]


def test_the_visitors_id_tells_its_survivor_and_nothing_else() -> None:
    town = opened().tell(SEEN, LOGIN)
    assert town.profile(VISITOR).keys() == {
        "state", "book", "inbox", "survivor", "as_of", "offset"
    }  # fmt: skip
    assert town.profile(VISITOR)["survivor"] == ANN
    assert b"espresso" not in b"".join(map(_bytes, town.profile(VISITOR).values()))


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def test_a_repeat_of_the_visitors_own_is_dropped_where_it_was_first_seen() -> None:
    cart = did("Product Added", visitor=VISITOR, ident="m1", product_id="beans")
    town = opened().tell(cart, LOGIN, cart)
    assert town.of(ANN).memory.carts.weight == pytest.approx(1.0)
    assert "repeat" in town.notes


def test_an_order_that_comes_twice_by_the_old_id_is_one() -> None:
    late = did("Order Completed", 2 * HOUR, visitor=VISITOR, order_id="o1", total=40)
    town = opened().tell(SEEN, LOGIN, late, late)
    assert ledger.pending(town.of(ANN).book.ledger) == 40


def test_a_guests_order_earns_nothing_and_can_still_be_refunded() -> None:
    bought = did("Order Completed", visitor=VISITOR, order_id="o1", total=40)
    town = opened().tell(bought, LOGIN)
    assert town.of(ANN).memory.spend.total == 4000
    assert town.of(ANN).book.ledger.issued == 0
    town.tell(did("Order Refunded", DAY, user=ANN, order_id="o1"))
    assert town.of(ANN).memory.spend.total == 0


def test_a_refund_that_waits_for_its_order_goes_along() -> None:
    back = did("Order Refunded", visitor=VISITOR, order_id="o1")
    town = opened().tell(back, LOGIN, did("Order Completed", DAY, user=ANN, order_id="o1", total=9))
    assert ledger.pending(town.of(ANN).book.ledger) == 0


def test_a_device_that_two_people_use_belongs_to_whom_it_met_first() -> None:
    other = did("identify", 2 * HOUR, user="bob", visitor=VISITOR)
    town = opened().tell(SEEN, LOGIN, other)
    assert town.of(VISITOR).survivor == ANN
    assert town.of("bob").memory.affinity.categories.names == []
    assert "merged_before" in town.notes


def test_the_newest_word_of_both_holds() -> None:
    yes = did("Consent Changed", visitor=VISITOR, channel="email", granted=True)
    sms = did("Consent Changed", visitor=VISITOR, channel="sms", granted=True)
    home = did("Loyalty Enrolled", visitor=VISITOR, country="AT", timezone="Europe/Vienna")
    no = did("Consent Changed", HOUR / 2, user=ANN, channel="email", granted=False)
    town = opened().tell(yes, sms, home, no, LOGIN)
    ann = town.of(ANN)
    assert ann.book.consents == ["sms:marketing"]
    assert (ann.country, ann.zone) == ("AT", "Europe/Vienna")


HELLO = (
    PROGRAMME
    + """
[holdout]
share = 0.0

[[policies]]
id = "hello"
on = "Checkout Started"
channel = "onsite"
purpose = "transactional"
cool_down_days = 14

[policies.message]
title = "Hello"
"""
)


def test_who_was_spoken_to_as_a_visitor_is_left_in_peace_as_a_customer() -> None:
    checkout = did("Checkout Started", visitor=VISITOR)
    again = did("Checkout Started", 2 * HOUR, user=ANN)
    town = Several().tell(programme(HELLO), checkout, LOGIN, again)
    assert town.of(ANN).rests == {"hello": START + 14 * DAY}


def born_on(day: str, after: float, **whose: str) -> Record:
    body = {"messageId": day, "type": "identify", "traits": {"birthday": day}, **whose}
    key = whose.get("userId", VISITOR).encode()
    return Record(-1, START + after, key, msgspec.json.encode(body))


def test_the_newest_word_on_a_birthday_holds_too() -> None:
    wrong = born_on("1990-01-01", 0.0, userId=ANN)
    right = born_on("1990-05-17", HOUR / 2, anonymousId=VISITOR)
    assert opened().tell(wrong, right, LOGIN).of(ANN).book.birthday == 517


def test_an_unknown_visitor_leaves_a_word_for_later() -> None:
    late = did("Product Viewed", 2 * HOUR, visitor=VISITOR, category="tea")
    assert opened().tell(LOGIN, late).of(ANN).memory.affinity.categories.names == ["tea"]


def test_an_id_that_names_itself_is_not_asked() -> None:
    town = opened().tell(did("alias", user=ANN, visitor=ANN, previous=ANN))
    assert town.of(ANN).survivor == ""


def test_time_does_nothing_to_an_id_that_is_another_one() -> None:
    town = opened().tell(SEEN, LOGIN)
    before = town.of(VISITOR)
    assert town.tell(tick(900 * DAY)).of(VISITOR) == before


def test_the_log_folded_again_says_the_same() -> None:
    town = opened().tell(SEEN, LOGIN, did("Product Viewed", 2 * HOUR, visitor=VISITOR))
    assert town.replayed().states == town.states


browsing = st.sampled_from(["Product Viewed", "Product Added", "Order Completed", "identify"])


@settings(max_examples=40)
@given(st.lists(st.tuples(browsing, st.booleans(), st.integers(0, 4)), max_size=12))
def test_whatever_comes_between_the_request_and_the_answer_is_counted_once(
    story: list[tuple[str, bool, int]],
) -> None:
    """However long the messages between the partitions take, both ids' deeds are all there."""
    slow, prompt = opened(), opened()
    for n, (event, known, published) in enumerate([("identify", True, 0), *story]):
        whose = {"user": ANN, "visitor": VISITOR} if known else {"visitor": VISITOR}
        told = {"order_id": f"o{n}", "total": 10} if event == "Order Completed" else {}
        each = did(event, n * 60.0, **whose, **told)  # type: ignore[arg-type]
        prompt.tell(each)
        slow.put(each)
        for number in range(published):
            slow.publish(number, 1)
    slow.settle()
    now = START + DAY
    for name in ("visits", "spend", "carts", "habit"):
        ours, theirs = (getattr(town.of(ANN).memory, name).numbers(now) for town in (slow, prompt))
        assert ours == pytest.approx(theirs, rel=1e-9)
    assert ledger.balanced(slow.of(ANN).book.ledger)
    assert msgspec.msgpack.encode(slow.of(VISITOR).book) == msgspec.msgpack.encode(
        prompt.of(VISITOR).book
    )
