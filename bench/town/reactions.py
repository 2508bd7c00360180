"""What a message does to people: opened, clicked, or one too many; and some come and buy."""

from datetime import datetime
from math import exp
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from bench.town.chance import DAY, HOUR
from bench.town.lives import Truth
from bench.town.people import Person
from bench.town.visits import Session
from bench.town.wire import Told
from engine.chance import digest

OPEN_LAG: Final = 2 * HOUR
WRONG_HOUR: Final = 0.6
"""How much rarer a message is opened that comes more than two hours off somebody's own hour."""
FORGETTING: Final = 90 * DAY
"""Time in which the chance of winning somebody back falls to a third."""
COMES_WITHIN: Final = 3 * DAY


def respond(truth: Truth, message: str, channel: str, *, at: float, dice: Random) -> list[Told]:
    """What one person does about one message (its id), decided at a moment (unix s), in order.

    A message buys at most one order, never a second life: two messages must not raise the same
    person twice. Most messages are not opened and lead to nothing; on-site ones never meet those
    who no longer come.
    """
    person = truth.person
    if channel == "onsite" and truth.lapsed(at):
        return []
    if dice.random() >= person.opens[channel] * _timing(person, at):
        return []
    receipt = {"message_id": message, "channel": channel}
    read = at + 1.0 + dice.expovariate(1 / OPEN_LAG)
    told: list[Told] = [(read, "Message Opened", receipt)]
    if dice.random() < person.clicks:
        told.append((read + 5.0, "Message Clicked", receipt))
    if dice.random() < person.weary:
        told.append((read + 20.0, "Unsubscribed", receipt))
    if dice.random() < persuasion(truth, at):
        comes = read + 60.0 + dice.random() * COMES_WITHIN
        session = Session(person, comes, f"m{digest(message, size=6)}", dice)
        session.buy()
        told += session.told
    return told


def persuasion(truth: Truth, at: float) -> float:
    """Probability that an opened message brings an order that would not have been.

    What an uplift model should find. A lapsed customer's falls with the time since their last
    purchase, so that a message in time is worth more.
    """
    person = truth.person
    if truth.lapsed_at is None or not truth.lapsed(at):
        return person.nudged
    return person.won_back * exp(-(at - truth.lapsed_at) / FORGETTING)


def _timing(person: Person, at: float) -> float:
    """1 near somebody's own hour, less at other times of the day."""
    local = datetime.fromtimestamp(at, ZoneInfo(person.zone))
    apart = abs(local.hour + local.minute / 60 - person.hour) % 24
    return 1.0 if min(apart, 24 - apart) <= 2 else WRONG_HOUR
