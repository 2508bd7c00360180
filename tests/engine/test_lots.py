"""Lots: pending, available, expired; what is spent first and what expires (DOMAIN §4)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.programme import Points
from tests.support.stories import changed, order, redeem, refund, request, tell, wait

VIENNA = ZoneInfo("Europe/Vienna")


def test_points_wait_fourteen_days() -> None:
    assert tell(order(total=10), wait(days=13, hours=23)).points == (10, 0, 0, 0)
    assert tell(order(total=10), wait(days=14)).points == (0, 10, 0, 0)


def test_without_a_return_window_points_are_there_at_the_next_moment() -> None:
    programme = changed(points=Points(pending_days=0))
    assert tell(order(total=10), wait(), programme=programme).balance == 10


def test_points_expire_at_the_end_of_the_month_twelve_months_later_in_the_programmes_zone() -> None:
    [pending] = tell(order(total=10)).of("Points Pending")
    assert pending.properties["expires"] == datetime(2027, 2, 1, tzinfo=VIENNA).timestamp()


def test_the_thirty_first_and_one_month_is_the_end_of_february() -> None:
    programme = changed(points=Points(expire_months=1))
    told = tell(order(total=10).after(days=26), programme=programme)
    [pending] = told.of("Points Pending")
    assert pending.properties["expires"] == datetime(2026, 3, 1, tzinfo=VIENNA).timestamp()


def test_the_zone_decides_which_month_it_is() -> None:
    just_before_midnight_utc = order(total=10).after(days=26, hours=14.5)  # 31 January, 23:30
    [pending] = tell(just_before_midnight_utc).of("Points Pending")
    assert pending.properties["expires"] == datetime(2027, 3, 1, tzinfo=VIENNA).timestamp()


def test_what_is_left_expires_and_not_what_was_spent() -> None:
    told = tell(order(total=100), wait(days=15), redeem(30), wait(days=400))
    assert (told.points, told.points_of("Points Expired")) == ((0, 0, 0, 0), [70])


def test_what_expires_first_is_spent_first() -> None:
    told = tell(
        order("o1", total=50),
        order("o2", total=50).after(days=60),
        wait(days=15),
        redeem(60),
        wait(days=325),
    )
    assert (told.balance, told.points_of("Points Expired")) == (40, [])


def test_lots_that_expire_together_are_spent_earliest_first() -> None:
    told = tell(
        order("o2", total=50).late(hours=2), order("o1", total=50), wait(days=15), redeem(60)
    )
    assert [(lot.source, lot.available) for lot in told.customer.book.ledger.lots] == [("o1", 40)]


def test_reserved_points_do_not_expire_but_do_when_they_are_released_too_late() -> None:
    programme = changed(points=Points(expire_months=1, lease_minutes=1440, pending_days=0))
    told = tell(
        order(total=80), request(50).after(days=54, hours=9), wait(hours=8), programme=programme
    )
    assert told.points == (0, 0, 50, 0)
    assert told.points_of("Points Expired") == [30]
    told.tick(told.now + 86400)
    assert told.names[-2:] == ["Redemption Released", "Points Expired"]
    assert told.points_of("Points Expired") == [30, 50]


def test_an_order_from_long_ago_is_released_and_expires_at_once() -> None:
    told = tell(order(total=10).late(days=700), wait())
    assert told.names == ["Points Pending", "Points Released", "Points Expired"]


def test_a_refund_of_expired_points_is_debt() -> None:
    told = tell(order(total=10), wait(days=395), refund("o1"))
    assert told.points == (0, 0, 0, 10)
