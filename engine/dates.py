"""Calendar arithmetic in the member's or the programme's zone; moments are Unix time in seconds.

Zones come from the pinned `tzdata` package and never from the machine, so that the same log gives
the same local days for ever.
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 86400.0
NEVER: Final = float("inf")
"""Due at no time."""

_NAME: Final = re.compile(r"(?:[A-Za-z0-9_+\-]{1,32}/){0,2}[A-Za-z0-9_+\-]{1,32}")

MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
"""Calendar periods and their length in months; each divides the year."""


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, or None where there is none such.

    >>> zone("Europe/Vienna").key
    'Europe/Vienna'
    >>> zone("Mars/Olympus") is None
    True
    """
    if not _NAME.fullmatch(name):
        return None
    try:
        with files("tzdata").joinpath("zoneinfo", name).open("rb") as data:
            return ZoneInfo.from_file(data, key=name)
    except (OSError, ValueError):  # no such file, a folder, or a list of zones
        return None


def local(at: float, where: ZoneInfo) -> datetime:
    """The wall clock at a moment, to the second: rounded, its last instants would be tomorrow's."""
    return datetime.fromtimestamp(at // 1, where)


def local_day(at: float, where: ZoneInfo) -> int:
    """The number of the local calendar day; a day with a clock change counts once.

    >>> vienna = zone("Europe/Vienna")
    >>> local_day(1774738800.0, vienna) + 1 == local_day(1774738800.0 + 23 * HOUR, vienna)
    True
    """
    return local(at, where).toordinal()


def start_of_month(at: float, where: ZoneInfo, months: int = 0) -> float:
    """The local midnight that begins the month `months` after the one that `at` lies in."""
    return _begins(_month(local(at, where)) + months, where)


def months_later_rounded_up(at: float, months: int, where: ZoneInfo) -> float:
    """So many months later, rounded up to the end of that month (the next month's first midnight).

    31 January and one month is the end of February (DOMAIN: ledger, expiry).

    >>> utc = zone("UTC")
    >>> end = months_later_rounded_up(datetime(2026, 1, 31, tzinfo=UTC).timestamp(), 1, utc)
    >>> datetime.fromtimestamp(end, UTC).isoformat()
    '2026-03-01T00:00:00+00:00'
    """
    return start_of_month(at, where, months + 1)


def months_before(at: float, months: int, where: ZoneInfo) -> float:
    """The same day and time so many months ago; where there is no such day, the month's last."""
    then = local(at, where)
    count = _month(then) - months
    year, month = count // 12, count % 12 + 1
    day = min(then.day, monthrange(year, month)[1])
    return then.replace(year=year, month=month, day=day).timestamp()


def period(at: float, every: str, where: ZoneInfo) -> tuple[float, float]:
    """The calendar day, week (from Monday), month, quarter or year that holds `at`.

    Returns (start, end) in s; the end is the next one's start.
    """
    if every in ("day", "week"):
        then, days = local(at, where), 1 if every == "day" else 7
        midnight = datetime(then.year, then.month, then.day, tzinfo=where)
        begins = midnight - timedelta(days=then.weekday() if every == "week" else 0)
        return begins.timestamp(), (begins + timedelta(days=days)).timestamp()
    months, month = MONTHS[every], _month(local(at, where))
    first = month - month % months
    return _begins(first, where), _begins(first + months, where)


def period_number(at: float, every: str, where: ZoneInfo) -> int:
    """The number of the local day, week (from Monday) or month; the next one's is one more.

    >>> vienna = zone("Europe/Vienna")
    >>> [period_number(1774738800.0 + day * DAY, "week", vienna) for day in (0, 1, 2)]
    [105671, 105672, 105672]
    """
    day = local_day(at, where)
    if every == "month":
        return _month(local(at, where))
    return day if every == "day" else (day - 1) // 7


def iso(at: float) -> str:
    """A moment for people and for JSON, in UTC.

    >>> iso(0.0)
    '1970-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def _month(then: datetime) -> int:
    """The number of a calendar month, counted from the year 0."""
    return then.year * 12 + then.month - 1


@lru_cache(maxsize=4096)
def _begins(month: int, where: ZoneInfo) -> float:
    """The local midnight that begins a month; remembered, because all members share a few."""
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=where).timestamp()
