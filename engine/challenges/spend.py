"""Spend so much."""

from decimal import Decimal

from engine.challenges.base import Challenge
from engine.money import minor
from engine.state import Order


class Spend(Challenge, frozen=True, tag="spend", kw_only=True):
    """So much net money on what counts. A return takes its amount away again. goal: major units."""

    goal: Decimal

    def target(self, currency: str) -> int:
        """Minor units."""
        return minor(self.goal, currency)

    def amount(self, order: Order, lines: list[int]) -> int:
        """Minor units kept."""
        return sum([order.lines[n].kept for n in lines])
