"""What conditions and messages of one programme may name: the catalogue, and words of its own."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from engine.expression import Kind, Places
from engine.programme import Programme
from engine.turn import Turn
from engine.words import CHALLENGE, SEGMENT, TAG, Word, words
from features import INDEX
from policies.view import NAMES, READS, Reads, Value


class Vocabulary(Struct, frozen=True):
    """names: of which kind each is. reads: how all but the catalogue's numbers are read."""

    names: Mapping[str, Kind]
    reads: Reads

    @property
    def places(self) -> Places:
        """How a condition that runs per event reads a turn."""
        return Places(INDEX, self.reads)


def vocabulary(programme: Programme) -> Vocabulary:
    """Every name that a condition of this programme may use."""
    own = {word.name: READERS[word.about](word.ident) for word in own_words(programme)}
    return Vocabulary({**NAMES, **dict.fromkeys(own, Kind.TRUTH)}, {**READS, **own})


def own_words(programme: Programme) -> Iterator[Word]:
    """Names of the programme's own making."""
    segments = [each.id for each in programme.segments]
    return words(segments, programme.tags, [each.id for each in programme.challenges])


def _inside(segment: str) -> Callable[[Turn], Value]:
    def read(turn: Turn) -> bool:
        journey = turn.customer.journey
        held = journey.segments if journey is not None else None
        return held is not None and segment in held

    return read


def _tagged(tag: str) -> Callable[[Turn], Value]:
    def read(turn: Turn) -> bool:
        journey = turn.customer.journey
        return journey is not None and tag in journey.tags

    return read


def _done(ident: str) -> Callable[[Turn], Value]:
    return lambda turn: any(
        each.challenge == ident and each.done > 0 for each in turn.customer.book.challenges
    )


READERS: Final[Mapping[str, Callable[[str], Callable[[Turn], Value]]]] = {
    SEGMENT: _inside,
    TAG: _tagged,
    CHALLENGE: _done,
}
"""How a word of a programme's own is read, by what it is about."""
