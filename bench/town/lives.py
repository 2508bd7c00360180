"""How long people stay customers, and when they come: a life as a list of visits."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from bench.town.chance import DAY, HOUR, chance, poisson
from bench.town.people import Person

LINGERING: Final = 0.3
"""Visits without buying after the last purchase, against those of a gap between two."""


class Visit(Struct, frozen=True, order=True):
    """Somebody came to the shop's site, and bought or did not. at: unix s."""

    at: float
    buys: bool


class Truth(Struct, frozen=True):
    """What really holds for one customer; nothing of it is on the wire.

    visits: all that happen without any message, in order. lapsed_at: the purchase after which they
    never buy again of themselves (unix s); None for those who are still customers at the end.
    """

    person: Person
    visits: tuple[Visit, ...]
    lapsed_at: float | None

    @property
    def purchases(self) -> tuple[float, ...]:
        """Moments of the visits that end in an order (unix s)."""
        return tuple(visit.at for visit in self.visits if visit.buys)

    def lapsed(self, moment: float) -> bool:
        """Whether the last purchase lies behind, at a moment (unix s)."""
        return self.lapsed_at is not None and moment >= self.lapsed_at


def live(seed: int, person: Person, *, start: float, end: float) -> Truth:
    """A person's whole life as a customer, between two moments (unix s).

    Buy; drop out, or wait and browse and buy again.
    """
    dice = chance(seed, "life", person.customer)
    zone = ZoneInfo(person.zone)
    bought: list[float] = []
    raw, lapsed = person.joins, False
    while raw < end and not lapsed:
        bought.append(_by_habit(dice, person, zone, raw, start))
        lapsed = dice.random() < person.dropout
        raw += dice.gammavariate(person.regularity, person.gap / person.regularity)
    bought = _apart(bought)
    browsed = (
        _by_habit(dice, person, zone, raw, start) for raw in _browsing(dice, person, bought, lapsed)
    )
    visits = [Visit(at, True) for at in bought if at < end]
    if visits:
        visits += [Visit(at, False) for at in browsed if visits[0].at + HOUR < at < end]
    return Truth(person, tuple(sorted(visits)), bought[-1] if lapsed and bought[-1] < end else None)


def _apart(moments: list[float]) -> list[float]:
    """The moments in order, without those that come within an hour of another (unix s)."""
    kept: list[float] = []
    for moment in sorted(moments):
        if not kept or moment - kept[-1] >= HOUR:
            kept.append(moment)
    return kept


def _browsing(dice: Random, person: Person, bought: list[float], lapsed: bool) -> Iterator[float]:
    """Moments of visits without buying: between purchases, and for one own gap after the last."""
    for since, until in pairwise([*bought, bought[-1] + person.gap]):
        last = until == bought[-1] + person.gap
        expected = person.browses * (LINGERING if lapsed and last else 1.0)
        yield from (dice.uniform(since, until) for _ in range(poisson(dice, expected)))


def _by_habit(dice: Random, person: Person, zone: ZoneInfo, raw: float, start: float) -> float:
    """A moment near `raw` (unix s), never before the start: at somebody's own hour and weekday."""
    offset = datetime.fromtimestamp(raw, zone).utcoffset()
    ahead = offset.total_seconds() if offset else 0.0
    today = int((raw + ahead) // DAY)
    days = (today - 1, today, today + 1)
    # Day 0 of the unix calendar was a Thursday.
    day = dice.choices(days, [person.weekdays[(d + 3) % 7] for d in days])[0]
    hour = min(max(dice.gauss(person.hour, 1.5), 5.0), 23.5)
    at = round(day * DAY + hour * HOUR - ahead, 3)
    return at if at >= start else at + (1 + (start - at) // DAY) * DAY
