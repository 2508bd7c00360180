"""What a customer likes: categories and brands."""

from bisect import bisect_right, insort
from math import exp2
from typing import Any, ClassVar, Final

from msgspec import Struct, field

from engine.events import Line, Product
from engine.world import Happened
from features.theme import Number, Theme

SHORT: Final = 4.0
LONG: Final = 12.0
"""Half-lives in own purchases, not in days: who buys twice a year forgets no faster than others.

With 4, a change of favourite shows after four purchases; 12 remembers what somebody used to like.
"""
ORDER: Final = 1000
"""What an order weighs in all, shared among its pieces; weights are whole thousandths of it."""
LOOK: Final = 100
"""What a look at a product weighs."""
FAINT: Final = 25
"""What is liked less than this is forgotten at the next order."""
NAMES: Final = 12
"""Categories, and brands, that are remembered; a newcomer takes the weakest one's place."""
LENGTH: Final = 40
"""Characters kept of a name."""
ORDERS: Final = 8
"""Orders of which the moment is known, so that a late event can be faded by those after it."""


class Taste(Struct, array_like=True, gc=False):
    """Names and what they weigh now (thousandths of an order), side by side, favourite first."""

    names: list[str] = field(default_factory=list)
    short: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)

    def like(self, name: str, short: int, long: int) -> None:
        """Add to a name, and let it rise to its place."""
        try:
            place = self.names.index(name)
        except ValueError:
            place = self._place(name[:LENGTH])
        self.short[place] += short
        self.long[place] += long
        while place and self.short[place] > self.short[place - 1]:
            _swap(self.names, place)
            _swap(self.short, place)
            _swap(self.long, place)
            place -= 1

    def fade(self) -> None:
        """One own purchase further."""
        quick, slow = exp2(-1 / SHORT), exp2(-1 / LONG)
        short = [int(weight * quick) for weight in self.short]
        long = [int(weight * slow) for weight in self.long]
        kept = [place for place, weight in enumerate(long) if weight >= FAINT]
        self.names = [self.names[place] for place in kept]
        self.short = [short[place] for place in kept]
        self.long = [long[place] for place in kept]

    def merge(self, other: "Taste", newer: int, older: int) -> None:
        """Add another's weights. newer, older: purchases by which each side still has to fade."""
        sides = ((self, newer), (other, older))
        weights: dict[str, tuple[int, int]] = {}
        for taste, fades in sides:
            quick, slow = exp2(-fades / SHORT), exp2(-fades / LONG)
            for name, short, long in zip(taste.names, taste.short, taste.long, strict=True):
                before = weights.get(name, (0, 0))
                weights[name] = (before[0] + int(short * quick), before[1] + int(long * slow))
        kept = sorted(weights.items(), key=lambda each: -each[1][1])[:NAMES]
        kept.sort(key=lambda each: -each[1][0])
        self.names = [name for name, _ in kept]
        self.short = [short for _, (short, _) in kept]
        self.long = [long for _, (_, long) in kept]

    def share(self) -> float:
        """The favourite's part of all that is liked (0 to 1; 0: nothing is)."""
        whole = sum(self.short)
        return self.short[0] / whole if whole else 0.0

    def top(self, most: int) -> list[tuple[str, float]]:
        """The favourites and their shares (above 0, up to 1), strongest first.

        >>> Taste(["espresso", "tea"], [750, 250], [800, 300]).top(1)
        [('espresso', 0.75)]
        """
        whole = sum(self.short)
        strongest = zip(self.names[:most], self.short, strict=False)
        return [(name, weight / whole) for name, weight in strongest if weight]

    def _place(self, name: str) -> int:
        if name in self.names:
            return self.names.index(name)
        if len(self.names) == NAMES:
            weakest = self.long.index(min(self.long))
            del self.names[weakest], self.short[weakest], self.long[weakest]
        self.names.append(name)
        self.short.append(0)
        self.long.append(0)
        return len(self.names) - 1


class Affinity(Theme):
    """Taste, as orders and looks show it; a return does not take it back.

    What comes late is faded by the newer orders, so it never outweighs them. Yet a late order does
    not fade again what was older than it: tastes may then differ by one purchase's fading (16 %).
    orders: the newest eight orders' moments, oldest first.
    """

    NUMBERS: ClassVar = (
        Number("favourite_share", "share", 0.0, 1.0, "the favourite category's part of the taste"),
        Number("brand_share", "share", 0.0, 1.0, "the favourite brand's part of the taste"),
        Number("categories", "categories", 0.0, NAMES, "liked at present"),
        Number("taste_changed", "0 or 1", 0.0, 1.0, "1: the favourite category is a new one"),
    )
    MOVED_BY: ClassVar = frozenset({"Product Viewed", "Order Completed"})

    categories: Taste = field(default_factory=Taste)
    brands: Taste = field(default_factory=Taste)
    orders: list[int] = field(default_factory=list)

    def fold(self, happened: Happened) -> None:
        event: Any = happened.event
        orders = self.orders
        if happened.name == "Order Completed":
            self._bought(int(happened.at), event.properties.products)
        elif orders and happened.at < orders[-1]:
            self._like(event.properties, LOOK, len(orders) - bisect_right(orders, happened.at))
        else:
            self._like(event.properties, LOOK)

    def merge(self, other: "Affinity") -> None:
        """Each side fades by the other's purchases that are newer than all of its own."""
        newest, others = max(self.orders, default=0), max(other.orders, default=0)
        newer = sum(at > newest for at in other.orders)
        older = sum(at > others for at in self.orders)
        self.categories.merge(other.categories, newer, older)
        self.brands.merge(other.brands, newer, older)
        self.orders = sorted([*self.orders, *other.orders])[-ORDERS:]

    def numbers(self, now: float) -> tuple[float, ...]:
        long = self.categories.long
        return (
            self.categories.share(),
            self.brands.share(),
            len(long),
            1.0 if long and long[0] < max(long) else 0.0,
        )

    def _bought(self, at: int, lines: tuple[Line, ...]) -> None:
        newer = len(self.orders) - bisect_right(self.orders, at)
        if not newer:
            self.categories.fade()
            self.brands.fade()
        insort(self.orders, at)
        del self.orders[:-ORDERS]
        pieces = [max(1, line.quantity) for line in lines]
        for line, count in zip(lines, pieces, strict=True):
            self._like(line, round(ORDER * count / sum(pieces)), newer)

    def _like(self, product: Line | Product, weight: int, newer: int = 0) -> None:
        short = long = weight
        if newer:
            short = int(weight * exp2(-newer / SHORT))
            long = int(weight * exp2(-newer / LONG))
        if product.category:
            self.categories.like(product.category, short, long)
        if product.brand:
            self.brands.like(product.brand, short, long)


def _swap(column: list[Any], place: int) -> None:
    column[place - 1], column[place] = column[place], column[place - 1]
