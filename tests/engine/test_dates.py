"""Calendar arithmetic in a zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.dates import (
    HOUR,
    iso,
    local,
    local_day,
    months_before,
    months_later_rounded_up,
    period,
    zone,
)

VIENNA = ZoneInfo("Europe/Vienna")
moments = st.floats(946684800.0, 4102444800.0)
zones = st.sampled_from(
    ["Europe/Vienna", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "UTC"]
)
periods = st.sampled_from(["week", "month", "quarter", "year"])


def known(name: str) -> ZoneInfo:
    found = zone(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "name",
    ["", "Europe", "Mars/Olympus", "leapseconds", "../zone", "/etc/localtime", "a" * 999, "UTC\0"],
)
def test_what_is_no_zone_is_none(name: str) -> None:
    assert zone(name) is None


def test_zones_do_not_come_from_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneinfo.TZPATH", ())
    monkeypatch.setattr("zoneinfo._tzpath.TZPATH", ())
    zone.cache_clear()
    assert local(0.0, known("Asia/Tokyo")).hour == 9


def test_the_day_on_which_the_clock_changes_is_one_day() -> None:
    night = datetime(2026, 3, 29, 0, 30, tzinfo=VIENNA).timestamp()
    assert local_day(night + 22 * HOUR, VIENNA) == local_day(night, VIENNA)
    assert local_day(night + 23 * HOUR, VIENNA) == local_day(night, VIENNA) + 1


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        ((2026, 1, 31), 1, (2026, 3, 1)),
        ((2026, 1, 1), 1, (2026, 3, 1)),
        ((2026, 12, 31), 12, (2028, 1, 1)),
        ((2027, 2, 28), 12, (2028, 3, 1)),
    ],
)
def test_months_later_end_with_their_month(
    day: tuple[int, int, int], months: int, end: tuple[int, int, int]
) -> None:
    then = datetime(*day, 12, tzinfo=VIENNA).timestamp()
    assert (
        months_later_rounded_up(then, months, VIENNA) == datetime(*end, tzinfo=VIENNA).timestamp()
    )


@pytest.mark.parametrize(
    ("day", "before"), [((2026, 3, 31), (2026, 2, 28)), ((2028, 2, 29), (2027, 2, 28))]
)
def test_months_before_stay_in_the_month(
    day: tuple[int, int, int], before: tuple[int, int, int]
) -> None:
    then = datetime(*day, 12, tzinfo=VIENNA).timestamp()
    months = 12 if day[1] == 2 else 1
    assert months_before(then, months, VIENNA) == datetime(*before, 12, tzinfo=VIENNA).timestamp()


@given(moments, periods, zones)
@example(2051222399.9999995, "week", "UTC")
def test_a_period_holds_its_moment_and_the_next_one_follows(
    at: float, every: str, name: str
) -> None:
    where = known(name)
    start, end = period(at, every, where)
    assert start <= at < end
    assert period(start, every, where) == (start, end)
    assert period(end, every, where)[0] == end
    assert local(start, where).time() == local(end, where).time()


@given(moments, zones)
def test_a_week_begins_on_monday(at: float, name: str) -> None:
    start, end = period(at, "week", known(name))
    assert local(start, known(name)).weekday() == 0
    assert timedelta(days=6) < timedelta(seconds=end - start) < timedelta(days=8)


@given(moments, st.integers(1, 120), zones)
def test_points_live_at_least_their_months(at: float, months: int, name: str) -> None:
    where = known(name)
    assert months_before(months_later_rounded_up(at, months, where), months, where) >= at


def test_moments_are_written_in_utc() -> None:
    assert iso(1767258000.5) == "2026-01-01T09:00:00.500000Z"
