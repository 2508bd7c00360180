"""What a customer may do, as the features see it, in every order in which it may reach them."""

from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from engine.dates import DAY
from engine.events import NAMED
from engine.world import Happened
from features import CATALOGUE, THEMES, Memories, fold, numbers

START = 1_767_254_400
"""2026-01-01, 08:00 UTC."""
LATEST = 30 * DAY
"""The kernel hands in nothing that comes later than this after it happened."""
MOVING = sorted(frozenset[str]().union(*(theme.MOVED_BY for theme in THEMES.values())))
BACK = {"Order Refunded", "Order Cancelled"}
CATEGORIES = ("espresso", "filter", "decaf", "tea", "equipment")


class Told(NamedTuple):
    """Something that happened, and when (s) the features hear of it."""

    heard: float
    happened: Happened


def happening(
    name: str, at: float, *, money: int = 0, ordered: float = 0.0, **told: Any
) -> Happened:
    """An event of this name, with whatever properties any kind of event may need."""
    body = {
        "messageId": "m1",
        "userId": "c1",
        "properties": {
            "order_id": "o1",
            "redemption_id": "r1",
            "challenge_id": "h1",
            "channel": "email",
            "products": [told],
            **told,
        },
    }
    if name == "Order Completed":
        ordered = at
    return Happened(name, msgspec.convert(body, NAMED[name]), at, False, money, ordered)


def order(at: float, money: int = 1000, *, lines: tuple[dict[str, Any], ...] = ()) -> Happened:
    """An order. money: minor units."""
    return happening("Order Completed", at, money=money, products=lines)


def refund(placed: Happened, at: float, money: int) -> Happened:
    """Some of an order's money back (minor units)."""
    return happening("Order Refunded", at, money=-money, ordered=placed.at)


@st.composite
def stories(draw: st.DrawFn, *, timely_orders: bool = False, days: int = 120) -> list[Told]:
    """At most ten things that happen and the refunds that follow, in the order of happening.

    All moments differ. timely_orders: only the rest may come late.
    """
    moments = draw(st.lists(st.integers(1, days * int(DAY)), max_size=10, unique=True))
    told: list[Told] = []
    for moment in sorted(moments):
        at = float(START + moment)
        name = draw(st.sampled_from([name for name in MOVING if name not in BACK]))
        details: dict[str, Any] = {
            "category": draw(st.sampled_from(CATEGORIES)),
            "brand": draw(st.sampled_from(("Atlas", "Kolibri"))),
        }
        buys = name == "Order Completed"
        late = 0.0 if buys and timely_orders else draw(st.floats(0, LATEST))
        money = draw(st.integers(1, 50_000)) if buys else 0
        one = Told(at + late, happening(name, at, money=money, **details))
        told.append(one)
        if buys:
            told += draw(refunds(one))
    return sorted(told, key=lambda one: one.happened.at)


@st.composite
def refunds(draw: st.DrawFn, placed: Told) -> list[Told]:
    """None, a part, or in one or two parts the whole of an order; heard of after the order."""
    left = placed.happened.money
    parts = draw(st.sampled_from([[], [left], [left // 2], [left // 2, left - left // 2]]))
    told = []
    for money in filter(None, parts):
        delay = draw(st.floats(1, 20 * DAY))
        at = placed.happened.at + delay
        told.append(Told(placed.heard + delay, refund(placed.happened, at, money)))
    return told


def as_heard(story: list[Told]) -> list[Happened]:
    """The story in the order in which it reaches the features."""
    return [told.happened for told in sorted(story, key=lambda told: told.heard)]


def as_happened(story: list[Told]) -> list[Happened]:
    """The story in its own order."""
    return [told.happened for told in story]


def after(story: list[Told]) -> float:
    """A log time by which everything has been heard of."""
    return max((told.heard for told in story), default=START) + 1.0


def remember(*events: Happened) -> Memories:
    """What the features remember of these events."""
    memories = Memories()
    for happened in events:
        fold(memories, happened)
    return memories


def read(memories: Memories, now: float) -> dict[str, float]:
    """Every number by name."""
    names = [number.name for number in CATALOGUE]
    return dict(zip(names, numbers(memories, now), strict=True))
