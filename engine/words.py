"""Names of a programme's own making, which its conditions and messages may use: true or false.

`tagged_regular`: the member has the tag "regular". `done_first_order`: a cycle of the challenge
"first_order" that is still known has been completed.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

TAG: Final = "tag"
CHALLENGE: Final = "challenge"


class Word(NamedTuple):
    """What a name speaks of. ident: the tag, or the challenge's id."""

    name: str
    about: str
    ident: str


def words(tags: Iterable[str], challenges: Iterable[str]) -> Iterator[Word]:
    """Every name, once for each tag and challenge; a hyphen of an id is written _.

    >>> [word.name for word in words(["vip"], ["first-order"])]
    ['tagged_vip', 'done_first_order']
    """
    for tag in tags:
        yield Word(f"tagged_{_plain(tag)}", TAG, tag)
    for challenge in challenges:
        yield Word(f"done_{_plain(challenge)}", CHALLENGE, challenge)


def _plain(ident: str) -> str:
    return ident.replace("-", "_")
