"""What comes back takes its points along, in any order, once (DOMAIN §5)."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dates import DAY
from engine.programme import Points
from engine.state import Order
from tests.support.stories import (
    PROGRAMME,
    Beat,
    back,
    cancel,
    changed,
    items,
    line,
    order,
    publish,
    redeem,
    refund,
    tell,
    wait,
)

SPECIFIED = order("o1", line("a", 30.00), line("b", 20.00), line("c", 9.99), discount=6.00)
RETURNS = (
    refund("o1", back("a"), key="ra"),
    refund("o1", back("b"), key="rb"),
    refund("o1", back("c"), key="rc"),
)


def test_the_example_of_the_specification() -> None:
    told = tell(SPECIFIED, RETURNS[1], RETURNS[2], RETURNS[0])
    assert told.points_of("Points Pending") == [53]
    assert told.points_of("Points Reversed") == [18, 8, 27]


@pytest.mark.parametrize("returns", list(permutations(RETURNS)))
def test_all_six_orders_of_refunds_end_at_nothing(returns: tuple[Beat, ...]) -> None:
    told = tell(SPECIFIED, *returns)
    assert (told.points, sum(told.points_of("Points Reversed"))) == ((0, 0, 0, 0), 53)


def test_some_of_the_pieces_take_their_part() -> None:
    told = tell(items(3, 3.33), refund("o1", back("beans", 1), key="r1"))
    assert told.pending == 6  # 9.99 less a third, rounded down


def test_pieces_are_found_on_every_line_of_their_product() -> None:
    bought = order("o1", line("a", 10), line("b", 5), line("a", 20))
    assert tell(bought, refund("o1", back("a", 2), key="r1")).pending == 5


def test_no_lines_are_the_whole_order() -> None:
    assert tell(SPECIFIED, refund("o1")).pending == 0


def test_more_than_was_bought_is_clamped_and_noted() -> None:
    told = tell(items(2), refund("o1", back("beans", 5), key="r1"))
    assert (told.pending, told.notes) == (0, ["refund_beyond_order"])


def test_what_was_never_bought_changes_nothing() -> None:
    told = tell(items(2), refund("o1", back("tea"), key="r1"))
    assert (told.pending, told.notes) == (20, ["refund_beyond_order"])


def test_an_order_told_without_lines_gives_back_what_the_refund_is_worth() -> None:
    told = tell(order(total=50), refund("o1", line("a", 7.50, 2), key="r1"))
    assert told.pending == 35


def test_an_order_told_without_lines_believes_the_refunds_total_where_it_has_no_prices() -> None:
    told = tell(order(total=50), refund("o1", back("a"), back("b"), key="r1", total=20))
    assert told.pending == 30


def test_an_order_told_without_lines_abroad_gives_back_in_its_own_currency() -> None:
    abroad = order(total=10_000, currency="JPY")
    told = tell(abroad, refund("o1", line("a", 2500), key="r1", currency="jpy"))
    assert told.pending == 45


def test_the_recorded_rate_is_reversed_and_not_todays() -> None:
    dearer = changed(points=Points(earn=10))
    told = tell(items(4), publish(dearer), refund("o1", back("beans", 2), key="r1"))
    assert told.points_of("Points Reversed") == [20]


def test_the_same_refund_id_twice_is_one() -> None:
    twice = refund("o1", back("beans"), key="r1")
    told = tell(items(3), twice, twice.under("another"))
    assert (told.pending, told.notes) == (20, ["repeat"])


def test_without_an_id_a_refund_is_known_by_what_it_says() -> None:
    told = tell(
        items(4),
        refund("o1", back("beans"), total=10.0),
        refund("o1", back("beans"), total="10.00"),
        refund("o1", back("beans"), total=20),
    )
    assert (told.pending, told.notes) == (20, ["repeat"])


def test_a_refund_that_is_called_cancelled_is_no_cancellation() -> None:
    told = tell(items(3), refund("o1", back("beans"), key="cancelled"), cancel("o1"))
    assert told.points_of("Points Reversed") == [10, 20]


def test_cancelled_then_refunded_finds_nothing_left() -> None:
    told = tell(items(3), cancel("o1"), refund("o1", key="r1"), cancel("o1"))
    assert told.points_of("Points Reversed") == [30]


def test_a_refund_before_its_order_waits_and_is_then_applied() -> None:
    early = refund("o1", back("beans"), key="r1")
    told = tell(early, early.under("again"), items(3, ident="o1"))
    assert (told.pending, told.customer.book.parked) == (20, [])
    assert told.notes == ["refund_parked", "repeat"]


def test_a_refund_waits_for_its_own_order_only() -> None:
    told = tell(refund("o2", key="r1"), items(3, ident="o1"))
    assert (told.pending, len(told.customer.book.parked)) == (30, 1)


def test_a_refund_whose_order_never_comes_is_dropped_after_a_week() -> None:
    told = tell(refund("o9"), wait(days=6), wait(days=2))
    assert (told.customer.book.parked, told.notes) == (
        [],
        ["refund_parked", "refund_without_order"],
    )


def test_a_late_refund_waits_a_week_all_the_same() -> None:
    told = tell(refund("o1", key="r1").late(days=20), items(3, ident="o1").after(days=5))
    assert told.pending == 0


def test_pending_goes_first_then_available_then_other_lots_and_the_rest_is_debt() -> None:
    told = tell(
        order("o1", total=100),
        order("o2", total=40).after(days=1),
        order("o3", total=30).after(days=45),
        wait(days=20),
        order("o4", total=5),
        redeem(150),
        refund("o2", key="r2"),
        refund("o1", key="r1"),
    )
    # 170 released, 150 spent: 20 of o3 are left. o2 takes them and owes 20; o1 owes 100 more.
    assert told.points == (5, 0, 0, 120)
    assert [each.properties["debt"] for each in told.of("Points Reversed")] == [20, 120]


def test_another_orders_points_go_latest_expiry_first() -> None:
    told = tell(
        order("o1", total=10),
        order("o2", total=50).after(days=40),
        order("o3", total=50).after(days=40),
        wait(days=20),
        redeem(10),
        refund("o1", key="r1"),
    )
    assert {lot.source: lot.available for lot in told.customer.book.ledger.lots} == {
        "o2": 50,
        "o3": 40,
    }


def test_new_points_repay_debt_first() -> None:
    told = tell(
        order("o1", total=100),
        wait(days=15),
        redeem(100),
        refund("o1"),
        order("o2", total=130),
        wait(days=15),
    )
    assert told.points == (0, 30, 0, 0)
    assert told.of("Points Released")[-1].properties["repaid"] == 100


def test_an_order_sent_again_after_its_refund_stays_refunded() -> None:
    told = tell(items(3, ident="o1"), refund("o1"), items(3, ident="o1"))
    assert (told.pending, told.notes) == (0, ["repeat"])


def test_an_old_order_sent_twice_counts_once() -> None:
    old = order("old", total=100).late(days=500)
    told = tell(old, order("o2", total=1), old, order("o3", total=1))
    assert len(told.of("Points Pending")) == 3


def test_orders_are_forgotten_when_nothing_can_reach_them() -> None:
    told = tell(order("o1", total=10), order("o2", total=10).after(days=402))
    assert list(told.customer.book.orders) == ["o2"]


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from([0, 1, 200, 500])), min_size=1))
def test_the_book_is_looked_through_from_its_beginning_and_nothing_old_is_overlooked(
    pauses: list[tuple[int, int]],
) -> None:
    told, kept = tell(), dict[str, Order]()
    for n, (pause, behind) in enumerate(pauses):
        told.beat(order(f"o{n}", total=1).after(days=pause).late(days=behind))
        oldest = told.now - PROGRAMME.points.remember_days * DAY
        kept = {key: old for key, old in kept.items() if max(old.at, old.day * DAY) >= oldest}
        kept[f"o{n}"] = told.customer.book.orders[f"o{n}"]
        assert told.customer.book.orders == kept


def test_a_free_piece_that_comes_back_is_a_refund_of_nothing() -> None:
    bought = order("o1", line("gift", 0), line("beans", 10))
    told = tell(bought, refund("o1", back("gift"), key="r1"))
    assert (told.pending, told.names) == (10, ["Points Pending"])
