"""What every kind of challenge has in common; `engine.enrolments` runs them all alike."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from engine.challenges.tally import Tally
from engine.chance import digest
from engine.dates import DAY, NEVER
from engine.events import Line
from engine.state import Order, Part
from engine.strict import Name, Strict

LENGTH: Final = 40
"""Characters of a name that tell it from others."""
OLDEST: Final = 31
"""Nothing older than this (days) counts for challenges when it comes."""


class Deed(Struct, frozen=True, gc=False):
    """Something that a member did and that may count.

    action: its event; None: an order. ident: its order or message id. at: event time (s). zone: the
    member's own. order: as recorded. lines: as they were told; the book does not keep them.
    favourite: what a challenge with a target is about for this member.
    """

    action: str | None
    ident: str
    at: float
    zone: ZoneInfo
    order: Order | None = None
    lines: Sequence[Line] = ()
    favourite: str = ""


class Challenge(Strict, frozen=True, dict=True, tag_field="kind"):
    """A goal, a window and a reward.

    reward: the id of the reward that completion unlocks. join: by itself on the first activity that
    counts, or by Challenge Joined. days: the window from joining. every: calendar periods instead,
    each a cycle of its own. Neither: no end. repeat: whether there is another cycle when the window
    is over, or already when the goal is reached; one that is joined is then joined again, even
    while it runs. categories, brands, products: which lines count; empty: all. target: only lines
    of the category, or brand, that was the member's favourite when their cycle began.
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
    target: Literal["favourite_category", "favourite_brand"] | None = None

    def needed(self, currency: str) -> int:
        """How much is needed: pieces, or minor units of the programme's currency."""
        raise NotImplementedError

    def amount(self, order: Order, lines: list[int]) -> int:
        """What the chosen lines of an order bring, less what came back."""
        raise NotImplementedError

    def between(self, currency: str) -> tuple[int, int] | None:
        """The least and most that may be needed, where that is chosen for each member."""
        return None

    def tally(self) -> Tally:
        """An empty tally: how contributions come to progress."""
        return Tally()

    def groups(self, deed: Deed) -> Mapping[str, list[int]]:
        """The lines of a deed that count, by group: each group is a contribution of its own.

        Empty: it does not count. Kinds that sum know one group only, without a name.
        """
        if deed.action is not None:
            return {"": []}
        chosen = self.chosen(deed)
        return {"": chosen} if chosen else {}

    def parts(self, deed: Deed) -> dict[str, Part]:
        """What a deed brings: its contributions by key."""
        order = deed.order
        return {
            self.key(group, deed): (
                deed.at,
                lines,
                1 if order is None else self.amount(order, lines),
            )
            for group, lines in self.groups(deed).items()
        }

    def key(self, group: str, deed: Deed) -> str:
        """How a contribution is known, so that a repeat is the same one."""
        return deed.ident

    def ordered(self, key: str) -> str | None:
        """The order that a contribution comes from; None: it comes from no order."""
        return key if self.action is None else None

    def of_order(self, ident: str, parts: Mapping[str, Part]) -> list[str]:
        """The keys of what an order has brought."""
        return [ident] if ident in parts and self.action is None else []

    def of_action(self, action: str, key: str, parts: Mapping[str, Part]) -> list[str]:
        """The keys of what an action has brought. key: its message id, or what it was known by."""
        return [key] if key in parts and self.action == action else []

    def trimmed(self, parts: Mapping[str, Part]) -> Mapping[str, Part]:
        """Those of a cycle that is not done which may still matter: the bound of what is kept."""
        return parts

    def begins(self, key: str) -> bool:
        """Whether a contribution may begin a cycle."""
        return True

    @cached_property
    def waits(self) -> bool:
        """Whether some contributions may not, and are kept for one that may and comes later."""
        return False

    @cached_property
    def action(self) -> str | None:
        """The event that counts instead of an order, where it is not orders that count."""
        return None

    @cached_property
    def triggers(self) -> frozenset[str | None]:
        """The events that may count; None: orders."""
        return frozenset((self.action,))

    @cached_property
    def chooses(self) -> bool:
        """Whether it takes some lines or some events only, and not every order."""
        named = self.categories or self.brands or self.products
        return bool(named or self.action or self.target)

    def chosen(self, deed: Deed) -> list[int]:
        """The lines that count. An order told without lines is one, unless certain ones are asked.

        What takes every order never looks at a line.
        """
        if self.chooses:
            lines = enumerate(deed.lines)
            return [n for n, line in lines if self.picks(line) and self._is_favourite(line, deed)]
        return list(range(len(deed.order.lines))) if deed.order is not None else []

    def picks(self, line: Line) -> bool:
        """Whether a line counts."""
        return fits(line, self.categories, self.brands, self.products)

    def window(self, joined: float) -> float:
        """When a cycle joined at a moment ends (s), where the window runs from joining."""
        return NEVER if self.days is None else joined + self.days * DAY

    @cached_property
    def version(self) -> str:
        """The hash of what is said: an edit is a new version; the enrolled finish on theirs.

        What is left as it is by default does not count, so a key of a later release makes no new
        versions.
        """
        said = {"kind": self.__struct_config__.tag}
        for each in msgspec.structs.fields(self):
            value = getattr(self, each.name)
            if value != each.default:
                said[each.name] = msgspec.to_builtins(value)
        return digest(msgspec.json.encode(said, order="sorted").decode(), size=4)

    def _is_favourite(self, line: Line, deed: Deed) -> bool:
        if self.target is None:
            return True
        name = line.category if self.target == "favourite_category" else line.brand
        return name is not None and name[:LENGTH] == deed.favourite


def fits(
    line: Line, categories: Sequence[str], brands: Sequence[str], products: Sequence[str]
) -> bool:
    """Whether a line is one of these; where none are named, any is."""
    return (
        (not categories or line.category in categories)
        and (not brands or line.brand in brands)
        and (not products or (line.product_id or line.sku) in products)
    )
