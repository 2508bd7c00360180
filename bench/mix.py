"""The seeded mix of events that the benchmarks measure with: 85 % views, 10 % carts, 5 % orders.

Customers and products are drawn evenly: the hardest case for a cache, and the same work in every
run. All that repeats is written once beforehand, so that a benchmark measures the engine and not
its feeder.
"""

import random
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle, islice
from typing import Final

import orjson

from bench.town.people import ZONES
from bench.town.shop import CATALOGUE
from bench.town.visits import priced
from bench.town.wire import iso

VIEWS: Final = 0.85
CARTS: Final = 0.10
BASKETS: Final = 512
"""How many different orders there are, apart from their ids."""
LINES: Final = (1, 2, 3)


def events(
    *, seed: int, customers: int, n: int, start: datetime, rate: float
) -> Iterator[tuple[bytes, bytes, int]]:
    """`n` records as (key, body, log time in ms), in the order of time.

    start: the first one's moment, with its zone. rate: events per second of data time (> 0).
    Message ids and order ids are unique within a seed; the first records do not depend on `n`.
    """
    dice = random.Random(seed)
    chance, bits = dice.random, dice.getrandbits
    people = _people(customers)
    views = [_told("Product Viewed", product.wire()) for product in CATALOGUE]
    carts = [_told("Product Added", product.wire(1)) for product in CATALOGUE]
    baskets = _baskets(dice)
    begin, second, clock = round(start.timestamp() * 1000), -1, ""
    for number in range(n):
        at = begin + int(number * 1000 / rate)
        if at // 1000 != second:
            second = at // 1000
            clock = iso(second)[:-4]
        key, who = people[int(chance() * customers)]
        lot = chance()
        if lot < VIEWS:
            told = views[int(chance() * len(views))]
        elif lot < VIEWS + CARTS:
            told = carts[int(chance() * len(carts))]
        else:
            opening, rest = baskets[int(chance() * BASKETS)]
            told = f"{opening}o{seed}-{number}{rest}"
        name = f"{bits(128):032x}"
        body = (
            f'{{"messageId":"{name[:8]}-{name[8:12]}-4{name[13:16]}-9{name[17:20]}-{name[20:]}","type":"track",'
            f'{told},{who},"timestamp":"{clock}{at % 1000:03d}Z"}}'
        )
        yield key, body.encode(), at


def _people(customers: int) -> list[tuple[bytes, str]]:
    """Everybody's record key, and their part of the envelope."""
    zones = islice(cycle(ZONES), customers)
    return [
        (b"c%d" % number, f'"userId":"c{number}","context":{{"timezone":"{zone}"}}')
        for number, zone in enumerate(zones)
    ]


def _told(event: str, properties: object) -> str:
    """An event's own part of the envelope."""
    return orjson.dumps({"event": event, "properties": properties}).decode()[1:-1]


def _baskets(dice: random.Random) -> list[tuple[str, str]]:
    """Orders, each as what stands before its id and after it."""
    baskets = []
    for _ in range(BASKETS):
        lines = [
            (product, dice.randint(1, 3)) for product in dice.sample(CATALOGUE, dice.choice(LINES))
        ]
        opening, rest = _told("Order Completed", priced("@", lines, None)).split("@")
        baskets.append((opening, rest))
    return baskets
