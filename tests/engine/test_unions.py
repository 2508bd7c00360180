"""What policies keep of two ids that are one person stays within one member's bounds."""

import msgspec

from engine import unions
from engine.state import WAITS, Book, Customer, Journey, Offered
from engine.turn import Turn
from tests.support.stories import PROGRAMME, founded


def turn() -> Turn:
    return Turn(founded(PROGRAMME), Customer(memory={}), "ann", 9.0, "m1", [], [], [])


def test_further_alarms_than_there_is_room_for_are_noted_and_left_out() -> None:
    mine = Journey(waits={f"p{n}": n for n in range(WAITS)})
    at = turn()
    joined = unions.journeys(at, mine, Journey(waits={"p3": 50, "more": 1}))
    assert joined == Journey(waits={**mine.waits, "p3": 50})
    assert at.notes == ["too_many_waits"]


def test_a_text_that_both_were_told_is_shown_once_as_it_was_told_last() -> None:
    late, early = ({"id": str(at), "at": at, "title": "Hello"} for at in (2.0, 1.0))
    mine, other = (msgspec.json.encode([each]) for each in (late, early))
    assert unions.inboxes(mine, other) == mine
    assert unions.inboxes(other, mine) == mine


def test_of_two_offers_of_one_policy_the_one_that_holds_longer_stays() -> None:
    at = turn()
    short, long = Offered("1", "tea", "Tea", 20.0), Offered("2", "tea", "Tea", 30.0)
    at.customer.book.offers = [short]
    unions.join(at, Book(offers=[long]), "bob")
    assert at.customer.book.offers == [long]
