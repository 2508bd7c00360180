"""Shops that reckon points themselves, and say on each receipt what was earned and spent."""

from typing import Any

from engine.programme import Points
from tests.support.stories import (
    Story,
    Told,
    back,
    cancel,
    changed,
    line,
    order,
    refund,
    request,
    tell,
    wait,
)

SHOP = changed(points=Points(source="shop", pending_days=0))


def at_the_till(*story: Story) -> Told:
    return tell(*story, wait(hours=1), programme=SHOP)


def test_points_are_taken_as_the_shop_states_them() -> None:
    told = at_the_till(order(total=100, points_earned=120))
    assert (told.balance, told.notes) == (120, ["points_disagree"])
    assert told.of("Points Pending")[0].properties["stated"]


def test_where_it_agrees_with_us_nothing_is_flagged() -> None:
    assert at_the_till(order(total=100, points_earned=100)).notes == []


def test_a_receipt_that_states_nothing_is_reckoned_by_us() -> None:
    assert at_the_till(order(total=100)).balance == 100


def test_a_programme_that_reckons_itself_does_not_listen() -> None:
    assert tell(order(total=100, points_earned=120)).pending == 100


def test_spent_points_are_gone_and_what_was_not_there_is_owed() -> None:
    told = at_the_till(
        order(total=100, points_earned=100),
        order(total=10, points_earned=0, points_spent=130, paid_with_points=5),
    )
    assert (told.points, told.customer.book.ledger.redeemed) == ((0, 0, 0, 30), 130)
    assert "points_beyond_balance" in told.notes


def test_a_reservation_of_the_order_is_committed_and_the_rest_taken_besides() -> None:
    told = at_the_till(
        order(total=100, points_earned=100),
        request(60),
        order(
            total=10, points_earned=0, points_spent=70, redemption_id="r1", paid_with_points=5
        ).after(hours=0.1),
    )
    assert (told.points, told.points_of("Points Redeemed")) == ((0, 30, 0, 0), [60, 10])


def test_a_reservation_that_took_more_than_is_stated_is_flagged() -> None:
    told = at_the_till(
        order(total=100, points_earned=100),
        request(60),
        order(
            total=10, points_earned=5, points_spent=50, redemption_id="r1", paid_with_points=5
        ).after(hours=0.1),
    )
    assert (told.balance, told.notes) == (45, ["points_disagree"])


def test_a_redemption_that_paid_for_another_order_takes_nothing_again() -> None:
    paying: dict[str, Any] = {
        "points_spent": 40,
        "redemption_id": "r1",
        "points_earned": 6,
        "paid_with_points": 4,
    }
    told = at_the_till(
        order(total=100, points_earned=100), order(total=10, **paying), order(total=10, **paying)
    )
    assert (told.balance, told.notes) == (72, ["points_disagree"])


def test_a_return_reverses_its_share_of_what_was_stated() -> None:
    bought = order("o1", line("a", 30), line("b", 10), points_earned=81)
    told = at_the_till(bought, wait(hours=1), refund("o1", back("b"), key="b"))
    assert told.balance == 60
    told.beat(cancel("o1"))
    assert told.points == (0, 0, 0, 0)


def test_points_for_an_order_without_money_stay_until_all_of_it_is_returned() -> None:
    bought = order("o1", line("a", 5, 2), paid_with_points=10, points_earned=8)
    told = at_the_till(bought, wait(hours=1), refund("o1", back("a"), key="a"))
    assert told.balance == 8
    told.beat(refund("o1", back("a"), key="b"))
    assert told.points == (0, 0, 0, 0)


def test_a_return_gives_back_what_was_never_there_as_less_debt() -> None:
    told = at_the_till(
        order("o1", total=10, points_earned=0, points_spent=30, paid_with_points=5), cancel("o1")
    )
    assert told.points == (0, 0, 0, 0)
