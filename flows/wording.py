"""How a customer's page words moments, money and shares."""

from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from engine.dates import NEVER, local
from engine.money import EXPONENTS

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


def bar(amount: int, goal: int) -> str:
    """Progress towards a goal (> 0), and the share.

    >>> bar(5, 10)
    '██████████░░░░░░░░░░ 50 %'
    """
    share = min(1.0, max(0.0, amount / goal))
    full = int(share * BAR)
    return f"{'█' * full}{'░' * (BAR - full)} {int(share * 100)} %"
