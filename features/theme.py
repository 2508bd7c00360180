"""What every feature theme has in common, and the arithmetic of fading.

A count fades instead of having a window, so a customer costs the same bytes for ever, and it fades
by event time alone: every event has the weight of its own moment, whenever it arrives (forward
decay, Cormode et al. 2009). So the order of arrival changes nothing but the last digits, and a late
event never overwrites a newer one.
"""

from abc import abstractmethod
from math import exp2
from typing import Any, ClassVar, Final

from msgspec import Struct

from engine.world import Happened

NEVER: Final = 3650.0
"""Days since something that has not happened yet: ten years, longer than most shops remember."""
CENTS: Final = 100.0
"""Minor units in one unit of money, as numbers show it.

The same for every currency, as a memory knows none: 1.0 is EUR 1.00, but JPY 100 and KWD 0.100.
"""


class Number(Struct, frozen=True):
    """One number that conditions and models may use.

    unit: days, money, a share … low, high: never outside of these. meaning: a line for marketers.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str


class Theme(Struct, array_like=True, gc=False):
    """What is remembered of a customer under one heading.

    Stored as a msgpack array: a new field goes to the end with a default, so that old bytes load
    for ever. Moments are kept in whole seconds (Unix time): half the bytes of a float.
    NUMBERS: what `numbers` returns, in that order. MOVED_BY: the events that `fold` wants to see.
    """

    NUMBERS: ClassVar[tuple[Number, ...]]
    MOVED_BY: ClassVar[frozenset[str]]

    @abstractmethod
    def fold(self, happened: Happened) -> None:
        """Remember an event. The kernel shows none twice, and none that is over 30 days late."""

    @abstractmethod
    def merge(self, other: Any) -> None:
        """Take in what is remembered of somebody who turned out to be the same person.

        Afterwards it is as if both had been one from the start; `other` is of the same theme.
        """

    @abstractmethod
    def numbers(self, now: float) -> tuple[float, ...]:
        """The numbers at log time `now` (s), which no event is beyond. Changes nothing."""


def forward(newest: float, at: float, half_life: float) -> tuple[float, float]:
    """How to add what happened at `at` to a count that is as of the newest event (all in s).

    Returns (what the count so far is multiplied by, what the newcomer weighs); one of them is 1.

    >>> forward(0.0, 60.0, half_life=60.0), forward(60.0, 0.0, half_life=60.0)
    ((0.5, 1.0), (1.0, 0.5))
    """
    if at >= newest:
        return exp2((newest - at) / half_life), 1.0
    return 1.0, exp2((at - newest) / half_life)
