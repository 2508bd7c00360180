"""The simulated town: a function of its seed, in order, with the shares and truth it promises."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from math import sqrt
from typing import Any

import orjson
import pytest

from bench.town import TimedEvent, Town
from bench.town.people import CONSENTS
from bench.town.reactions import persuasion
from bench.town.shop import CATALOGUE, CATEGORIES
from engine.events import OrderCompleted
from engine.money import earning_base
from engine.wire import Refused, decode

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400.0
CUSTOMERS = 400
NAMES = {
    *("Products Searched", "Product List Viewed", "Product Clicked", "Product Viewed"),
    *("Product Added", "Product Removed", "Cart Viewed", "Checkout Started"),
    *("Product Added to Wishlist", "Product Removed from Wishlist"),
    *("Order Completed", "Order Updated", "Order Refunded", "Order Cancelled"),
    *("Coupon Applied", "Coupon Denied", "Coupon Removed"),
    *("Promotion Viewed", "Promotion Clicked", "Product Shared", "Product Reviewed"),
    *("Message Delivered", "Message Opened", "Message Clicked", "Message Dismissed"),
    *("Unsubscribed", "Loyalty Enrolled", "Challenge Joined", "Redemption Requested"),
    *("Redemption Committed", "Redemption Released", "Referral Shared", "Consent Changed"),
    "Store Visited",
}


def town(
    *, seed: int = 7, customers: int = CUSTOMERS, days: int = 90, broken: float = 0.0005
) -> Town:
    return Town(seed=seed, customers=customers, start=START, days=days, broken=broken)


def parsed(records: Sequence[TimedEvent]) -> list[dict[str, Any]]:
    return [orjson.loads(record.body) for record in records]


def message(
    customer: str, *, name: str = "d1", day: float = 80, channel: str = "email"
) -> dict[str, Any]:
    return {
        "id": name,
        "event": "Message Decided",
        "customer": customer,
        "at": START.timestamp() + day * DAY,
        "properties": {"channel": channel},
    }


@pytest.fixture(scope="module")
def clean() -> list[TimedEvent]:
    """A town's whole log without rubbish."""
    return list(town(broken=0.0).events())


@pytest.fixture(scope="module")
def told(clean: list[TimedEvent]) -> list[dict[str, Any]]:
    return parsed(clean)


@pytest.fixture(scope="module")
def said(clean: list[TimedEvent], told: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each thing that happened once, by message id."""
    return {event["messageId"]: event for event in told}


# ── a function of the seed ───────────────────────────────────────────────────────────────────────


def test_the_same_seed_tells_the_same_bytes() -> None:
    assert list(town(customers=40).events()) == list(town(customers=40).events())


def test_another_seed_tells_another_story() -> None:
    assert list(town(customers=5).events()) != list(town(customers=5, seed=8).events())


def test_a_bigger_town_holds_the_smaller_one_unchanged() -> None:
    small = list(town(customers=20).events())
    names = set(town(customers=20).customers)
    assert [e for e in town(customers=40).events() if e.customer in names] == small


# ── order and time ───────────────────────────────────────────────────────────────────────────────


def test_records_come_in_the_order_of_the_log(clean: list[TimedEvent]) -> None:
    assert all(one.at <= next_.at for one, next_ in pairwise(clean))


def test_nothing_happens_before_the_start_or_after_the_end(clean: list[TimedEvent]) -> None:
    assert START.timestamp() <= clean[0].at
    assert clean[-1].at < START.timestamp() + 90 * DAY


def test_nothing_reaches_the_log_before_it_happened(
    clean: list[TimedEvent], told: list[dict[str, Any]]
) -> None:
    happened = (datetime.fromisoformat(event["timestamp"]).timestamp() for event in told)
    assert all(record.at >= at - 1e-6 for record, at in zip(clean, happened, strict=True))


# ── the wire ─────────────────────────────────────────────────────────────────────────────────────


def test_every_name_is_one_of_the_vocabulary(told: list[dict[str, Any]]) -> None:
    assert {event["event"] for event in told} <= NAMES


def test_the_engine_takes_every_record_of_a_clean_town(clean: list[TimedEvent]) -> None:
    assert [record for record in clean if isinstance(decode(record.body), Refused)] == []


def test_a_record_is_keyed_by_its_customer(
    clean: list[TimedEvent], told: list[dict[str, Any]]
) -> None:
    assert all(r.customer == event["userId"] for r, event in zip(clean, told, strict=True))


def test_a_message_id_stands_for_one_thing(told: list[dict[str, Any]]) -> None:
    assert len({orjson.dumps(event) for event in told}) == len({e["messageId"] for e in told})


def test_message_ids_look_like_uuids(said: dict[str, dict[str, Any]]) -> None:
    assert {tuple(map(len, name.split("-"))) for name in said} == {(8, 4, 4, 4, 12)}


def test_an_order_agrees_with_itself_to_the_cent(clean: list[TimedEvent]) -> None:
    events = (decode(record.body) for record in clean)
    orders = [event.properties for event in events if isinstance(event, OrderCompleted)]
    assert orders
    assert [order for order in orders if earning_base(order, "EUR").flags] == []


def test_orders_have_one_to_four_lines_of_distinct_products(told: list[dict[str, Any]]) -> None:
    baskets = [e["properties"]["products"] for e in told if e["event"] == "Order Completed"]
    assert {len(basket) for basket in baskets} == {1, 2, 3, 4}
    assert all(len({line["product_id"] for line in lines}) == len(lines) for lines in baskets)


def test_first_sight_is_enrolment_and_a_word_on_each_channel(
    said: dict[str, dict[str, Any]],
) -> None:
    firsts: dict[str, list[str]] = {}
    for event in sorted(said.values(), key=lambda event: str(event["timestamp"])):
        firsts.setdefault(event["userId"], []).append(event["event"])
    welcome = ["Loyalty Enrolled", *["Consent Changed"] * len(CONSENTS)]
    assert all(names[: len(welcome)] == welcome for names in firsts.values())


# ── shares ───────────────────────────────────────────────────────────────────────────────────────


def test_one_record_in_a_hundred_is_a_repeat(
    told: list[dict[str, Any]], said: dict[str, dict[str, Any]]
) -> None:
    assert (len(told) - len(said)) / len(said) == pytest.approx(0.01, abs=0.002)


def test_one_record_in_a_hundred_is_late(
    clean: list[TimedEvent], told: list[dict[str, Any]]
) -> None:
    first: dict[str, float] = {}
    for record, event in zip(clean, told, strict=True):
        happened = datetime.fromisoformat(event["timestamp"]).timestamp()
        first.setdefault(event["messageId"], record.at - happened)
    # An order's second sender may take a minute; what is late takes longer.
    late = [delay for delay in first.values() if delay > 61]
    assert len(late) / len(first) == pytest.approx(0.01, abs=0.002)
    assert max(late) <= 48 * 3600 + 61


def test_some_orders_are_sent_under_two_message_ids(said: dict[str, dict[str, Any]]) -> None:
    orders = Counter(
        event["properties"]["order_id"]
        for event in said.values()
        if event["event"] == "Order Completed"
    )
    assert set(orders.values()) == {1, 2}
    twice = sum(times == 2 for times in orders.values())
    assert twice / len(orders) == pytest.approx(0.005, abs=0.004)


def test_few_orders_are_called_off_or_go_back(said: dict[str, dict[str, Any]]) -> None:
    names = Counter(event["event"] for event in said.values())
    assert names["Order Refunded"] / names["Order Completed"] == pytest.approx(0.03, abs=0.01)
    assert names["Order Cancelled"] / names["Order Completed"] == pytest.approx(0.01, abs=0.006)


def test_refunds_come_whole_and_in_part_with_and_without_an_id(
    told: list[dict[str, Any]],
) -> None:
    refunds = [event["properties"] for event in told if event["event"] == "Order Refunded"]
    kinds = {("products" in refund, "refund_id" in refund) for refund in refunds}
    assert len(kinds) == 4


def test_consent_is_given_as_often_as_stated(said: dict[str, dict[str, Any]]) -> None:
    words = [e["properties"] for e in said.values() if e["event"] == "Consent Changed"]
    granted = Counter(word["channel"] for word in words if word["granted"])
    shares = {channel: granted[channel] / CUSTOMERS for channel in CONSENTS}
    assert shares == pytest.approx(CONSENTS, abs=0.06)


def test_broken_records_are_extra_and_refused_for_three_reasons(clean: list[TimedEvent]) -> None:
    records = list(town(broken=0.01).events())
    reasons = Counter(
        answer.reason for r in records if isinstance(answer := decode(r.body), Refused)
    )
    assert set(reasons) == {"missing_customer", "negative_amount", "not_json"}
    assert reasons.total() / len(clean) == pytest.approx(0.01, abs=0.002)


# ── the truth ────────────────────────────────────────────────────────────────────────────────────


def test_the_orders_of_the_log_are_the_purchases_of_the_truth(
    said: dict[str, dict[str, Any]],
) -> None:
    # A visit near the end may close, and a late order arrive, when nothing is told any more.
    shut = START.timestamp() + 87 * DAY
    named = {
        (event["userId"], event["properties"]["order_id"])
        for event in said.values()
        if event["event"] == "Order Completed"
        and datetime.fromisoformat(event["timestamp"]).timestamp() < shut + 3600
    }
    logged = Counter(customer for customer, _ in named)
    home = town()
    bought = {name: sum(at < shut for at in home.truth(name).purchases) for name in home.customers}
    assert all(0 <= logged[name] - bought[name] <= 1 for name in home.customers)
    assert logged.total() - sum(bought.values()) < 0.005 * logged.total()


def test_those_who_lapsed_never_buy_again() -> None:
    home = town()
    truths = [home.truth(name) for name in home.customers]
    lapsed = [truth for truth in truths if truth.lapsed_at is not None]
    assert 0.1 < len(lapsed) / len(truths) < 0.6
    assert all(truth.purchases[-1] == truth.lapsed_at for truth in lapsed)


def test_switchers_look_at_coffee_before_and_at_tea_after(told: list[dict[str, Any]]) -> None:
    home = town()
    switches = {name: home.truth(name).person.taste.switched_at for name in home.customers}
    seen: Counter[tuple[bool, bool]] = Counter()
    for event in told:
        switched = switches[event["userId"]]
        if switched is not None and event["event"] == "Product Viewed":
            # The taste is the one with which somebody came in, so a visit under way keeps it.
            after = datetime.fromisoformat(event["timestamp"]).timestamp() - 3600 > switched
            seen[after, event["properties"]["category"] == "tea"] += 1
    assert seen[False, True] / (seen[False, True] + seen[False, False]) < 0.1
    assert seen[True, True] / (seen[True, True] + seen[True, False]) > 0.7


def test_products_are_looked_at_as_the_taste_says() -> None:
    home = town()
    for name in home.customers:
        taste = home.truth(name).person.taste
        sums = taste.weights(taste.until)
        shares = dict.fromkeys(CATEGORIES, 0.0)
        for product, (low, high) in zip(CATALOGUE, pairwise([0.0, *sums]), strict=True):
            shares[product.category] += high - low
        assert tuple(shares.values()) == pytest.approx(taste.at(taste.until))


def test_a_taste_that_drifts_slowly_is_halfway_in_the_middle() -> None:
    home = town()
    tastes = [home.truth(name).person.taste for name in home.customers]
    taste = next(taste for taste in tastes if taste.drift == "slow")
    middle = taste.at((taste.since + taste.until) / 2)
    halves = [(old + new) / 2 for old, new in zip(taste.before, taste.after, strict=True)]
    assert middle == pytest.approx(halves)


# ── what messages do ─────────────────────────────────────────────────────────────────────────────


def test_a_reaction_is_a_function_of_the_seed_and_the_decision() -> None:
    home = town()
    asked = [message(name) for name in home.customers]
    first = [home.react(decision) for decision in asked]
    again = [town().react(decision) for decision in reversed(asked)]
    assert any(first)
    assert first == again[::-1]


def test_reacting_does_not_change_the_town() -> None:
    home = town(customers=20)
    before = list(home.events())
    for name in home.customers:
        home.react(message(name))
    assert list(home.events()) == before


def test_answers_come_after_the_decision_in_order_and_are_taken_by_the_engine() -> None:
    home = town()
    for name in home.customers:
        answers = home.react(message(name))
        times = [message(name)["at"], *(answer.at for answer in answers)]
        assert times == sorted(times)
        assert not [answer for answer in answers if isinstance(decode(answer.body), Refused)]


def test_an_answer_names_the_message_and_its_channel() -> None:
    home = town()
    answers = parsed([a for name in home.customers for a in home.react(message(name, name="d9"))])
    opened = [event["properties"] for event in answers if event["event"] == "Message Opened"]
    assert opened
    assert all(receipt == {"message_id": "d9", "channel": "email"} for receipt in opened)


@pytest.mark.parametrize(
    "decision",
    [
        message("c1") | {"event": "Message Suppressed"},
        message("c1") | {"event": "Points Earned", "properties": {}},
        message("somebody else"),
    ],
)
def test_all_but_a_message_to_a_resident_leaves_people_cold(decision: dict[str, Any]) -> None:
    home = town(customers=2)
    assert [home.react(decision | {"id": f"d{n}"}) for n in range(50)] == [[]] * 50


def test_on_site_messages_do_not_meet_those_who_no_longer_come() -> None:
    home = town()
    lapsed = [name for name in home.customers if home.truth(name).lapsed(message(name)["at"])]
    assert lapsed
    assert not any(home.react(message(name, channel="onsite")) for name in lapsed)


def test_messages_win_back_as_many_lapsed_customers_as_the_truth_says() -> None:
    home = town()
    at = message("c1", day=60)["at"]
    lapsed = [name for name in home.customers if home.truth(name).lapsed(at)]
    opened, expected, won = 0, 0.0, 0
    for name in lapsed:
        odds = persuasion(home.truth(name), at)
        for n in range(10):
            names = {
                e["event"] for e in parsed(home.react(message(name, name=f"d{n}{name}", day=60)))
            }
            opened += "Message Opened" in names
            expected += odds * ("Message Opened" in names)
            won += "Order Completed" in names
    assert opened > 100
    assert won == pytest.approx(expected, abs=3 * sqrt(expected))


def test_a_win_back_in_time_is_worth_more_than_one_too_late() -> None:
    home = town()
    lapsed = next(t for name in home.customers if (t := home.truth(name)).lapsed_at is not None)
    assert lapsed.lapsed_at is not None
    assert persuasion(lapsed, lapsed.lapsed_at + 10 * DAY) > persuasion(
        lapsed, lapsed.lapsed_at + 60 * DAY
    )
