"""Kinds that ask what was done, and not how much of it."""

from collections.abc import Mapping
from typing import Final

from engine.challenges.base import Challenge, Deed
from engine.state import Order, Part

SEPARATOR: Final = "\x1f"
"""Between a contribution's group and the id that brought it; a group never holds it."""


class Grouped(Challenge, frozen=True, kw_only=True):
    """One contribution for each group of a deed: each name, period or step; it counts 1 or 0."""

    def key(self, group: str, deed: Deed) -> str:
        """The group, and what brought it."""
        return f"{group}{SEPARATOR}{deed.ident}"

    def ordered(self, key: str) -> str | None:
        """The order behind a contribution."""
        return key.partition(SEPARATOR)[2] if self.action is None else None

    def of_order(self, ident: str, parts: Mapping[str, Part]) -> list[str]:
        """Every group that this order brought."""
        return [key for key in parts if self.ordered(key) == ident]

    def amount(self, order: Order, lines: list[int]) -> int:
        """1 as long as anything of the lines is kept."""
        return min(1, sum([order.lines[n].pieces for n in lines]))


def group(key: str) -> str:
    r"""The group of a contribution.

    >>> group("tea\x1fo1")
    'tea'
    """
    return key.partition(SEPARATOR)[0]
