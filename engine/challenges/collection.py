"""Collect different things."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from msgspec import Meta, field

from engine.challenges.base import LENGTH, Deed
from engine.challenges.grouped import SEPARATOR, Grouped, group
from engine.challenges.tally import Tally
from engine.events import Line
from engine.state import Part


class Distinct(Tally):
    """How many different groups there are."""

    groups: set[str] = field(default_factory=set)

    def add(self, key: str, part: Part) -> int:
        """A group counts from its first contribution that is kept."""
        if part[2]:
            self.groups.add(group(key))
            self.total = len(self.groups)
        return self.total


class Collection(Grouped, frozen=True, tag="collection", kw_only=True):
    """So many different categories, products or brands.

    A return takes one away again, unless another kept order has it too.

    of: categories, brands or products. goal: how many different ones; left out: all that are listed
    under that name.
    """

    of: Literal["categories", "brands", "products"] = "categories"
    goal: Annotated[int, Meta(ge=1, le=1000)] | None = None

    def needed(self, currency: str) -> int:
        """Different ones."""
        return self.goal if self.goal is not None else max(1, len(self.listed))

    @property
    def listed(self) -> tuple[str, ...]:
        """The set to collect from; empty: any."""
        listed: tuple[str, ...] = getattr(self, self.of)
        return listed

    def tally(self) -> Tally:
        """Different groups."""
        return Distinct()

    @cached_property
    def chooses(self) -> bool:
        """Lines without a name bring nothing."""
        return True

    def groups(self, deed: Deed) -> Mapping[str, list[int]]:
        """The lines by the name that is collected."""
        found: dict[str, list[int]] = {}
        for n in self.chosen(deed):
            if name := self._name(deed.lines[n]):
                found.setdefault(name[:LENGTH].replace(SEPARATOR, ""), []).append(n)
        return found

    def _name(self, line: Line) -> str | None:
        if self.of == "products":
            return line.product_id or line.sku
        return line.category if self.of == "categories" else line.brand
