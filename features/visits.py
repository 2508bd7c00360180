"""How often and how recently a customer comes."""

from math import exp2, inf
from typing import ClassVar, Final

from engine.dates import DAY
from engine.world import Happened
from features.theme import NEVER, Number, Theme

SECONDS: Final = int(DAY)
SHORT: Final = 14.0
LONG: Final = 30.0
REMEMBERED: Final = 32
"""Days that are known to be counted or not. What lies further back than that is not counted."""
ALL: Final = (1 << REMEMBERED) - 1


class Visits(Theme):
    """A visit is a day (UTC) with somebody in the shop, however many pages they open.

    newest: the last sight. days: bit n says that the day n days before `newest` has been counted.
    short, long: days with a visit, fading with half-lives of 14 and 30 days, as of the midnight
    before `newest`.
    """

    NUMBERS: ClassVar = (
        Number("days_since_visit", "days", 0.0, inf, "since the last visit; 3650: never"),
        Number("visits_14d", "days", 0.0, inf, "days with a visit; after 14 days one counts half"),
        Number("visits_30d", "days", 0.0, inf, "days with a visit; after 30 days one counts half"),
    )
    MOVED_BY: ClassVar = frozenset(
        {
            "Products Searched",
            "Product List Viewed",
            "Product Clicked",
            "Product Viewed",
            "Product Added",
            "Product Removed",
            "Cart Viewed",
            "Checkout Started",
            "Product Added to Wishlist",
            "Product Removed from Wishlist",
            "Promotion Viewed",
            "Promotion Clicked",
            "Product Shared",
            "Product Reviewed",
            "Order Completed",
            "Store Visited",
        }
    )

    newest: int = 0
    days: int = 0
    short: float = 0.0
    long: float = 0.0

    def fold(self, happened: Happened) -> None:
        at = int(happened.at)
        ahead = at // SECONDS - self.newest // SECONDS
        if ahead > 0:
            self.days = (self.days << ahead | 1) & ALL
            self.short = self.short * exp2(-ahead / SHORT) + 1.0
            self.long = self.long * exp2(-ahead / LONG) + 1.0
        elif -ahead < REMEMBERED and not self.days >> -ahead & 1:
            self.days |= 1 << -ahead
            self.short += exp2(ahead / SHORT)
            self.long += exp2(ahead / LONG)
        if at > self.newest:
            self.newest = at

    def merge(self, other: "Visits") -> None:
        """A day with both is one, unless it lies further back than days are known."""
        newest = max(self.newest, other.newest)
        own, theirs = _as_of(newest, self), _as_of(newest, other)
        twice = [n for n in range(REMEMBERED) if own[0] & theirs[0] & 1 << n]
        self.days = own[0] | theirs[0]
        self.short = own[1] + theirs[1] - sum(exp2(-n / SHORT) for n in twice)
        self.long = own[2] + theirs[2] - sum(exp2(-n / LONG) for n in twice)
        self.newest = newest

    def numbers(self, now: float) -> tuple[float, ...]:
        newest = self.newest
        age = now / DAY - newest // SECONDS
        return (
            (now - newest) / DAY if newest else NEVER,
            self.short * exp2(-age / SHORT),
            self.long * exp2(-age / LONG),
        )


def _as_of(newest: int, visits: Visits) -> tuple[int, float, float]:
    """Days, short and long as they are at a later sight than the newest."""
    ahead = newest // SECONDS - visits.newest // SECONDS
    days = visits.days << min(ahead, REMEMBERED) & ALL
    return days, visits.short * exp2(-ahead / SHORT), visits.long * exp2(-ahead / LONG)
