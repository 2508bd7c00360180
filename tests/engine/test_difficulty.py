"""Goals that are chosen for each member, favourites, and how many challenges there are at once."""

from decimal import Decimal
from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.challenges import Count, Spend
from engine.difficulty import even_chance
from engine.programme import ChallengesShown
from engine.showing import shown
from engine.state import Customer
from tests.engine.test_challenges import taken_part
from tests.support.stories import (
    PlainMind,
    Story,
    Told,
    back,
    changed,
    items,
    join,
    line,
    order,
    publish,
    refund,
    tell,
    wait,
)

ORDERS = Count(
    id="orders", name="Orders", of="orders", goal=4, bounds=(2, 9), join="opt_in", days=28,
    reward="cup",
)  # fmt: skip
PIECES = replace(ORDERS, id="pieces", of="items", bounds=(2, 50))
MONEY = Spend(
    id="money", name="Money", goal=Decimal(60), bounds=(Decimal(20), Decimal(200)),
    join="opt_in", days=28, repeat="on_expiry",
)  # fmt: skip
FAVOURITE = Count(
    id="more", name="Three of your favourite", goal=3, target="favourite_category",
    every="month", reward="cup",
)  # fmt: skip


def weekly(weeks: int, pieces: int = 1) -> list[Story]:
    return [items(pieces).after(days=7) for _ in range(weeks)]


# ── difficulty ───────────────────────────────────────────────────────────────────────────────────


@given(st.floats(0.05, 60.0))
def test_no_other_number_of_orders_has_a_chance_nearer_to_one_half(expected: float) -> None:
    def chance(orders: int) -> float:
        return 1 - sum(exp(-expected) * expected**n / factorial(n) for n in range(orders))

    chosen = even_chance(expected)
    assert all(
        abs(chance(chosen) - 0.5) <= abs(chance(other) - 0.5) + 1e-9
        for other in range(1, chosen + 5)
    )
    if expected >= 4:
        assert 0.4 <= chance(chosen) <= 0.6


def test_who_orders_every_week_is_asked_for_a_months_orders() -> None:
    told = taken_part(*weekly(20), join("orders"), challenge=ORDERS)
    assert [each.properties["goal"] for each in told.of("Challenge Enrolled")] == [4]
    rare = [items(1).after(days=40) for _ in range(5)]
    assert taken_part(*rare, join("orders"), challenge=ORDERS).cycles[0].goal == 2


def test_pieces_and_money_are_asked_for_by_the_usual_order() -> None:
    assert taken_part(*weekly(20, 3), join("pieces"), challenge=PIECES).cycles[0].goal == 12
    assert taken_part(*weekly(20, 3), join("money"), challenge=MONEY).cycles[0].goal == 12000


def test_the_bounds_hold() -> None:
    often = [items(1).after(hours=12) for _ in range(100)]
    assert taken_part(*often, join("orders"), challenge=ORDERS).cycles[0].goal == 9


def test_of_whom_nothing_is_known_what_the_programme_says_is_asked() -> None:
    told = taken_part(join("orders"), items(1), refund("o1", key="r"), challenge=ORDERS)
    assert (told.cycles[0].goal, told.of("Challenge Enrolled")[0].properties["goal"]) == (0, 4)
    assert (
        taken_part(items(1), refund("o1", key="r"), join("orders"), challenge=ORDERS).cycles[0].goal
        == 0
    )


def test_a_goal_that_was_shown_stays() -> None:
    told = taken_part(*weekly(20), join("orders"), challenge=ORDERS)
    many = [items(1).after(hours=1) for _ in range(3)]
    for beat in many:
        told.beat(replace(beat, properties={**beat.properties, "order_id": f"x{told.now}"}))
    assert (told.states, told.cycles[0].goal) == ([], 4)
    told.beat(items(1, ident="last"))
    assert told.states == ["unlocked"]


def test_every_cycle_has_a_goal_of_its_own() -> None:
    by_buying = replace(ORDERS, join="automatic", repeat="on_expiry")
    told = taken_part(items(1), *weekly(12), challenge=by_buying)
    goals = [cycle.goal for cycle in told.cycles]
    assert goals[0] == 3
    assert goals[-1] == 5
    monthly = replace(by_buying, days=None, every="month", repeat="none")
    assert taken_part(items(1), *weekly(12), challenge=monthly).cycles[-1].goal == 5


# ── favourites ───────────────────────────────────────────────────────────────────────────────────


class Fickle(PlainMind):
    """A member whose favourite is told."""

    likes = ""

    def favourite(self, customer: Customer[object], target: str) -> str:
        return self.likes


def test_what_counts_is_the_members_own_favourite() -> None:
    bought = order("o1", line("a", 5, 2, category="tea"), line("b", 5, 7, category="pots"))
    told = taken_part(bought, items(1, category="tea"), challenge=FAVOURITE)
    assert (told.progress, told.states) == ([3], ["unlocked"])
    assert told.of("Challenge Enrolled")[0].properties["favourite"] == "tea"


def test_a_favourite_stays_as_it_was_when_the_cycle_began() -> None:
    mind = Fickle()
    mind.likes = "tea"
    programme = changed(challenges=(replace(FAVOURITE, target="favourite_brand"),))
    told = tell(items(1, brand="tea"), programme=programme, mind=mind)
    mind.likes = "pots"
    told.beat(items(1, ident="o2", brand="tea"))
    told.beat(items(1, ident="o3", brand="pots"))
    assert told.progress == [2]
    told.beat(refund("o2", back("beans"), key="r"))
    assert told.progress == [1]


def test_nobody_is_enrolled_whose_favourite_is_unknown() -> None:
    joined = replace(FAVOURITE, id="joined", every=None, days=9, join="opt_in")
    programme = changed(challenges=(FAVOURITE, joined))
    told = tell(items(1), join("joined"), items(3), programme=programme, mind=Fickle())
    assert (told.cycles, told.notes) == ([], ["no_favourite"])


def test_a_favourite_may_be_joined_and_counts_from_then_on() -> None:
    joined = replace(FAVOURITE, every=None, days=9, join="opt_in")
    told = taken_part(
        items(2, category="tea"), join("more").late(hours=1.5), items(1, category="tea"),
        challenge=joined,
    )  # fmt: skip
    assert told.progress == [1]


# ── how many at once ─────────────────────────────────────────────────────────────────────────────

FIRST = Count(id="first", name="First", goal=3, days=30)
SECOND = Count(id="second", name="Second", goal=5)
OFFER = Count(id="offer", name="Offer", goal=9, join="opt_in", days=30)


def with_at_most(most: int, *story: Story) -> Told:
    programme = changed(
        challenges=(FIRST, SECOND, OFFER), challenges_shown=ChallengesShown(most=most)
    )
    return tell(*story, programme=programme)


def names(told: Told) -> list[str]:
    return [cycle.challenge for cycle in shown(told.world, told.customer)]


def test_no_more_begin_by_themselves_than_there_may_be() -> None:
    assert names(with_at_most(1, items(1))) == ["first"]
    assert names(with_at_most(2, items(1))) == ["first", "second"]


def test_one_that_is_done_makes_room_for_the_next() -> None:
    told = with_at_most(1, items(3), items(1))
    assert ([cycle.challenge for cycle in told.cycles], names(told)) == (
        ["first", "second"],
        ["second"],
    )


def test_one_whose_time_is_over_makes_room() -> None:
    told = with_at_most(1, items(1), wait(days=30), items(1))
    assert [cycle.challenge for cycle in told.cycles] == ["first", "second"]


def test_one_that_is_under_way_goes_on_although_there_is_no_room() -> None:
    assert with_at_most(1, items(1), items(1)).progress == [2]


def test_what_is_joined_begins_in_any_case_and_the_file_says_which_are_seen() -> None:
    told = with_at_most(1, join("offer"), items(1))
    assert [cycle.challenge for cycle in told.cycles] == ["offer"]
    told = with_at_most(1, items(1), join("offer"))
    assert names(told) == ["first"]


@pytest.mark.parametrize("most", [1, 2])
def test_one_that_is_no_longer_in_the_file_is_seen_last(most: int) -> None:
    told = tell(items(1), programme=changed(challenges=(SECOND, FIRST)))
    fewer = changed(challenges=(FIRST,), challenges_shown=ChallengesShown(most=most))
    told = tell(items(1), publish(fewer), items(1), programme=changed(challenges=(SECOND, FIRST)))
    assert set(names(told)) == {"first"} if most == 1 else {"first", "second"}


@pytest.mark.parametrize(("choose", "seen"), [("first", ["second"]), ("nearest", ["offer"])])
def test_the_file_or_the_nearest_goal_says_which_are_seen(choose: str, seen: list[str]) -> None:
    offer = replace(OFFER, goal=2)
    both = ChallengesShown(most=1000)
    one = ChallengesShown(most=1, choose=choose)  # type: ignore[arg-type]
    programme = changed(challenges=(SECOND, offer), challenges_shown=both)
    told = tell(join("offer"), items(1), programme=programme)
    told.publish(changed(challenges=(SECOND, offer), challenges_shown=one), told.now)
    assert names(told) == seen
