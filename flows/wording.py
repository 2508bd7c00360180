"""How a customer's page words moments, money and shares."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from engine.dates import NEVER, local
from engine.money import EXPONENTS
from engine.programme import Ladder
from engine.tiers import MONTHS

NOTHING: Final = "–"
BAR: Final = 20
"""Cells of a progress bar."""


class Wording(Struct, frozen=True):
    """Moments in the member's zone, money in the programme's currency."""

    zone: ZoneInfo
    currency: str

    def when(self, at: float) -> str:
        """A moment (s) to the minute; 0 and infinity are no moments.

        >>> Wording(ZoneInfo("Europe/Vienna"), "EUR").when(1767254400.0)
        '2026-01-01 09:00 CET'
        """
        if at == NEVER:
            return "never"
        return f"{local(at, self.zone):%Y-%m-%d %H:%M %Z}" if at else NOTHING

    def money(self, minor: int) -> str:
        """Minor units as major ones.

        >>> Wording(ZoneInfo("UTC"), "EUR").money(1250), Wording(ZoneInfo("UTC"), "JPY").money(1250)
        ('12.50 EUR', '1,250 JPY')
        """
        return f"{Decimal(minor).scaleb(-EXPONENTS.get(self.currency, 2)):,} {self.currency}"

    def measured(self, ladder: Ladder) -> Callable[[int], str]:
        """How amounts of what this ladder counts are worded."""
        return "{:,} points".format if ladder.by == "points" else self.money


def qualifies_by(ladder: Ladder) -> str:
    """What counts for a tier, and since when.

    >>> qualifies_by(Ladder()), qualifies_by(Ladder(by="points", window="calendar"))
    ('spent in 12 months', 'earned this year')
    """
    verb = "earned" if ladder.by == "points" else "spent"
    return (
        f"{verb} this {ladder.period}"
        if ladder.window == "calendar"
        else f"{verb} in {MONTHS} months"
    )


def bar(amount: int, goal: int) -> str:
    """Progress towards a goal (> 0), and the share.

    >>> bar(5, 10)
    '██████████░░░░░░░░░░ 50 %'
    """
    share = min(1.0, max(0.0, amount / goal))
    full = int(share * BAR)
    return f"{'█' * full}{'░' * (BAR - full)} {int(share * 100)} %"
