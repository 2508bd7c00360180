"""Bring so many friends."""

from typing import Annotated, Final

from msgspec import Meta

from engine.challenges.base import Challenge
from engine.state import Order

QUALIFIED: Final = "Referral Qualified"
"""What counts: a friend's first order that cannot be sent back any more."""


class Referral(Challenge, frozen=True, tag="referral", kw_only=True):
    """So many friends whose first order has matured; one that comes back later counts no more.

    goal: how many.
    """

    goal: Annotated[int, Meta(ge=1, le=1000)]

    def needed(self, currency: str) -> int:
        """Friends."""
        return self.goal

    def amount(self, order: Order, lines: list[int]) -> int:
        """No order of the member's own brings a friend."""
        return 0

    @property
    def action(self) -> str:
        """A friend's order has matured."""
        return QUALIFIED
