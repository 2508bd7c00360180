"""How many a second, without a number that jumps."""

from math import exp
from typing import Final

SETTLES: Final = 1.5
"""Seconds in which a rate takes on two thirds of a change."""

STILL: Final = 1.0
"""Seconds for which a count may stand still before that is news: some are read twice a second."""


class Rate:
    """Smooths the pace at which a count grows. A count that falls was started again at zero."""

    def __init__(self) -> None:
        self.value = 0.0
        self._count: float | None = None
        self._at = 0.0

    def see(self, count: float, at: float) -> float:
        """The count at a moment (s); the rate by then."""
        if self._count is None:
            self._count, self._at = count, at
        elif count != self._count or at - self._at > STILL:
            grown = count - self._count if count >= self._count else count
            share = 1.0 - exp((self._at - at) / SETTLES)
            self.value += (grown / (at - self._at) - self.value) * share
            self._count, self._at = count, at
        return self.value
