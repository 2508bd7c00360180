"""What a dynamic reward is worth: by stock and demand, within bounds, and from now on (§8)."""

from decimal import Decimal
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import quotas
from engine.budgets import Purse
from engine.challenges import Count
from engine.dates import DAY, HOUR
from engine.events import Situation
from engine.market import HIGH, LOW, STEP, WHOLE, Price, factor, moved, worth
from engine.programme import BudgetRule, Dynamic, Programme, RewardRule
from engine.state import Book
from engine.turn import Turn
from policies import worlds
from policies.check import check
from tests.support.memory_store import Run, numbered
from tests.support.records import START as OPENING
from tests.support.records import order as bought
from tests.support.records import programme as published
from tests.support.records import situation
from tests.support.shop import members
from tests.support.stories import (
    START,
    Story,
    Told,
    continue_with,
    items,
    line,
    order,
    publish,
    refund,
)

RULE = Dynamic(stock=100, demand=10)
POT = RewardRule(id="pot", name="A pot", kind="points", points=1000, dynamic=RULE)
BAG = Count(id="bag", name="A bag", goal=1, reward="pot", repeat="on_completion")


def programme(reward: RewardRule = POT, **tables: object) -> Programme:
    return members(rewards=(reward,), challenges=(BAG,), **tables)


def told(kept: Programme, *story: Story, stock: int = 100, demand: int = 10, days: int = 1) -> Told:
    """Who lives after the same situation was told on so many days."""
    world = worlds.founded(kept)
    for day in range(days):
        since = START - (days - day) * DAY
        world = worlds.with_situation(world, Situation("pot", stock, demand), since)
    return continue_with(Told(world), *story)


def worths(told: Told) -> list[int | str]:
    return [grant.value for grant in told.grants]


def test_nothing_told_is_what_is_written() -> None:
    one = continue_with(Told(worlds.founded(programme())), items(1))
    assert (worths(one), one.points[1]) == ([1000], 1000)


def test_plenty_and_little_demand_are_worth_more_by_a_tenth_a_day() -> None:
    steps = [worths(told(programme(), items(1), stock=300, demand=5, days=n)) for n in range(4)]
    assert steps == [[1000], [1100], [1210], [1250]]


def test_what_everybody_wants_is_worth_less_down_to_four_fifths() -> None:
    steps = [worths(told(programme(), items(1), stock=20, demand=90, days=n)) for n in range(5)]
    assert steps == [[1000], [900], [810], [800], [800]]


def test_a_day_moves_it_by_a_tenth_however_often_it_is_told() -> None:
    prices = moved({}, programme(), "pot", 300, 5, START)
    again = moved(prices, programme(), "pot", 900, 1, START + HOUR)
    back = moved(again, programme(), "pot", 1, 900, START + 2 * HOUR)
    assert [each["pot"].now for each in (prices, again, back)] == [1100, 1100, 900]


def test_what_is_unlocked_keeps_its_value() -> None:
    one = told(programme(), items(1))
    one.world = worlds.with_situation(one.world, Situation("pot", 999, 1), one.now + DAY)
    continue_with(one, items(1).after(days=2))
    assert worths(one) == [1000, 1100]


def test_within_a_session_it_stays_as_it_was_told() -> None:
    one = told(programme(), items(1))
    one.world = worlds.with_situation(one.world, Situation("pot", 999, 1), one.now + DAY)
    continue_with(one, items(1).after(hours=0.3), items(1).after(hours=0.5))
    continue_with(one, items(1).after(hours=0.51))
    assert worths(one) == [1000, 1000, 1000, 1100]


def test_an_edit_within_a_session_is_honoured_up_to_the_most() -> None:
    one = told(programme(), items(1))
    capped = RewardRule(
        id="pot", name="A pot", kind="points", points=5000,
        dynamic=Dynamic(stock=100, demand=10, most=Decimal(900)),
    )  # fmt: skip
    continue_with(one, publish(programme(capped)), items(1))
    assert worths(one) == [1000, 900]


@given(
    factor_now=st.integers(LOW, HIGH),
    taste=st.floats(0.0, 1.0),
    base=st.integers(1, 10**6),
    most=st.none() | st.integers(1, 10**6),
    paid=st.booleans(),
)
def test_what_it_is_worth_is_within_its_clamp_and_never_above_what_is_drawn(
    factor_now: int, taste: float, base: int, most: int | None, paid: bool
) -> None:
    cap = None if most is None else Decimal(most)
    terms = RewardRule(
        id="pot", name="A pot", kind="points", points=base,
        dynamic=Dynamic(stock=100, demand=10, category="tea", most=cap),
    )  # fmt: skip
    budget = BudgetRule(id="b", rewards=("pot",), money=Decimal(500))
    mind = SimpleNamespace(affinity=lambda _: {"categories": {"tea": taste}})
    world = SimpleNamespace(
        programme=programme(terms, budgets=(budget,) if paid else ()),
        prices={"pot": Price(now=factor_now)},
        mind=mind,
    )
    customer = SimpleNamespace(book=Book())
    turn = cast(Turn, SimpleNamespace(world=world, customer=customer, now=START))
    value = worth(turn, terms, base)
    cap_at = base * HIGH // WHOLE if most is None else most
    assert min(base * LOW // WHOLE, cap_at) <= value <= min(base * HIGH // WHOLE, cap_at)
    assert not paid or value <= base


def test_taken_back_and_earned_again_it_is_worth_what_was_promised() -> None:
    once = Count(id="bag", name="A bag", goal=1, reward="pot")
    kept = members(rewards=(POT,), challenges=(once,))
    one = told(kept, items(1), refund("o1", key="r"))
    one.world = worlds.with_situation(one.world, Situation("pot", 999, 1), one.now + DAY)
    continue_with(one, items(1).after(days=2))
    assert (worths(one), one.points[1]) == ([1000], 1000)


def test_who_likes_it_gets_a_tenth_more_and_who_does_not_a_tenth_less() -> None:
    dynamic = Dynamic(stock=100, demand=10, category="tea")
    kept = programme(RewardRule(id="pot", name="P", kind="points", points=1000, dynamic=dynamic))
    tea, cups = (line("x", 9, category=name) for name in ("tea", "cups"))
    fond = told(kept, order("o1", tea), order("o2", tea).after(days=1))
    other = told(kept, order("o1", cups), order("o2", cups).after(days=1))
    assert (worths(fond)[-1], worths(other)[-1]) == (1100, 900)


def test_it_is_never_worth_more_than_the_most() -> None:
    dynamic = Dynamic(stock=100, demand=10, most=Decimal(1050))
    kept = programme(RewardRule(id="pot", name="P", kind="points", points=1000, dynamic=dynamic))
    assert worths(told(kept, items(1), stock=900, demand=1)) == [1050]


def test_an_amount_moves_in_minor_units() -> None:
    coupon = RewardRule(
        id="pot", name="P", kind="amount_coupon", amount=Decimal("5.00"),
        dynamic=Dynamic(stock=100, demand=10, most=Decimal("5.20")),
    )  # fmt: skip
    assert worths(told(programme(coupon), items(1), stock=900, demand=1)) == [520]
    assert worths(told(programme(coupon), items(1), stock=1, demand=99)) == [450]


def test_a_budget_of_money_is_never_drawn_for_more_than_it_gives() -> None:
    coupon = RewardRule(
        id="pot", name="P", kind="amount_coupon", amount=Decimal("5.00"), dynamic=RULE
    )
    budget = BudgetRule(id="b", rewards=("pot",), money=Decimal(500))
    kept = programme(coupon, budgets=(budget,))
    world = worlds.with_situation(worlds.founded(kept), Situation("pot", 900, 1), START - DAY)
    one = Told(world)
    one.purse = Purse()
    quotas.publish(one.purse, kept, START)
    assert worths(continue_with(one, items(1))) == [500]


@pytest.mark.parametrize("reward", ["pot", "other"])
def test_what_is_not_dynamic_stays(reward: str) -> None:
    plain = programme(RewardRule(id="pot", name="P", kind="points", points=10))
    assert moved({}, plain, reward, 1, 1, START) == {}


situations = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(0, 1000), st.sampled_from([HOUR, DAY, 3 * DAY])),
    min_size=1,
    max_size=20,
)


@given(situations)
def test_it_stays_in_bounds_and_moves_a_tenth_a_day_at_most(
    told: list[tuple[int, int, float]],
) -> None:
    prices, at, kept = {"pot": Price()}, START, programme()
    by_day: dict[int, list[int]] = {}
    for stock, demand, gap in told:
        at += gap
        before = prices["pot"]
        prices = dict(moved(prices, kept, "pot", stock, demand, at))
        price = prices["pot"]
        assert LOW <= price.now <= HIGH
        assert LOW <= factor(RULE, stock, demand) <= HIGH
        began = by_day.setdefault(price.day, [before.now])[0]
        assert abs(price.now - began) * STEP <= began
    assert Price().now == WHOLE


TEXT = """
name = "market"
currency = "EUR"
zone = "Europe/Vienna"
salt = "market"

[holdout]
share = 0.0

[[rewards]]
id = "pot"
name = "A pot"
kind = "points"
points = 1000
dynamic = { stock = 100, demand = 10 }

[[challenges]]
kind = "count"
id = "bag"
name = "A bag"
of = "orders"
goal = 1
reward = "pot"
repeat = "on_completion"
"""


def test_a_partition_keeps_it_over_a_restart_and_takes_it_only_from_operators() -> None:
    run = Run()
    run.fold(numbered([published(TEXT), situation("pot", 900, 1, 60.0)]))
    run.restart()
    told = [
        bought("o1", 120.0),
        situation("pot", 1, 900, DAY, source="shop"),
        bought("o2", DAY + 9),
    ]
    run.fold(numbered(told, run.store.at.offset))
    values = [grant.value for grant in run.states["ann"].book.rewards.values()]
    assert values == [1100, 1100]
    assert [headers["reason"] for _, headers in run.dead] == ["not_allowed"]
    assert run.store.at.log_time == OPENING + DAY + 9


def test_something_without_a_figure_cannot_move() -> None:
    wrong = TEXT.replace("points = 1000", 'product = "pot"').replace('"points"', '"free_item"')
    (mistake,) = check(wrong)
    assert "no figure" in mistake.problem
