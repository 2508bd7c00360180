"""What every kind of challenge has in common; `engine.enrolments` runs them all alike."""

from functools import cached_property
from typing import Literal

import msgspec

from engine.chance import digest
from engine.dates import DAY, NEVER
from engine.events import Line
from engine.state import Order
from engine.strict import Name, Strict


class Challenge(Strict, frozen=True, dict=True, tag_field="kind"):
    """A goal, a window and a reward.

    reward: the id of the reward that completion unlocks. join: by itself on the first activity that
    counts, or by Challenge Joined. days: the window from joining. every: calendar periods instead,
    each a cycle of its own. Neither: no end. repeat: whether there is another cycle when the window
    is over, or already when the goal is reached; one that is joined is then joined again, even
    while it runs. categories, brands, products: which lines count; empty: all.
    """

    id: Name
    name: str
    reward: Name | None = None
    join: Literal["automatic", "opt_in"] = "automatic"
    days: int | None = None
    every: Literal["week", "month", "quarter", "year"] | None = None
    repeat: Literal["none", "on_expiry", "on_completion"] = "none"
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def target(self, currency: str) -> int:
        """How much is needed: pieces, or minor units of the programme's currency."""
        raise NotImplementedError

    def amount(self, order: Order, lines: list[int]) -> int:
        """What the chosen lines of an order bring, less what came back."""
        raise NotImplementedError

    @cached_property
    def action(self) -> str | None:
        """The event that counts instead of an order, where it is not orders that count."""
        return None

    @cached_property
    def chooses(self) -> bool:
        """Whether it takes some lines or some events only, and not every order."""
        return bool(self.categories or self.brands or self.products or self.action)

    def picks(self, line: Line) -> bool:
        """Whether a line counts."""
        return (
            (not self.categories or line.category in self.categories)
            and (not self.brands or line.brand in self.brands)
            and (not self.products or (line.product_id or line.sku) in self.products)
        )

    def window(self, joined: float) -> float:
        """When a cycle joined at a moment ends (s), where the window runs from joining."""
        return NEVER if self.days is None else joined + self.days * DAY

    @cached_property
    def version(self) -> str:
        """The hash of the definition: an edit is a new version; the enrolled finish on theirs."""
        return digest(msgspec.json.encode(self).decode(), size=4)
