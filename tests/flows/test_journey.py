"""A member's own map: where they stand, what comes next, and on which condition."""

import json
from functools import cache
from io import StringIO
from typing import Final

import pytest
from rich.console import Console

from engine.dates import DAY
from engine.programme import After, Crossing, Message, PolicyRule, Schedule
from flows.journey import Journey, Next, as_json, journey, parts, sets_off
from flows.journey_page import page
from flows.show import Found
from flows.wording import Wording
from tests.support.memory_store import Run, numbered
from tests.support.records import order, programme, record

SHOP: Final = """
name = "Shop"
currency = "EUR"
zone = "Europe/Vienna"
salt = "test"

[holdout]
share = 0.0

[[tiers.steps]]
id = "bean"
name = "Bean"

[[tiers.steps]]
id = "silver"
name = "Silver Spoon"
spend = "100"

[[tiers.steps]]
id = "gold"
name = "Gold Spoon"
spend = "300"

[[rewards]]
id = "cup"
name = "A cup"
kind = "coupon"

[[challenges]]
kind = "count"
id = "one"
name = "One order"
of = "orders"
goal = 1
reward = "cup"

[[challenges]]
kind = "spend"
id = "much"
name = "200 euros"
goal = "200"
days = 30

[[challenges]]
kind = "count"
id = "teas"
name = "Two teas"
goal = 2
join = "opt_in"
categories = ["tea"]

[[challenges]]
kind = "count"
id = "reviews"
name = "Two reviews"
of = "Product Reviewed"
goal = 2

[[policies]]
id = "near"
on = "Product Viewed"
when = 'known and tier == "silver" and orders >= 1'
[policies.message]
title = "Hello"

[[policies]]
id = "far"
on = "Product Viewed"
when = "orders >= 5 and points > 1000"
[policies.message]
title = "Hello"

[[policies]]
id = "mailed"
on = "Cart Viewed"
channel = "email"
[policies.message]
title = "Hello"

[[policies]]
id = "thanks"
on = "Order Completed"
cool_down_days = 30
[policies.message]
title = "Thank you"
"""


def found(who: str, *records: object) -> Found:
    run = Run()
    run.fold(numbered([programme(SHOP), *records]))  # type: ignore[list-item]
    at = run.store.at
    return Found(who, 0, run.states[who], run.world, at, at.log_time, at.offset, 0)


@cache
def ann() -> Found:
    return found("ann", order("o1", 60, total=150), record("Cart Viewed", DAY))


@cache
def drawn() -> Journey:
    return journey(ann())


def policy(ident: str) -> Next:
    [one] = [each for each in drawn().policies if each.id == ident]
    return one


def shown(which: Found) -> str:
    words = Wording(which.turn.zone, "EUR")
    out = Console(file=StringIO(), width=160, markup=False, emoji=False, highlight=False)
    for part in page(journey(which), which.world.programme, words):
        out.print(part)
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


def test_the_next_tier_says_how_much_is_missing() -> None:
    standing = drawn().standing
    assert standing is not None
    assert (standing.tier, standing.counted) == ("silver", 150_00)
    assert standing.up is not None
    assert (standing.up.id, standing.up.missing) == ("gold", 150_00)


def test_keeping_the_tier_says_what_will_be_missing_at_the_review() -> None:
    standing = drawn().standing
    assert standing is not None
    assert standing.keep is not None
    assert (standing.keep.missing, standing.until) == (100_00, "2027-12-31T23:00:00Z")


def test_challenges_say_what_is_missing_and_which_are_open() -> None:
    assert {each.id: (each.progress, each.missing) for each in drawn().challenges} == {
        "one": (1, 0),
        "much": (150_00, 50_00),
    }
    assert [(each.id, each.join) for each in drawn().open] == [
        ("teas", "opt_in"),
        ("reviews", "automatic"),
    ]


def test_points_and_rewards_are_told() -> None:
    points = drawn().points
    assert (points.available, points.pending, points.matures) == (0, 150, "2026-01-15T08:01:00Z")
    assert [held.reward for held in drawn().rewards] == ["cup"]


def test_a_policy_whose_condition_holds_only_waits_for_its_event() -> None:
    assert (policy("near").on, policy("near").unmet, policy("near").left) == (
        "Product Viewed",
        "",
        0,
    )


def test_the_first_part_that_does_not_hold_is_told_with_its_numbers() -> None:
    far = policy("far")
    assert (far.unmet, far.values, far.left) == ("orders >= 5", {"orders": 1.0}, 2)


def test_gates_and_rests_are_told() -> None:
    assert policy("mailed").stopped == "no_consent"
    assert policy("thanks").rests == "2026-01-31T08:01:00Z"


def test_the_nearest_policies_come_first() -> None:
    assert [each.id for each in drawn().policies] == ["near", "thanks", "far", "mailed"]


def test_the_map_changes_nothing() -> None:
    customer = found("ann", order("o1", 60, total=150)).customer
    assert customer.book == found("ann", order("o1", 60, total=150)).customer.book


def test_the_map_as_json_has_every_part() -> None:
    assert json.loads(as_json(drawn())).keys() == set(Journey.__struct_fields__)


@pytest.mark.parametrize(
    "told",
    [
        "Bean  →  ● Silver Spoon  →  Gold Spoon",
        "150.00 EUR to Gold Spoon (150.00 EUR spent in 12 months)",
        "Silver Spoon until 2028-01-01 00:00 CET, 100.00 EUR more by then keep it",
        "0 points, 150 more from 2026-01-15 09:01 CET on",
        "███████████████░░░░░ 75 %",
        "50.00 EUR",
        "may be joined",
        "begins with what counts for it",
        "all of it does",
        "orders >= 5 (orders is 1), and 1 more",
        "a gate: no_consent",
        "rests until 2026-01-31 09:01 CET",
    ],
)
def test_the_page_tells(told: str) -> None:
    assert told in shown(ann())


def test_a_visitor_has_a_map_too() -> None:
    guest = record("Product Viewed", 60, who="eve")
    body = guest.value.replace(b'"userId"', b'"anonymousId"')
    told = shown(found("eve", type(guest)(-1, guest.at, guest.key, body)))
    assert "a visitor without an id" in told


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"score": Crossing(model="churn", rises=0.7, falls=0.5)}, "churn rises over 0.7"),
        ({"entered": "at_risk"}, "enters at_risk"),
        ({"left": "at_risk"}, "leaves at_risk"),
        ({"after": After(event="Cart Viewed", hours=4)}, "4 h after Cart Viewed"),
        (
            {"after": After(event="Cart Viewed", hours=1.5, unless="Order Completed")},
            "1.5 h after Cart Viewed, unless Order Completed",
        ),
        ({"schedule": Schedule(at="10:00", yearly="birthday")}, "at 10:00, birthday"),
        ({"schedule": Schedule(at="10:00")}, "at 10:00"),
    ],
    ids=str,
)
def test_what_sets_a_policy_off_is_said_in_words(rule: dict[str, object], told: str) -> None:
    made = PolicyRule(id="p", message=Message(title="Hi"), **rule)  # type: ignore[arg-type]
    assert sets_off(made) == told


def test_a_condition_of_one_part_is_one_part() -> None:
    assert parts("orders >= 2 or known") == ["orders >= 2 or known"]
