"""Spend so much."""

from decimal import Decimal

from engine.challenges.base import Challenge
from engine.money import minor
from engine.state import Order


class Spend(Challenge, frozen=True, tag="spend", kw_only=True):
    """So much net money on what counts. A return takes its amount away again.

    goal: major units. bounds: the least and the most (major units), where the goal is chosen for
    each member (`engine.difficulty`).
    """

    goal: Decimal
    bounds: tuple[Decimal, ...] = ()

    def between(self, currency: str) -> tuple[int, int] | None:
        """Minor units."""
        if not self.bounds:
            return None
        return minor(self.bounds[0], currency), minor(self.bounds[-1], currency)

    def needed(self, currency: str) -> int:
        """Minor units."""
        return minor(self.goal, currency)

    def amount(self, order: Order, lines: list[int]) -> int:
        """Minor units kept."""
        return sum([order.lines[n].kept for n in lines])
