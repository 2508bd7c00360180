"""How points are earned and how long they live."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Literal, get_args

from msgspec import Meta

from engine.programme.types import Day, Days, Weekday
from engine.strict import Name, Strict

MAX_MULTIPLIER: Final = Fraction(5)
"""However many multipliers add up, no order earns more than this many times its points.

Source: DOMAIN, money and points.
"""
WEEKDAYS: Final[tuple[str, ...]] = get_args(Weekday)
"""As they are written in the programme; Monday first."""


class MultiplierRule(Strict, frozen=True):
    """More points for a time, for some members or for some goods.

    multiplier: 2 doubles; several add up with the tier's (2 and 3 are +1 and +2, so 4), 5 at most.
    starts, ends: first and last day, by the time of the order; weekdays: only on these; all in the
    programme's zone. tiers: only in these. categories, brands: only on lines of these; none: on the
    whole order.
    """

    id: Name
    name: str
    multiplier: Decimal
    starts: Day | None = None
    ends: Day | None = None
    weekdays: tuple[Weekday, ...] = ()
    tiers: tuple[Name, ...] = ()
    categories: tuple[Annotated[str, Meta(max_length=200)], ...] = ()
    brands: tuple[Annotated[str, Meta(max_length=200)], ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether it is about some lines only."""
        return bool(self.categories or self.brands)

    def runs(self, day: date, tier: str) -> bool:
        """Whether it holds on a day, for a member of a tier."""
        text, weekday = day.isoformat(), WEEKDAYS[day.weekday()]
        begun = self.starts is None or self.starts <= text
        over = self.ends is not None and self.ends < text
        there = not self.tiers or tier in self.tiers
        return begun and not over and there and (not self.weekdays or weekday in self.weekdays)


class BonusRule(Strict, frozen=True):
    """Points on top for an order of a size. Several add up, and nothing multiplies them.

    spend: the earning base that brings it (major units); a return that leaves less takes all of it.
    """

    id: Name
    name: str
    spend: Decimal
    points: Annotated[int, Meta(ge=1, le=1_000_000)]


class Points(Strict, frozen=True):
    """How points are earned and how long they live.

    earn points for every full `per` of the earning base. remember_days: how long an order can still
    be refunded and counts for tiers; never less than the 12 months that tiers look back.
    guest_days: how long a guest's order waits for a member with the same e-mail; 0: none does.
    notice_days: so many days before they expire, members are told. worth: what one point pays at
    the till (major units), for orders that state points_spent and not their money; 0: unknown.
    source: who reckons what an order earns and burns; shop: it states points_earned and
    points_spent. debt: what a clawback may take: the order's pending points, any points, or future
    ones too. restore: whether points that paid for an order come back with it: when all of it has,
    with each part of it, or never; restored_days: for how long, where they would have lapsed.
    """

    earn: Annotated[int, Meta(ge=0, le=100_000)] = 1
    per: Decimal = Decimal("1.00")
    pending_days: Annotated[int, Meta(ge=0, le=90)] = 14
    expire_months: Annotated[int, Meta(ge=1, le=120)] = 12
    lease_minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    parked_days: Annotated[int, Meta(ge=1, le=60)] = 7
    guest_days: Annotated[int, Meta(ge=0, le=365)] = 30
    remember_days: Annotated[int, Meta(ge=367, le=3660)] = 400
    notice_days: tuple[Days, ...] = (30, 7)
    worth: Decimal = Decimal(0)
    source: Literal["programme", "shop"] = "programme"
    debt: Literal["pending_only", "balance", "debt"] = "debt"
    restore: Literal["full", "pro_rata", "never"] = "full"
    restored_days: Annotated[int, Meta(ge=1, le=3660)] = 30
    multipliers: tuple[MultiplierRule, ...] = ()
    bonuses: tuple[BonusRule, ...] = ()
