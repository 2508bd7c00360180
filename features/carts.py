"""What is in the cart and has not been bought."""

from bisect import insort
from math import exp2, inf
from typing import ClassVar, Final

from msgspec import field

from engine.dates import DAY
from engine.world import Happened
from features.theme import NEVER, Number, Theme, forward

HALF_LIFE: Final = 14 * DAY
REMEMBERED: Final = 20
"""Additions since the last order of which the moment is known: enough to tell a full cart."""


class Carts(Theme):
    """Products put into a cart. What is taken out again still told of an interest.

    newest: the last addition. weight: additions, fading with a half-life of 14 days, as of
    `newest`. ordered: the newest order; a cart survives its cancellation. since: the newest twenty
    additions after it, oldest first, because an order that comes late ends only what is older.
    """

    NUMBERS: ClassVar = (
        Number("days_since_cart", "days", 0.0, inf, "since the last addition; 3650: never"),
        Number("carts_14d", "additions", 0.0, inf, "to the cart; after 14 days one counts half"),
        Number("carts_since_order", "additions", 0.0, REMEMBERED, "since the last order; ≤ 20"),
    )
    MOVED_BY: ClassVar = frozenset({"Product Added", "Order Completed"})

    newest: int = 0
    weight: float = 0.0
    ordered: int = 0
    since: list[int] = field(default_factory=list)

    def fold(self, happened: Happened) -> None:
        at = int(happened.at)
        if happened.name == "Order Completed":
            if at > self.ordered:
                self.ordered = at
                self.since = [added for added in self.since if added > at]
            return
        kept, added = forward(self.newest, at, HALF_LIFE)
        self.weight = self.weight * kept + added
        self.newest = max(self.newest, at)
        if at > self.ordered:
            insort(self.since, at)
            del self.since[:-REMEMBERED]

    def merge(self, other: "Carts") -> None:
        newest = max(self.newest, other.newest)
        own = exp2((self.newest - newest) / HALF_LIFE)
        theirs = exp2((other.newest - newest) / HALF_LIFE)
        self.weight = self.weight * own + other.weight * theirs
        self.newest, self.ordered = newest, max(self.ordered, other.ordered)
        since = sorted([*self.since, *other.since])
        self.since = [added for added in since if added > self.ordered][-REMEMBERED:]

    def numbers(self, now: float) -> tuple[float, ...]:
        newest = self.newest
        return (
            (now - newest) / DAY if newest else NEVER,
            self.weight * exp2((newest - now) / HALF_LIFE),
            len(self.since),
        )
