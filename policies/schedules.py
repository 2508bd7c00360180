"""Times of day in the member's own zone, on the days that a programme names."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

from engine.dates import NEVER, local
from engine.programme import Schedule
from engine.programme.types import Weekday
from engine.turn import Turn

WEEKDAYS: Final[tuple[str, ...]] = get_args(Weekday)
LOOK_AHEAD: Final = 32
"""Days in which every schedule but a yearly one has a moment."""


def next_moment(turn: Turn, schedule: Schedule, after: float) -> float:
    """The first moment later than that (s); never, where the member's day is not known."""
    zone = turn.zone
    moments = (_moment(day, schedule, zone) for day in _days(turn, schedule, local(after, zone)))
    return next((moment for moment in moments if moment > after), NEVER)


def rang(turn: Turn, schedule: Schedule, since: float) -> bool:
    """Whether it had a moment today, later than the last look and not later than now.

    Today, where the member is now: who has flown west is not told last week's word.
    """
    today = local(turn.now, turn.zone).date()
    moment = _moment(today, schedule, turn.zone)
    return since < moment <= turn.now and _is_due(turn, schedule, today)


def _days(turn: Turn, schedule: Schedule, first: datetime) -> Iterator[date]:
    """Days on which it is due, from that one on."""
    if schedule.yearly is None:
        ahead = (first.date() + timedelta(days=n) for n in range(LOOK_AHEAD))
        yield from (day for day in ahead if _is_due(turn, schedule, day))
    elif (born := _begin(turn, schedule)) is not None:
        years = range(first.year, first.year + 3)
        days = (_in_year(born, year) for year in years)
        yield from (day for day in days if _is_due(turn, schedule, day))


def _is_due(turn: Turn, schedule: Schedule, day: date) -> bool:
    if schedule.yearly is not None:
        born = _begin(turn, schedule)
        return born is not None and day == _in_year(born, day.year) and day.year > born.year
    if schedule.day is not None:
        return day.day == min(schedule.day, monthrange(day.year, day.month)[1])
    return not schedule.days or WEEKDAYS[day.weekday()] in schedule.days


def _begin(turn: Turn, schedule: Schedule) -> date | None:
    """The day that comes again every year; a birthday has no year, so one long ago stands in."""
    book = turn.customer.book
    if schedule.yearly == "birthday":
        return date(_LEAP, *divmod(book.birthday, 100)) if book.birthday else None
    return local(book.enrolled, turn.zone).date() if book.enrolled else None


def _in_year(born: date, year: int) -> date:
    """That day in a year; 29 February is the 28th where there is none."""
    return born.replace(year=year, day=min(born.day, monthrange(year, born.month)[1]))


def _moment(day: date, schedule: Schedule, zone: ZoneInfo) -> float:
    return datetime.combine(day, time.fromisoformat(schedule.at), zone).timestamp()


_LEAP: Final = 4
