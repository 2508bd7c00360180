"""Who has something first: a code, an e-mail, a phone.

An index is a customer of its own, named by a hash of what it stands for, so that two who have the
same meet in one partition's log. It knows one id, and is forgotten with it.
"""

from typing import Final

from engine.chance import digest
from engine.dates import NEVER
from engine.turn import Turn
from engine.wire import INDEX

LEAD: Final = INDEX
"""How an index's id begins; what a shop tells of such an id is refused."""
CODE: Final = "code"


def index_of(kind: str, what: str) -> str:
    """The id of an index. what: a hash, or a code.

    >>> index_of("code", "ABC").startswith("~code-")
    True
    """
    return f"{LEAD}{kind}-{digest(kind, what)}"


def kind_of(ident: str) -> str:
    """What an index stands for.

    >>> kind_of(index_of("email", "1f"))
    'email'
    """
    return ident.removeprefix(LEAD).partition("-")[0]


def claim(turn: Turn, kind: str, what: str) -> None:
    """Say that this customer has it; the answer comes if somebody else had it before."""
    index = index_of(kind, what)
    turn.dispatch(index, "Index Claimed", turn.who, owner=turn.who)


def claimed(turn: Turn, owner: str) -> None:
    """Keep the first; tell any other that they are not."""
    book = turn.customer.book
    asleep(turn)
    if not book.owner:
        book.owner = owner
    elif book.owner != owner:
        turn.dispatch(owner, "Index Taken", turn.who, kind=kind_of(turn.who))


def released(turn: Turn, owner: str) -> None:
    """Forget this one."""
    asleep(turn)
    book = turn.customer.book
    if book.owner == owner:
        book.owner = ""
    book.guests = [each for each in book.guests if each[0] != owner]


def asleep(turn: Turn) -> None:
    """An index is nobody: no model asks about it."""
    turn.customer.pulse = NEVER
