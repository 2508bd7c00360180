"""How much a customer pays."""

from math import exp2, inf
from typing import ClassVar, Final

from engine.dates import DAY
from engine.world import Happened
from features.theme import CENTS, Number, Theme, forward

LONG: Final = 90 * DAY
"""The slower half-life. The faster one is a third of it, so its weights are the cubes of these."""


class Spend(Theme):
    """What orders brought, less what went back: a refund weighs what its order weighs.

    newest: the newest order. total: minor units, all time. short, long: minor units, fading with
    half-lives of 30 and 90 days, as of `newest`.
    """

    NUMBERS: ClassVar = (
        Number("spend_total", "money", 0.0, inf, "paid and kept, all time"),
        Number("spend_30d", "money", 0.0, inf, "paid and kept; after 30 days it counts half"),
        Number("spend_90d", "money", 0.0, inf, "paid and kept; after 90 days it counts half"),
    )
    MOVED_BY: ClassVar = frozenset({"Order Completed", "Order Refunded", "Order Cancelled"})

    newest: int = 0
    total: int = 0
    short: float = 0.0
    long: float = 0.0

    def fold(self, happened: Happened) -> None:
        at = int(happened.ordered)
        money = happened.money
        kept, added = forward(self.newest, at, LONG)
        self.total += money
        self.short = self.short * kept**3 + money * added**3
        self.long = self.long * kept + money * added
        self.newest = max(self.newest, at)

    def merge(self, other: "Spend") -> None:
        newest = max(self.newest, other.newest)
        own, theirs = exp2((self.newest - newest) / LONG), exp2((other.newest - newest) / LONG)
        self.total += other.total
        self.short = self.short * own**3 + other.short * theirs**3
        self.long = self.long * own + other.long * theirs
        self.newest = newest

    def numbers(self, now: float) -> tuple[float, ...]:
        # Never below zero: a refund may leave a rounding error, or be of an order too late to see.
        total, short, long = self.total, self.short, self.long
        fade = exp2((self.newest - now) / LONG)
        return (
            total / CENTS if total > 0 else 0.0,
            short / CENTS * fade**3 if short > 0.0 else 0.0,
            long / CENTS * fade if long > 0.0 else 0.0,
        )
