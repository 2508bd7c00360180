import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dates import DAY
from engine.world import Happened
from features.habit import REMEMBERED, USUAL_CV, USUAL_GAP, Habit
from features.theme import NEVER
from tests.features.stories import START, order, read, refund, remember

RHYTHM = [number.name for number in Habit.NUMBERS]


def orders(*days: float) -> list[Happened]:
    return [order(START + day * DAY, 1000) for day in days]


def habit(*events: Happened, day: float = 100.0) -> dict[str, float]:
    return read(remember(*events), START + day * DAY)


def test_a_stranger_has_the_usual_habit() -> None:
    numbers = habit()
    assert numbers["days_since_order"] == NEVER
    assert (numbers["own_gap"], numbers["gap_cv"]) == (USUAL_GAP, USUAL_CV)
    assert (numbers["orders"], numbers["tenure_days"], numbers["last_order_value"]) == (0, 0, 0)


def test_the_own_gap_counts_one_usual_gap_in() -> None:
    assert habit(*orders(0, 10, 20))["own_gap"] == pytest.approx((20 + USUAL_GAP) / 3)


def test_recency_is_told_in_own_gaps() -> None:
    numbers = habit(*orders(0, 10, 20), day=60)
    assert numbers["days_since_order"] == pytest.approx(40)
    assert numbers["gaps_since_order"] == pytest.approx(40 / numbers["own_gap"])


def test_a_clockwork_has_no_unevenness() -> None:
    assert habit(*orders(0, 7, 14, 21))["gap_cv"] == 0.0


def test_uneven_gaps_show() -> None:
    assert habit(*orders(0, 10, 40))["gap_cv"] == pytest.approx(0.5)


def test_two_orders_do_not_tell_how_uneven_gaps_are() -> None:
    assert habit(*orders(0, 10))["gap_cv"] == USUAL_CV


@pytest.mark.parametrize(("bought", "once"), [((), 0.0), ((1,), 1.0), ((1, 2), 0.0)])
def test_a_one_timer_has_bought_exactly_once(bought: tuple[float, ...], once: float) -> None:
    assert habit(*orders(*bought))["one_timer"] == once


def test_orders_count_half_after_their_half_life() -> None:
    memories = remember(order(START))
    numbers = [f"orders_{days}d" for days in (14, 30, 90)]
    halves = [read(memories, START + days * DAY)[f"orders_{days}d"] for days in (14, 30, 90)]
    assert dict(zip(numbers, halves, strict=True)) == pytest.approx(dict.fromkeys(numbers, 0.5))


@given(days=st.lists(st.integers(0, 80), min_size=1, max_size=REMEMBERED - 2, unique=True))
def test_an_order_that_went_back_never_happened(days: list[int]) -> None:
    kept = orders(0, *(day + 1 for day in days))
    whim = order(START + 40.5 * DAY, 9000)
    told = sorted([*kept[:-1], whim], key=lambda placed: placed.at)
    with_whim = habit(*told, refund(whim, START + 85 * DAY, 9000), kept[-1])
    assert [with_whim[name] for name in RHYTHM] == pytest.approx(
        [habit(*kept)[name] for name in RHYTHM], abs=1e-9
    )


def test_part_of_an_order_back_keeps_the_order() -> None:
    placed = order(START, 4000)
    numbers = habit(placed, refund(placed, START + DAY, 1000))
    assert (numbers["orders"], numbers["last_order_value"]) == (1, 30.0)


def test_the_last_order_is_the_newest_one_that_was_kept() -> None:
    first, second = order(START, 2000), order(START + 50 * DAY, 7000)
    numbers = habit(first, second, refund(second, START + 51 * DAY, 7000))
    assert (numbers["days_since_order"], numbers["last_order_value"]) == (100.0, 20.0)


def test_the_rhythm_is_that_of_the_newest_ten() -> None:
    old, new = orders(0, 1), orders(*range(50, 60))
    numbers = habit(*old, *new)
    assert numbers["own_gap"] == habit(*new)["own_gap"]
    assert (numbers["orders"], numbers["tenure_days"]) == (12, 100.0)


def test_a_late_order_older_than_the_ten_only_counts() -> None:
    new = orders(*range(50, 60))
    numbers = habit(*new, *orders(40))
    assert numbers["own_gap"] == habit(*new)["own_gap"]
    assert (numbers["orders"], numbers["tenure_days"]) == (11, 60.0)


def test_an_order_that_fell_out_of_the_ten_keeps_counting() -> None:
    first = order(START, 1000)
    numbers = habit(first, *orders(*range(50, 60)), refund(first, START + 61 * DAY, 1000))
    assert numbers["orders"] == 11


def test_two_orders_of_one_second_are_one() -> None:
    numbers = habit(order(START, 1000), order(START + 0.4, 2000))
    assert (numbers["orders"], numbers["last_order_value"]) == (1, 30.0)


def test_nobody_is_more_than_a_hundred_gaps_overdue() -> None:
    assert habit(*orders(*range(10)), day=3000)["gaps_since_order"] == 100.0
