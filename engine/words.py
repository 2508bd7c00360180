"""Names of a programme's own making, which its conditions and messages may use: true or false.

`lapsed`: the member is in the segment "lapsed". `tagged_regular`: the member has the tag "regular".
`done_first_order`: a cycle of the challenge "first_order" that is still known has been completed.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

SEGMENT: Final = "segment"
TAG: Final = "tag"
CHALLENGE: Final = "challenge"


class Word(NamedTuple):
    """What a name speaks of. ident: the segment, the tag, or the challenge's id."""

    name: str
    about: str
    ident: str


def words(
    segments: Iterable[str], tags: Iterable[str], challenges: Iterable[str]
) -> Iterator[Word]:
    """Every name, once for each segment, tag and challenge; a hyphen of an id is written _.

    >>> [word.name for word in words(["lapsed"], ["vip"], ["first-order"])]
    ['lapsed', 'tagged_vip', 'done_first_order']
    """
    for segment in segments:
        yield Word(named(segment), SEGMENT, segment)
    for tag in tags:
        yield Word(f"tagged_{named(tag)}", TAG, tag)
    for challenge in challenges:
        yield Word(f"done_{named(challenge)}", CHALLENGE, challenge)


def named(ident: str) -> str:
    """How an id is written in a condition, where a hyphen would be a minus sign."""
    return ident.replace("-", "_")
