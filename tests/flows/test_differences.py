"""What another programme changes, told so that a marketer recognises it."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from engine.challenges import Count, Spend
from engine.programme import Ladder, Message, Points, PolicyRule, Programme, TierRule
from flows.differences import FROM_THEN_ON, changes, report
from tests.support.stories import LADDER, PROGRAMME, changed

BAGS = Count(id="bags", name="Three bags", goal=3, reward="cup")
HELLO = PolicyRule(id="hello", on="Order Completed", message=Message(title="Hello"))
THANKS = replace(HELLO, id="thanks", message=Message(title="Thanks"))
FULL = changed(challenges=(BAGS,), tiers=LADDER, policies=(HELLO, THANKS))

Edit = Callable[[Programme], Programme]


def words(after: Programme, before: Programme = FULL) -> list[str]:
    return [change.words for change in changes(before, after)]


def affects(after: Programme, before: Programme = FULL) -> set[str]:
    return {change.affects for change in changes(before, after)}


def test_a_programme_is_no_different_from_itself_under_another_version() -> None:
    assert changes(FULL, replace(FULL, version="v2")) == []
    assert report([]) == "no differences"


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (replace(FULL, challenges=(replace(BAGS, goal=2),)), "goal of bags: 3 → 2"),
        (replace(FULL, challenges=(replace(BAGS, days=7),)), "days of bags: nothing → 7"),
        (
            replace(FULL, challenges=(replace(BAGS, categories=("tea", "filter")),)),
            "categories of bags: nothing → tea, filter",
        ),
        (replace(FULL, zone="UTC"), "zone: Europe/Vienna → UTC"),
        (replace(FULL, points=Points(earn=2)), "earn of points: 1 → 2"),
        (
            replace(FULL, currencies={**FULL.currencies, "USD": Decimal("0.95")}),
            "USD of currencies: 0.90 → 0.95",
        ),
        (
            replace(FULL, tiers=replace(LADDER, grace_days=0)),
            "grace_days of tiers: 30 → 0",
        ),
        (
            replace(FULL, policies=(replace(HELLO, message=Message(title="Hi")), THANKS)),
            "message.title of hello: Hello → Hi",
        ),
        (replace(FULL, policies=(HELLO,)), "thanks removed: Thanks"),
        (replace(FULL, challenges=()), "bags removed: Three bags"),
        (
            replace(FULL, tiers=Ladder(steps=(*LADDER.steps, TierRule(id="top", name="Top")))),
            "top added: Top",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_edit_is_one_line(after: Programme, told: str) -> None:
    assert words(after) == [told]


def test_another_kind_of_challenge_is_told_key_by_key() -> None:
    spend = Spend(id="bags", name="Three bags", goal=Decimal(30), reward="cup")
    told = words(replace(FULL, challenges=(spend,)))
    assert {"kind of bags: count → spend", "goal of bags: 3 → 30"} <= set(told)
    assert "of of bags: items → nothing" in told


def test_policies_that_change_places_are_told_because_the_order_decides() -> None:
    assert words(replace(FULL, policies=(THANKS, HELLO))) == [
        "thanks stands elsewhere in the order",
        "hello stands elsewhere in the order",
    ]


def test_whom_a_change_concerns_is_said() -> None:
    assert affects(replace(FULL, challenges=(replace(BAGS, goal=2),))) == {
        "the enrolled finish on the old version"
    }
    assert affects(replace(FULL, name="Other")) == {FROM_THEN_ON}


def test_the_report_names_each_part_once() -> None:
    after = replace(FULL, challenges=(replace(BAGS, goal=2, days=7),), name="Other")
    assert report(changes(FULL, after)).splitlines() == [
        f"name: {FROM_THEN_ON}",
        "  name: stories → Other",
        "",
        "challenges: the enrolled finish on the old version",
        "  days of bags: nothing → 7",
        "  goal of bags: 3 → 2",
    ]


def test_everything_that_a_programme_has_can_differ() -> None:
    bare = Programme(name="n", currency="USD", zone="UTC", salt="s", version="v")
    parts = {change.part for change in changes(PROGRAMME, bare)}
    assert parts == {"name", "currency", "zone", "salt", "currencies", "rewards"}
