"""The kinds of challenge.

A new one: a file, its class in `Kind`, and one story; the law battery comes for free.
"""

from engine.challenges.base import Challenge
from engine.challenges.count import Count
from engine.challenges.spend import Spend

Kind = Count | Spend
KINDS: tuple[type[Challenge], ...] = (Count, Spend)

__all__ = ["KINDS", "Challenge", "Count", "Kind", "Spend"]
