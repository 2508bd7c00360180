"""Starbucks: 30 days of offers and purchases of 17,000 members, with the offers given by lot.

Every member enrols on the day they joined; then the transcript follows:

    offer received    Challenge Joined (kind spend); Message Delivered where nothing is to be bought
    offer viewed      Message Opened: the newest wave that brought the offer and is not opened yet
    transaction       Order Completed, one line; the amount as the file has it
    offer completed   left out, because the engine decides that itself; see `completions`
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from bench.datasets.report import Met
from bench.datasets.segment import Json, Stamp, iso, known, track
from bench.datasets.starbucks_rows import (
    Completed,
    Offer,
    Received,
    Transaction,
    Viewed,
    members,
    offers,
    transcript,
)

START: Final = datetime(2018, 7, 27, tzinfo=UTC)
"""Hour 0. The file gives no date; this is the first midnight after the last member joined."""
CURRENCY: Final = "USD"
CHANNEL: Final = "email"
"""The file does not say where an offer was seen; e-mail is what all ten went out by."""


class Completion(NamedTuple):
    """An offer that the company says was completed. hour: since START; reward: USD."""

    member: str
    offer_id: str
    challenge_id: str
    hour: int
    reward: int


def events(folder: Path, met: Met) -> Iterator[Json]:
    """All enrolments, then the 30 days."""
    yield from _enrolments(folder, met)
    yield from _thirty_days(folder, met)


def completions(folder: Path) -> Iterator[Completion]:
    """What the company's own engine completed, in the file's order: to be compared with ours."""
    ten = offers(folder)
    for _, row in transcript(folder, Met()):
        if isinstance(row, Completed):
            offer = ten[row.value.offer_id]
            yield Completion(row.person, offer.id, offer.challenge_id, row.time, row.value.reward)


class _Clock:
    """Tells ties apart: each row of one hour or day is a millisecond later than the row before."""

    def __init__(self) -> None:
        self._base = START
        self._rank = -1

    def at(self, base: datetime) -> str:
        self._rank = self._rank + 1 if base == self._base else 0
        self._base = base
        return iso(base + timedelta(milliseconds=self._rank))


class _Mailbox:
    """Which waves brought a member an offer that was not opened yet.

    A member gets at most one offer a wave, so wave and member name the decision.
    """

    def __init__(self) -> None:
        self._unopened: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def put(self, row: Received) -> str:
        message = f"wave-{row.time}-{row.person}"
        self._unopened[row.person, row.value.offer].append(message)
        return message

    def open(self, row: Viewed) -> str | None:
        messages = self._unopened[row.person, row.value.offer]
        return messages.pop() if messages else None


def _enrolments(folder: Path, met: Met) -> Iterator[Json]:
    clock = _Clock()
    oldest_first = sorted(
        members(folder, met), key=lambda member: (member.became_member_on, member.id)
    )
    for member in oldest_first:
        met.rows["member"] += 1
        joined = datetime.strptime(member.became_member_on, "%Y%m%d").replace(tzinfo=UTC)
        stamp = Stamp(f"starbucks-enrolled-{member.id}", clock.at(joined), user=member.id)
        yield track("Loyalty Enrolled", stamp, {})


def _thirty_days(folder: Path, met: Met) -> Iterator[Json]:
    clock, mailbox, ten = _Clock(), _Mailbox(), offers(folder)
    for number, row in transcript(folder, met):
        met.rows[str(row.__struct_config__.tag)] += 1
        at = clock.at(START + timedelta(hours=row.time))
        stamp = Stamp(f"starbucks-{number}", at, user=row.person)
        match row:
            case Received():
                yield _received(stamp, ten[row.value.offer], mailbox.put(row))
            case Viewed():
                yield _opened(stamp, mailbox.open(row), met)
            case Transaction():
                yield _bought(stamp, row.value.amount)


def _received(stamp: Stamp, offer: Offer, message: str) -> Json:
    if offer.difficulty == 0:
        return track("Message Delivered", stamp, {"message_id": message, "channel": CHANNEL})
    joined = {"challenge_id": offer.challenge_id, "offer_id": offer.id, "message_id": message}
    return track("Challenge Joined", stamp, joined)


def _opened(stamp: Stamp, message: str | None, met: Met) -> Json:
    met.odd["viewed more often than received"] += message is None
    return track("Message Opened", stamp, known(message_id=message, channel=CHANNEL))


def _bought(stamp: Stamp, amount: float) -> Json:
    line = {"product_id": "basket", "price": amount, "quantity": 1}
    order = {"order_id": f"order-{stamp.message_id}", "total": amount, "currency": CURRENCY}
    return track("Order Completed", stamp, order | {"products": [line]})
