"""What somebody likes, and how that drifts."""

from itertools import accumulate
from operator import itemgetter, mul
from random import Random
from typing import Final, Literal

from msgspec import Struct

from bench.town.chance import shares
from bench.town.shop import BRANDS, CATALOGUE, CATEGORIES

Drift = Literal["steady", "slow", "switch"]

POPULARITY: Final = (0.38, 0.28, 0.08, 0.16, 0.10)
"""The town's own shares of categories (an assumption)."""
SWITCHERS: Final = 0.08
SLOW: Final = 0.30
COFFEE: Final = (0.55, 0.35, 0.04, 0.02, 0.04)
TEA: Final = (0.04, 0.04, 0.04, 0.82, 0.06)

_by_category: Final = itemgetter(*(CATEGORIES.index(product.category) for product in CATALOGUE))
_by_brand: Final = itemgetter(*(BRANDS.index(product.brand) for product in CATALOGUE))


class Taste(Struct, frozen=True):
    """Shares of categories (as in `CATEGORIES`, sum 1) before and after, and liking of brands.

    Between `since` and `until` (unix s) one turns into the other in a straight line; for a switcher
    the two are one moment. shelf: each product's share of its category, which the brands decide.
    """

    drift: Drift
    before: tuple[float, ...]
    after: tuple[float, ...]
    since: float
    until: float
    brands: tuple[float, ...]
    shelf: tuple[float, ...]

    def at(self, moment: float) -> tuple[float, ...]:
        """Shares of categories at a moment (unix s)."""
        if moment < self.since:
            return self.before
        if moment >= self.until:
            return self.after
        done = (moment - self.since) / (self.until - self.since)
        return tuple(
            old + done * (new - old) for old, new in zip(self.before, self.after, strict=True)
        )

    def favourite(self, moment: float) -> str:
        """The category somebody likes best at a moment (unix s)."""
        liked = self.at(moment)
        return CATEGORIES[liked.index(max(liked))]

    @property
    def switched_at(self) -> float | None:
        """When a coffee drinker turned to tea (unix s); None for everybody else."""
        return self.since if self.drift == "switch" else None

    def weights(self, moment: float) -> list[float]:
        """How likely each product of the catalogue is to be looked at: running sums up to 1."""
        return list(accumulate(map(mul, _by_category(self.at(moment)), self.shelf)))


def draw_taste(dice: Random, *, start: float, end: float) -> Taste:
    """A person's taste: 8 % turn from coffee to tea in the middle half of the time, 30 % drift.

    Tastes are Dirichlet, the usual choice model of repeat buying (Goodhardt, Ehrenberg and
    Chatfield 1984); the shares of switchers and of slow drifters are assumptions.
    """
    brands = shares(dice, (1.0,) * len(BRANDS), 0.6)
    shelf = _shelf(brands)
    lot = dice.random()
    if lot < SWITCHERS:
        moment = start + (end - start) * dice.uniform(0.25, 0.75)
        coffee, tea = shares(dice, COFFEE, 40.0), shares(dice, TEA, 40.0)
        return Taste("switch", coffee, tea, moment, moment, brands, shelf)
    before = shares(dice, POPULARITY, 4.0)
    if lot < SWITCHERS + SLOW:
        return Taste("slow", before, shares(dice, POPULARITY, 4.0), start, end, brands, shelf)
    return Taste("steady", before, before, start, start, brands, shelf)


def _shelf(brands: tuple[float, ...]) -> tuple[float, ...]:
    """Each product's share of its category."""
    likings = _by_brand(brands)
    whole = dict.fromkeys(CATEGORIES, 0.0)
    for product, liking in zip(CATALOGUE, likings, strict=True):
        whole[product.category] += liking
    return tuple(
        liking / whole[product.category] for product, liking in zip(CATALOGUE, likings, strict=True)
    )
