"""What trackers do wrong: repeats, second senders, late arrivals, rubbish."""

from random import Random
from typing import Final

import orjson
from msgspec.structs import replace

from bench.town.chance import HOUR
from bench.town.shop import CATALOGUE
from bench.town.wire import Pen, TimedEvent, Told

REPEATED: Final = 0.01
LATE: Final = 0.01
SENT_TWICE: Final = 0.005
"""Orders that browser and server both send, each under its own message id."""
ON_THE_WAY: Final = 0.3
"""An event's longest way to the log (s) when nothing is wrong."""
LATEST: Final = 48 * HOUR


def logged(pen: Pen, told: Told, dice: Random, *, broken: float) -> list[TimedEvent]:
    """The records that reach the log because one thing happened: nearly always one.

    broken: share of events that come with an unreadable companion. It is extra, so that the truth
    loses nothing.
    """
    at, event, _ = told
    lot = dice.random()
    arrives = at + (_delay(dice) if lot < LATE else ON_THE_WAY * dice.random())
    records = [pen.write(told, arrives)]
    if LATE <= lot < LATE + REPEATED:
        again = round(arrives + dice.uniform(1, HOUR), 3)
        records.append(replace(records[0], at=again))
    if event == "Order Completed" and dice.random() < SENT_TWICE:
        records.append(pen.write(told, arrives + dice.uniform(0.1, 60)))
    if lot >= 1 - broken:
        records.append(replace(records[0], body=_rubbish(pen, told, dice)))
    return records


def _delay(dice: Random) -> float:
    """Minutes to hours (s), mostly about half an hour: a phone in a tunnel, a stuck queue."""
    return min(60 + dice.lognormvariate(7.5, 1.2), LATEST)


def _rubbish(pen: Pen, told: Told, dice: Random) -> bytes:
    """What cannot be taken: a record about nobody, one with a negative price, half a record."""
    envelope = pen.envelope(told)
    match dice.randrange(3):
        case 0:
            return orjson.dumps({**envelope, "userId": None})
        case 1:
            product = dice.choice(CATALOGUE)
            owed = {**product.wire(), "price": -product.price / 100}
            return orjson.dumps({**envelope, "event": "Product Viewed", "properties": owed})
        case _:
            body = orjson.dumps(envelope)
            return body[: len(body) // 2]
