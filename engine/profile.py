"""Who a member is, as far as the rules need it: zone, country, consent and silence.

The newest word holds, by event time and not by arrival: a yes that was said before a no and comes
after it changes nothing.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from typing import Any, Final, get_args

from engine.dates import zone
from engine.programme import Channel
from engine.state import Book, Customer
from engine.turn import Turn

ANY_CHANNEL: Final = "*"
"""How a silence on all channels is kept."""
CHANNELS: Final[tuple[str, ...]] = get_args(Channel)
MARKETING: Final = "marketing"
_BIRTHDAY: Final = re.compile(r"(?:[0-9]{4}|-)-([0-9]{2})-([0-9]{2})(?:T.*)?")
_LEAP_YEAR: Final = 2000


def set_zone(turn: Turn, name: str, at: float) -> None:
    """Where the member is; a zone that there is none such is noted and changes nothing."""
    customer = turn.customer
    if name != customer.zone and zone(name) is None:
        turn.note("unknown_zone")
    elif _newest(customer, "zone", at):
        customer.zone = name


def set_country(turn: Turn, name: str, at: float) -> None:
    """Where the member is at home: ISO 3166 alpha-2."""
    if _newest(turn.customer, "country", at):
        turn.customer.country = name


def set_birthday(turn: Turn, told: str, at: float) -> None:
    """The month and day of a date such as 1990-05-17 or --05-17; the year is not kept."""
    found = _BIRTHDAY.fullmatch(told)
    if found is None or not _is_day(int(found[1]), int(found[2])):
        turn.note("unknown_birthday")
    elif _newest(turn.customer, "birthday", at):
        turn.customer.book.birthday = int(found[1]) * 100 + int(found[2])


def _is_day(month: int, day: int) -> bool:
    """Whether some year has it."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(_LEAP_YEAR, month)[1]


def set_consent(turn: Turn, channel: str, purpose: str, at: float, *, granted: bool) -> None:
    """A word on one channel and purpose; a yes to marketing also ends the channel's silence."""
    customer, word = turn.customer, consent_key(channel, purpose)
    if _newest(customer, word, at):
        others = [known for known in customer.book.consents if known != word]
        customer.book.consents = sorted([*others, word]) if granted else others
        customer.book.silenced = _silenced(customer)


def unite(
    customer: Customer[Any], told: Mapping[str, float], other: Book, zone: str, country: str
) -> None:
    """The newest word of two ids that are one person. other: the book of the id that ends."""
    newer = {what for what, at in told.items() if _newest(customer, what, at)}
    if "zone" in newer:
        customer.zone = zone
    if "country" in newer:
        customer.country = country
    if "birthday" in newer:
        customer.book.birthday = other.birthday
    kept = [word for word in customer.book.consents if word not in newer]
    customer.book.consents = sorted([*kept, *(word for word in other.consents if word in newer)])
    customer.book.silenced = _silenced(customer)


def silence(turn: Turn, channel: str | None, at: float) -> None:
    """No more marketing on a channel, or on any, until a later yes to it."""
    for silent in CHANNELS if channel is None else (channel,):
        _newest(turn.customer, f"-{silent}", at)
    turn.customer.book.silenced = _silenced(turn.customer)


def consent_key(channel: str, purpose: str) -> str:
    """How a consent is kept.

    >>> consent_key("email", "marketing")
    'email:marketing'
    """
    return f"{channel}:{purpose}"


def _newest(customer: Customer[Any], what: str, at: float) -> bool:
    """Whether nothing newer has been said of this; if so, `at` is now the newest."""
    if at < customer.told.get(what, at):
        return False
    customer.told[what] = at
    return True


def _silenced(customer: Customer[Any]) -> list[str]:
    """The channels on which nothing was said yes to since the silence began."""
    silences = {what[1:]: at for what, at in customer.told.items() if what.startswith("-")}
    quiet = {
        channel for channel, at in silences.items() if not _spoken_since(customer, channel, at)
    }
    return [ANY_CHANNEL] if quiet.issuperset(CHANNELS) else sorted(quiet)


def _spoken_since(customer: Customer[Any], channel: str, at: float) -> bool:
    word = consent_key(channel, MARKETING)
    return word in customer.book.consents and customer.told[word] > at
