"""Spend so much."""

from decimal import Decimal

from engine.challenges.base import Challenge
from engine.challenges.tally import Tally
from engine.money import minor
from engine.state import Order, Part


class Largest(Tally):
    """Progress is the largest contribution: several small ones do not add up."""

    def add(self, key: str, part: Part) -> int:
        self.total = max(self.total, part[2])
        return self.total


class Spend(Challenge, frozen=True, tag="spend", kw_only=True):
    """So much net money on what counts. A return takes its amount away again.

    goal: major units. bounds: the least and the most (major units), where the goal is chosen for
    each member (`engine.difficulty`). in_one_order: one order must be worth it, and small ones do
    not add up.
    """

    goal: Decimal
    bounds: tuple[Decimal, ...] = ()
    in_one_order: bool = False

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

    def tally(self) -> Tally:
        """The sum, or the largest."""
        return Largest() if self.in_one_order else Tally()
