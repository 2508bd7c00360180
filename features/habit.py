"""When a customer buys: how often, how regularly, how long ago, and how big a basket."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise
from math import exp2, inf, sqrt
from typing import ClassVar, Final

from msgspec import field

from engine.dates import DAY
from engine.world import Happened
from features.theme import CENTS, NEVER, Number, Theme, forward

SHORT: Final = 14 * DAY
LONG: Final = 90 * DAY
"""Half-lives (s). The one between, 30 days, is a third of the longer: its weights are the cubes."""
REMEMBERED: Final = 10
"""Orders of which moment and money are known."""
USUAL_GAP: Final = 30.0
"""Days between two purchases that are supposed of somebody unknown."""
USUAL_CV: Final = 1.0
"""Of purchases at random (Poisson), supposed until there are two own gaps."""
MOST_GAPS: Final = 100.0


class Habit(Theme):
    """A rhythm, told by the newest ten orders; an order that went back as a whole never happened.

    A late order takes its place among the ten by event time; older than all of them, it only
    counts. An order that has fallen out of the ten keeps counting, whatever becomes of it. Orders
    of one second are one.
    newest: the newest order, kept or not. first: the first. orders: how many are kept. short, mid,
    long: the same, fading with half-lives of 14, 30 and 90 days, as of `newest`. moments, paid:
    the ten, oldest first, and the minor units kept of each. cv: of the gaps between them.
    """

    NUMBERS: ClassVar = (
        Number("orders", "orders", 0.0, inf, "bought and kept, all time"),
        Number("one_timer", "0 or 1", 0.0, 1.0, "1: has bought exactly once"),
        Number("days_since_order", "days", 0.0, inf, "since the last order; 3650: never"),
        Number("tenure_days", "days", 0.0, inf, "since the first order; 0: none yet"),
        Number("orders_14d", "orders", 0.0, inf, "orders; after 14 days one counts half"),
        Number("orders_30d", "orders", 0.0, inf, "orders; after 30 days one counts half"),
        Number("orders_90d", "orders", 0.0, inf, "orders; after 90 days one counts half"),
        Number("own_gap", "days", 0.0, inf, "between orders; a gap of 30 is counted in"),
        Number("gap_cv", "ratio", 0.0, 3.0, "0: orders like clockwork; 1: at random, or unknown"),
        Number("gaps_since_order", "own gaps", 0.0, MOST_GAPS, "days_since_order ÷ own_gap"),
        Number("mean_order_value", "money", 0.0, inf, "of the last ten orders; 0: none"),
        Number("last_order_value", "money", 0.0, inf, "of the last order; 0: none"),
    )
    MOVED_BY: ClassVar = frozenset({"Order Completed", "Order Refunded", "Order Cancelled"})

    newest: int = 0
    first: int = 0
    orders: int = 0
    short: float = 0.0
    mid: float = 0.0
    long: float = 0.0
    moments: list[int] = field(default_factory=list)
    paid: list[int] = field(default_factory=list)
    cv: float = USUAL_CV

    def fold(self, happened: Happened) -> None:
        at = int(happened.ordered)
        if happened.name == "Order Completed":
            self._bought(at, happened.money)
        elif at in self.moments:
            self._returned(self.moments.index(at), happened.money)

    def merge(self, other: "Habit") -> None:
        newest = max(self.newest, other.newest)
        for name, half_life in (("short", SHORT), ("mid", LONG / 3), ("long", LONG)):
            own = getattr(self, name) * exp2((self.newest - newest) / half_life)
            theirs = getattr(other, name) * exp2((other.newest - newest) / half_life)
            setattr(self, name, own + theirs)
        self.newest, self.orders = newest, self.orders + other.orders
        self.first = min(filter(None, (self.first, other.first)), default=0)
        sides = (self, other)
        pairs = [pair for each in sides for pair in zip(each.moments, each.paid, strict=True)]
        paid = sorted(pairs)[-REMEMBERED:]
        self.moments, self.paid = [at for at, _ in paid], [money for _, money in paid]
        self.cv = _cv(self.moments)

    def numbers(self, now: float) -> tuple[float, ...]:
        orders, moments = self.orders, self.moments
        since, gap, mean, last = NEVER, USUAL_GAP, 0.0, 0.0
        if moments:
            known, paid = len(moments), self.paid
            since = (now - moments[-1]) / DAY
            gap = ((moments[-1] - moments[0]) / DAY + USUAL_GAP) / known
            mean, last = sum(paid) / known / CENTS, paid[-1] / CENTS
        overdue = since / gap
        slow, fast = exp2((self.newest - now) / LONG), exp2((self.newest - now) / SHORT)
        return (
            orders,
            1.0 if orders == 1 else 0.0,
            since,
            (now - self.first) / DAY if self.first else 0.0,
            self.short * fast if self.short > 0.0 else 0.0,
            self.mid * slow**3 if self.mid > 0.0 else 0.0,
            self.long * slow if self.long > 0.0 else 0.0,
            gap,
            self.cv,
            overdue if overdue < MOST_GAPS else MOST_GAPS,
            mean,
            last,
        )

    def _bought(self, at: int, money: int) -> None:
        place = bisect_left(self.moments, at)
        if place < len(self.moments) and self.moments[place] == at:
            self.paid[place] += money
            return
        self._count(at, 1)
        self.first = min(at, self.first) if self.first else at
        self.moments.insert(place, at)
        self.paid.insert(place, money)
        del self.moments[:-REMEMBERED], self.paid[:-REMEMBERED]
        self.cv = _cv(self.moments)

    def _returned(self, place: int, money: int) -> None:
        self.paid[place] += money
        if self.paid[place] <= 0:
            self._count(self.moments[place], -1)
            del self.moments[place], self.paid[place]
            self.cv = _cv(self.moments)

    def _count(self, at: int, orders: int) -> None:
        kept, added = forward(self.newest, at, LONG)
        kept_fast, added_fast = forward(self.newest, at, SHORT)
        self.orders += orders
        self.short = self.short * kept_fast + orders * added_fast
        self.mid = self.mid * kept**3 + orders * added**3
        self.long = self.long * kept + orders * added
        self.newest = max(self.newest, at)


def _cv(moments: Iterable[int]) -> float:
    """Standard deviation of the gaps ÷ their mean.

    >>> _cv([0, 60, 120]), _cv([0, 60])
    (0.0, 1.0)
    """
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    if len(gaps) < 2:
        return USUAL_CV
    mean = sum(gaps) / len(gaps)
    return sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) / mean
