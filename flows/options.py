"""What the words of the command line mean: moments, durations, shares of the partitions."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from engine.errors import SettingsError

UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_RANGE: Final = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


def moment(text: str, option: str) -> float:
    """A moment as Unix time (s), from ISO 8601 with its zone.

    Raises SettingsError: not a moment, no zone, or before 1970.

    >>> moment("2026-01-01T08:00:00Z", "--at")
    1767254400.0
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(option, f"{text!r} is no moment", "2026-01-01T08:00:00Z") from error
    if found.tzinfo is None:
        raise SettingsError(option, f"{text!r} does not say its zone", f"{text}Z is UTC")
    if found.timestamp() <= 0:
        raise SettingsError(option, f"{text!r} is before 1970", "2026-01-01T08:00:00Z")
    return found.timestamp()


def duration(text: str, option: str) -> float:
    """Seconds, from a number with its unit (s, m, h, d).

    Raises SettingsError: no duration, or less than a second.

    >>> duration("90s", "--tick"), duration("1.5h", "--tick")
    (90.0, 5400.0)
    """
    found = _DURATION.fullmatch(text)
    seconds = float(found[1]) * UNITS[found[2]] if found else 0.0
    if seconds < 1.0:
        mend = "a number with its unit, as in 30s, 15m, 1h, 7d; at least a second"
        raise SettingsError(option, f"{text!r} is no duration", mend)
    return seconds


def numbers(text: str, option: str) -> list[int]:
    """Partitions by their numbers, in order, each once.

    Raises SettingsError: not numbers and ranges.

    >>> numbers("0-2,7", "--partitions")
    [0, 1, 2, 7]
    """
    found: set[int] = set()
    for part in text.split(","):
        ends = _RANGE.fullmatch(part.strip())
        last = int(ends[2] or ends[1]) if ends else -1
        if ends is None or last < int(ends[1]):
            raise SettingsError(option, f"{part!r} is no range of partitions", "0-15 or 0,3,5")
        found.update(range(int(ends[1]), last + 1))
    return sorted(found)


def share(partitions: int, ordinal: int, replicas: int) -> list[int]:
    """What the process of an ordinal takes; all replicas together take every partition once.

    Raises SettingsError: no such ordinal, or more replicas than partitions.

    >>> share(8, ordinal=2, replicas=3)
    [2, 5]
    """
    if not 0 <= ordinal < replicas:
        mend = f"replicas are numbered from 0 to {replicas - 1}"
        raise SettingsError("--ordinal", f"there is no {ordinal} of {replicas}", mend)
    if replicas > partitions:
        problem = f"{replicas} processes for {partitions} partitions leave some without any"
        raise SettingsError("--replicas", problem, f"at most {partitions}")
    return list(range(ordinal, partitions, replicas))


def wanted(
    partitions: str | None, ordinal: int | None, replicas: int | None
) -> Callable[[int], list[int]]:
    """Which partitions a process takes, once it is known how many there are.

    Raises SettingsError: options that do not go together.

    >>> wanted(None, None, None)(3), wanted("0-1", None, None)(3), wanted(None, 1, 2)(3)
    ([0, 1, 2], [0, 1], [1])
    """
    if partitions is not None and (ordinal is not None or replicas is not None):
        problem = "goes with neither --ordinal nor --replicas"
        raise SettingsError("--partitions", problem, "name the partitions, or count the processes")
    if partitions is not None:
        named = numbers(partitions, "--partitions")
        return lambda count: named
    if ordinal is not None and replicas is not None:
        return lambda count: share(count, ordinal, replicas)
    if ordinal is not None or replicas is not None:
        problem = "are only understood together"
        raise SettingsError("--ordinal, --replicas", problem, "--ordinal 2 --replicas 4")
    return lambda count: list(range(count))
