"""One thing after the other."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Final, Literal

from msgspec import Meta, field

from engine.challenges.base import OLDEST, Deed, fits
from engine.challenges.grouped import SEPARATOR, Grouped, group
from engine.challenges.tally import Tally
from engine.dates import DAY, NEVER
from engine.events import Line
from engine.state import Part
from engine.strict import Strict

MOST: Final = 100
"""Steps that are remembered of a cycle that is not done."""


class Step(Strict, frozen=True):
    """One step of a sequence.

    of: orders, or the name of an event such as Product Reviewed. categories, brands, products:
    which lines of an order it takes; empty: any.
    """

    of: Literal["orders"] | str = "orders"
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    @property
    def action(self) -> str | None:
        """The event's name, unless it is orders that count."""
        return None if self.of == "orders" else self.of

    def picks(self, line: Line) -> bool:
        """Whether a line of an order is one of this step."""
        return fits(line, self.categories, self.brands, self.products)

    @property
    def takes_any(self) -> bool:
        """Whether it asks for no certain lines."""
        return not (self.categories or self.brands or self.products)


class Chain(Tally):
    """How far the steps have come.

    gap: the longest time between two steps (s). ends: when a chain up to each step last ended
    (event time, s); of two, the later one may be carried on for longer, so it is remembered. fresh:
    the steps taken at the moment `now`, which nothing at the same moment follows.
    """

    gap: float = NEVER
    now: float = 0.0
    ends: dict[int, float] = field(default_factory=dict)
    fresh: dict[int, float] = field(default_factory=dict)

    def add(self, key: str, part: Part) -> int:
        """A step counts after the one before it, later than that and within the gap."""
        at, step = part[0], int(group(key))
        if not part[2]:
            return self.total
        if at > self.now:
            self.ends, self.fresh, self.now = {**self.ends, **self.fresh}, {}, at
        if step == 0 or at - self.ends.get(step - 1, -NEVER) <= self.gap:
            self.fresh[step] = at
        reached = {**self.ends, **self.fresh}
        self.total = max([n + 1 for n, end in reached.items() if at - end <= self.gap], default=0)
        return self.total


class Sequence(Grouped, frozen=True, tag="sequence", kw_only=True):
    """Steps in their order, each within so many days of the one before.

    One deed is one step at most. A return takes its step away, and what followed from it.

    steps: two to eight. gap_days: the longest time between two steps (days).
    """

    steps: tuple[Step, ...]
    gap_days: Annotated[int, Meta(ge=1, le=366)] = 30

    def needed(self, currency: str) -> int:
        """All steps."""
        return len(self.steps)

    def tally(self) -> Tally:
        """Steps done."""
        return Chain(gap=self.gap_days * DAY)

    @cached_property
    def triggers(self) -> frozenset[str | None]:
        """Whatever any step counts."""
        return frozenset(step.action for step in self.steps)

    @cached_property
    def chooses(self) -> bool:
        """It always chooses."""
        return True

    def groups(self, deed: Deed) -> Mapping[str, list[int]]:
        """The steps that it may be."""
        if deed.action is not None:
            return {str(n): [] for n, step in enumerate(self.steps) if step.action == deed.action}
        taken = {str(n): self._taken(step, deed) for n, step in enumerate(self.steps)}
        return {n: lines for n, lines in taken.items() if lines}

    def ordered(self, key: str) -> str | None:
        """The order behind a step that is one."""
        step, _, ident = key.partition(SEPARATOR)
        return ident if self.steps[int(step)].action is None else None

    def of_action(self, action: str, key: str, parts: Mapping[str, Part]) -> list[str]:
        """The steps that this action was."""
        taken = [n for n, step in enumerate(self.steps) if step.action == action]
        return [each for n in taken if (each := f"{n}{SEPARATOR}{key}") in parts]

    def begins(self, key: str) -> bool:
        """A cycle begins with the first step."""
        return group(key) == "0"

    @cached_property
    def waits(self) -> bool:
        """A later step may arrive before the first."""
        return True

    def trimmed(self, parts: Mapping[str, Part]) -> dict[str, Part]:
        """Without what is too old, or too much, to lead anywhere with what may still come."""
        newest = max(at for at, _, _ in parts.values())
        oldest = newest - (self.gap_days * len(self.steps) + OLDEST) * DAY
        recent = sorted(((part[0], key) for key, part in parts.items() if part[0] >= oldest))
        return {key: parts[key] for _, key in recent[-MOST:]}

    def _taken(self, step: Step, deed: Deed) -> list[int]:
        """An order told without lines is a step that asks for no certain ones."""
        if step.action is not None or deed.order is None:
            return []
        if step.takes_any:
            return list(range(len(deed.order.lines)))
        return [n for n, line in enumerate(deed.lines) if step.picks(line)]
