"""Members hear that their points are about to expire, once a stage (DOMAIN §4.4)."""

from hypothesis import given
from hypothesis import strategies as st

from engine.dates import DAY
from engine.programme import Points
from tests.support.stories import Told, cancel, changed, order, publish, redeem, tell, wait


def told_of(told: Told) -> list[tuple[int, int]]:
    """(days ahead, points) of each notice."""
    said = told.of("Points Expiring")
    return [(each.properties["days"], each.properties["points"]) for each in said]


def test_points_that_expire_are_told_30_and_7_days_ahead() -> None:
    told = tell(order(total=50), wait(days=500))
    assert told_of(told) == [(30, 50), (7, 50)]
    expired = told.of("Points Expired")[0].at
    assert [round((expired - each.at) / DAY) for each in told.of("Points Expiring")] == [30, 7]


def test_the_lots_of_one_month_are_one_notice() -> None:
    told = tell(order(total=50), order(total=20).after(days=3), wait(days=500))
    assert told_of(told) == [(30, 70), (7, 70)]


def test_what_was_spent_before_is_not_told() -> None:
    assert told_of(tell(order(total=50), wait(days=20), redeem(50), wait(days=500))) == []
    told = tell(order(total=50), wait(days=370), redeem(20), wait(days=100))
    assert told_of(told) == [(30, 50), (7, 30)]


def test_the_days_are_the_programmes_to_choose() -> None:
    silent = changed(points=Points(notice_days=()))
    often = changed(points=Points(notice_days=(60, 1)))
    assert told_of(tell(order(total=50), wait(days=500), programme=silent)) == []
    assert told_of(tell(order(total=50), wait(days=500), programme=often)) == [(60, 50), (1, 50)]


def test_other_days_hold_from_the_next_notice_on() -> None:
    often = changed(points=Points(notice_days=(30, 14, 7)))
    told = tell(order(total=50), publish(often), wait(days=500))
    assert told_of(told) == [(30, 50), (14, 50), (7, 50)]


def test_points_that_come_back_after_a_notice_are_told_at_the_next() -> None:
    told = tell(
        order("o1", total=50),
        wait(days=20),
        order("o2", total=0, points_spent=50),
        wait(days=360),
        cancel("o2"),
        wait(days=100),
    )
    assert told_of(told) == [(7, 50)]


@given(st.lists(st.floats(0, 600 * DAY), max_size=20))
def test_ticks_tell_nobody_twice(ticks: list[float]) -> None:
    story = (order(total=50), order(total=20).after(days=45))
    told, plain = tell(*story), tell(*story)
    for moment in sorted(ticks):
        told.tick(told.now + moment / 20)
    end = plain.now + 700 * DAY
    told.tick(end)
    plain.tick(end)
    assert told_of(told) == told_of(plain) == [(30, 50), (7, 50), (30, 20), (7, 20)]
