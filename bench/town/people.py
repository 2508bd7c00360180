"""Who lives in the town, and with which habits."""

from typing import Final

from msgspec import Struct

from bench.town.chance import DAY, chance
from bench.town.taste import Taste, draw_taste

ZONES: Final = {
    "Europe/Vienna": "AT",
    "Europe/Lisbon": "PT",
    "Europe/Berlin": "DE",
    "Europe/Helsinki": "FI",
}
"""Where people live, and the country (ISO 3166 alpha-2)."""
SETTLED: Final = (0.45, 0.2, 0.2, 0.15)
WEEK: Final = (1.1, 1.0, 1.0, 1.0, 0.9, 0.8, 1.2)
"""Monday to Sunday."""
OPENINGS: Final = {"email": 0.40, "push": 0.25, "sms": 0.55, "onsite": 0.35}
"""A channel and how often its messages are opened, on average."""
CONSENTS: Final = {"email": 0.70, "push": 0.40, "sms": 0.15, "onsite": 0.90}
"""A channel and the share of people who allow marketing on it."""
MEMBERS_AT_START: Final = 0.6
JOINING: Final = 2 / 3
"""The others join during this first part of the time."""


class Person(Struct, frozen=True):
    """One customer's habits: what a model would like to know and a shop is never told.

    joins: about the first purchase (unix s). gap: mean time between purchases (s). regularity:
    shape of that gap, 1 = by chance, higher = like clockwork. dropout: probability of never coming
    back, after each purchase. browses: visits without buying per gap. hour: favourite hour, local
    (0–24). weekdays: relative, Monday first. bargain: love of discounts (0–1); it shows in the
    coupons of the orders, and it is what makes messages work. opens: probability of opening a
    message, by channel. clicks: of a click once opened. won_back, nudged: that an opened message
    brings a lapsed customer back at once, or a living one in for an extra order. weary: that it is
    the last straw.
    """

    customer: str
    zone: str
    joins: float
    gap: float
    regularity: float
    dropout: float
    browses: float
    hour: float
    weekdays: tuple[float, ...]
    taste: Taste
    bargain: float
    consents: dict[str, bool]
    opens: dict[str, float]
    clicks: float
    won_back: float
    nudged: float
    weary: float


def draw_person(seed: int, customer: str, *, start: float, end: float) -> Person:
    """A person, the same one for the same seed, name and time.

    The gap is lognormal across people (median 16 days, a bag of coffee or two) and gamma within a
    person: regular buyers, as in Chatfield and Goodhardt 1973 and Platzer and Reutterer 2016.
    Dropout is beta across people as in BG/NBD (Fader, Hardie and Lee 2005), here with mean 10 %.
    All the other numbers are assumptions.
    """
    dice = chance(seed, "person", customer)
    gap = min(max(dice.lognormvariate(2.77, 0.55), 4.0), 90.0) * DAY
    bargain = dice.betavariate(1.2, 2.0)
    early = dice.random() < MEMBERS_AT_START
    wait = min(gap, end - start) if early else (end - start) * JOINING
    return Person(
        customer=customer,
        zone=dice.choices(tuple(ZONES), SETTLED)[0],
        joins=start + wait * dice.random(),
        gap=gap,
        regularity=dice.uniform(1.2, 6.0),
        dropout=dice.betavariate(0.8, 7.2),
        browses=dice.gammavariate(2.0, 1.2),
        hour=dice.choices((7.5, 12.5, 20.0), (0.25, 0.2, 0.55))[0] + dice.gauss(0.0, 1.0),
        weekdays=tuple(day * dice.gammavariate(4.0, 0.25) for day in WEEK),
        taste=draw_taste(dice, start=start, end=end),
        bargain=bargain,
        consents={channel: dice.random() < share for channel, share in CONSENTS.items()},
        opens={name: dice.betavariate(4 * at, 4 * (1 - at)) for name, at in OPENINGS.items()},
        clicks=dice.betavariate(2.0, 4.0),
        won_back=0.02 + 0.6 * bargain * dice.betavariate(4.0, 2.0),
        nudged=0.01 + 0.12 * bargain * dice.betavariate(4.0, 2.0),
        weary=dice.betavariate(1.0, 60.0),
    )
