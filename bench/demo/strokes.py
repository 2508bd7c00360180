"""Numbers drawn with characters."""

from collections.abc import Iterable, Sequence
from typing import Final

from bench.demo.followed import Moment

EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
LEVELS: Final = "▁▂▃▄▅▆▇█"


def bar(share: float, width: int) -> str:
    """A bar of this share (0 to 1) of a width, in eighths, filled up with spaces.

    >>> bar(0.5, 3)
    '█▌ '
    """
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (EIGHTHS[rest] if rest else "")).ljust(width)


def level(value: float) -> str:
    """A value (0 to 1) as a column of that height.

    >>> level(0.0), level(0.5), level(1.0)
    ('▁', '▅', '█')
    """
    return LEVELS[min(len(LEVELS) - 1, max(0, int(value * len(LEVELS))))]


def place(at: float, start: float, end: float, width: int) -> int:
    """The column of a moment, on a line from start to end."""
    return min(width - 1, max(0, int((at - start) / (end - start) * width)))


def marks(moments: Iterable[float], start: float, end: float, width: int, mark: str) -> str:
    """A mark in every column in which something happened.

    >>> marks([0.0, 9.9], 0.0, 10.0, 4, "o")
    'o  o'
    """
    line = [" "] * width
    for at in moments:
        line[place(at, start, end, width)] = mark
    return "".join(line)


def last_of_columns(
    moments: Sequence[Moment], start: float, end: float, width: int
) -> list[Moment | None]:
    """The last moment in each column; a column without one has the one before; none lie ahead."""
    columns: list[Moment | None] = [None] * width
    for moment in moments:
        columns[place(moment.at, start, end, width)] = moment
    last = place(moments[-1].at, start, end, width) if moments else 0
    for n in range(1, last):
        columns[n] = columns[n] or columns[n - 1]
    return columns
