"""All that the features remember of one customer, and every number that comes of it.

A new theme is a file of its own and a line in `Memories`, at the end: the fields are the list.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Final

from msgspec import Struct, field
from msgspec.structs import fields

from engine.world import Happened
from features.affinity import Affinity
from features.carts import Carts
from features.habit import Habit
from features.response import Response
from features.spend import Spend
from features.theme import Number, Theme
from features.visits import Visits

__all__ = [
    "CATALOGUE",
    "INDEX",
    "MOVERS",
    "THEMES",
    "Memories",
    "Number",
    "Theme",
    "fold",
    "merge",
    "numbers",
]


class Memories(Struct, array_like=True, gc=False):
    """The themes, by name. Stored by place."""

    visits: Visits = field(default_factory=Visits)
    habit: Habit = field(default_factory=Habit)
    spend: Spend = field(default_factory=Spend)
    carts: Carts = field(default_factory=Carts)
    response: Response = field(default_factory=Response)
    affinity: Affinity = field(default_factory=Affinity)


THEMES: Final[dict[str, type[Theme]]] = {theme.name: theme.type for theme in fields(Memories)}
"""A theme's name in `Memories`, and its class."""

CATALOGUE: Final[tuple[Number, ...]] = tuple(
    number for theme in THEMES.values() for number in theme.NUMBERS
)
"""Every number, in the order in which `numbers` gives them."""

INDEX: Final[dict[str, int]] = {number.name: place for place, number in enumerate(CATALOGUE)}
"""A number's name, and its place in `numbers`."""

_MOVED: Final[dict[str, tuple[Callable[[Memories], Theme], ...]]] = {
    event: tuple(attrgetter(name) for name, theme in THEMES.items() if event in theme.MOVED_BY)
    for event in sorted(frozenset[str]().union(*(theme.MOVED_BY for theme in THEMES.values())))
}
MOVERS: Final[frozenset[str]] = frozenset(_MOVED)
"""The events that move any number at all."""
_all: Final[Callable[[Memories], tuple[Theme, ...]]] = attrgetter(*THEMES)


def fold(memories: Memories, happened: Happened) -> None:
    """Let an event move the themes that it concerns. The memories change in place."""
    for theme in _MOVED.get(happened.name, ()):
        theme(memories).fold(happened)


def merge(memories: Memories, others: Memories) -> None:
    """Take in another's memories: the two are one person. `memories` change in place."""
    for ours, theirs in zip(_all(memories), _all(others), strict=True):
        ours.merge(theirs)


def numbers(memories: Memories, now: float) -> list[float]:
    """Every number of the catalogue at log time `now` (s), in its order; all are finite."""
    told: list[float] = []
    for theme in _all(memories):
        told += theme.numbers(now)
    return told
