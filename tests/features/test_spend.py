import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dates import DAY
from features.spend import Spend
from tests.features.stories import START, order, read, refund, remember

SUMS = [number.name for number in Spend.NUMBERS]


def test_money_counts_half_after_its_half_life() -> None:
    memories = remember(order(START, 4000))
    assert read(memories, START + 30 * DAY)["spend_30d"] == pytest.approx(20.0)
    assert read(memories, START + 90 * DAY)["spend_90d"] == pytest.approx(20.0)


@given(money=st.integers(1, 10**9), days=st.floats(0, 60))
def test_a_whole_refund_leaves_nothing_of_its_order(money: int, days: float) -> None:
    placed = order(START + 3 * DAY, money)
    later = order(START + 65 * DAY, 4321)
    back = refund(placed, START + (4 + days) * DAY, money)
    now = START + 70 * DAY
    left, never = read(remember(placed, later, back), now), read(remember(later), now)
    assert [left[name] for name in SUMS] == pytest.approx(
        [never[name] for name in SUMS], abs=1e-12 * money
    )


def test_part_of_the_money_back_takes_that_part() -> None:
    placed = order(START, 4000)
    numbers = read(remember(placed, refund(placed, START + DAY, 1000)), START + 90 * DAY)
    assert numbers["spend_total"] == 30.0
    assert numbers["spend_90d"] == pytest.approx(15.0)


def test_a_refund_of_an_order_that_came_too_late_to_be_seen_takes_no_more_than_there_is() -> None:
    unseen = order(START, 4000)
    numbers = read(remember(refund(unseen, START + DAY, 4000)), START + 2 * DAY)
    assert [numbers[name] for name in SUMS] == [0.0, 0.0, 0.0]
