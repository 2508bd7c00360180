"""Points by hand: with the name of who did it, once each, and never below zero (DOMAIN §4.7)."""

from engine import ledger
from tests.support.stories import Beat, order, saw, tell, wait


def correct(points: int) -> Beat:
    return saw("Points Corrected", points=points, actor="till-7", reason="goodwill")


def test_points_given_by_hand_can_be_spent_at_once() -> None:
    told = tell(correct(50))
    assert told.balance == 50
    (earned,) = told.of("Points Earned")
    assert (earned.properties["actor"], earned.properties["reason"]) == ("till-7", "goodwill")


def test_points_taken_by_hand_become_debt_where_there_are_too_few() -> None:
    told = tell(order("o1", total=30), wait(days=15), correct(-50))
    assert (told.balance, told.debt) == (0, 20)
    assert ledger.balanced(told.customer.book.ledger)


def test_a_correction_sent_twice_counts_once() -> None:
    once = correct(50).under("by-hand")
    assert tell(once, once).balance == 50


def test_two_corrections_are_two() -> None:
    assert tell(correct(50), correct(50)).balance == 100
