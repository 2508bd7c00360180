"""The Starbucks files as typed rows.

Of a member only the id and the date of joining are read: no age, no gender, no income.
"""

import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct, field

from bench.datasets.report import Met

T = TypeVar("T")


class Offer(Struct, frozen=True):
    """One of ten. difficulty: to be spent (USD, 0 = nothing). reward: USD. duration: days."""

    id: str
    offer_type: str
    difficulty: int
    reward: int
    duration: float
    channels: tuple[str, ...]

    @property
    def challenge_id(self) -> str:
        """Type, difficulty, days and the beginning of the id.

        >>> Offer("ae264e3637204a6fb9bb56bc8210ddfd", "bogo", 10, 10, 7.0, ("email",)).challenge_id
        'bogo-10-7-ae264e'
        """
        return f"{self.offer_type}-{self.difficulty}-{self.duration:.0f}-{self.id[:6]}"


class Member(Struct, frozen=True):
    """became_member_on: YYYYMMDD."""

    id: str
    became_member_on: str


class Row(Struct, frozen=True, tag_field="event"):
    """A line of the transcript. time: hours since the start, in steps of six."""

    person: str
    time: int


class Named(Struct, frozen=True):
    """The key has a blank here and an underscore in `Done`."""

    offer: str = field(name="offer id")


class Paid(Struct, frozen=True):
    """amount: USD, at most two decimals in the file."""

    amount: float


class Done(Struct, frozen=True):
    """reward: USD."""

    offer_id: str
    reward: int


class Received(Row, frozen=True, tag="offer received"):
    """An offer went out."""

    value: Named


class Viewed(Row, frozen=True, tag="offer viewed"):
    """An offer was looked at."""

    value: Named


class Transaction(Row, frozen=True, tag="transaction"):
    """Something was bought."""

    value: Paid


class Completed(Row, frozen=True, tag="offer completed"):
    """What the offer asked for was bought, whether it had been looked at or not."""

    value: Done


AnyRow = Received | Viewed | Transaction | Completed

_OFFER: Final = msgspec.json.Decoder(Offer)
_MEMBER: Final = msgspec.json.Decoder(Member)
_ROW: Final[msgspec.json.Decoder[AnyRow]] = msgspec.json.Decoder(AnyRow)


def offers(folder: Path) -> dict[str, Offer]:
    """The ten by their id; those with a difficulty are the challenges to put into a programme."""
    return {offer.id: offer for _, offer in _rows(folder / "portfolio.json.xz", _OFFER, Met())}


def members(folder: Path, met: Met) -> Iterator[Member]:
    """Everybody, in the file's order."""
    return (member for _, member in _rows(folder / "profile.json.xz", _MEMBER, met))


def transcript(folder: Path, met: Met) -> Iterator[tuple[int, AnyRow]]:
    """What happened, with its line number, in the file's order."""
    return _rows(folder / "transcript.json.xz", _ROW, met)


def _rows(path: Path, decoder: msgspec.json.Decoder[T], met: Met) -> Iterator[tuple[int, T]]:
    """Blank lines, and rows that say something else, are left out and counted."""
    with lzma.open(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = decoder.decode(line)
            except msgspec.DecodeError as error:
                met.odd[f"{error if line.strip() else 'blank line'}: left out"] += 1
                continue
            yield number, row
