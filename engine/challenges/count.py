"""Buy so many."""

from functools import cached_property
from typing import Annotated, Literal

from msgspec import Meta

from engine.challenges.base import Challenge
from engine.state import Order


class Count(Challenge, frozen=True, tag="count", kw_only=True):
    """So many orders, pieces, or actions. A return takes its pieces away again.

    goal: how many. of: orders, items, or the name of an event such as Product Reviewed. bounds: the
    least and the most, where the goal is chosen for each member (`engine.difficulty`).
    """

    goal: Annotated[int, Meta(ge=1, le=100_000)]
    of: Literal["orders", "items"] | str = "items"
    bounds: tuple[Annotated[int, Meta(ge=1, le=100_000)], ...] = ()

    def between(self, currency: str) -> tuple[int, int] | None:
        """Orders or pieces."""
        return (self.bounds[0], self.bounds[-1]) if self.bounds else None

    def needed(self, currency: str) -> int:
        """Orders, pieces or actions."""
        return self.goal

    def amount(self, order: Order, lines: list[int]) -> int:
        """Pieces kept, or one for an order of which anything that counts is kept."""
        pieces = sum([order.lines[n].pieces for n in lines])
        return pieces if self.of == "items" else min(1, pieces)

    @cached_property
    def action(self) -> str | None:
        """The event's name, unless it is orders that count."""
        return None if self.of in ("orders", "items") else self.of
