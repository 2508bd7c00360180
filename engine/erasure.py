"""A person is forgotten, and the books still add up (DOMAIN: privacy).

What is left under the id is a tombstone that says nothing but that it is one: whatever comes later,
or again in a replay, is dropped and counted. The ledger's totals go through the log to a pseudonym,
which nobody can make without the programme's salt, and which is as deaf as the tombstone.
"""

from typing import Any, Final

from engine import budgets, guests, identity, referral
from engine.chance import digest
from engine.dates import NEVER
from engine.events import Totals
from engine.rewards import RESERVED, UNLOCKED
from engine.state import Customer, Ledger, Lot, Seen
from engine.turn import Turn

HELD: Final = "held"
"""The points that were pending, available or reserved."""


def erase(turn: Turn) -> None:
    """Forget everything at once; the pseudonym hears of the totals."""
    book = turn.customer.book
    for grant in book.rewards.values():
        if grant.state in (UNLOCKED, RESERVED):
            budgets.give_back(turn, grant.drawn, used=False)
    referral.forget(turn)
    guests.forget(turn)
    settle(turn, book.ledger, turn.who)
    bury(turn.customer, turn.world.mind.newcomer())
    turn.note("erasure")


def settle(turn: Turn, ledger: Ledger, whose: str) -> None:
    """Let the pseudonym of this id hear of a ledger's totals, if there are any. whose: its id."""
    figures = {
        name: value
        for name in ledger.__struct_fields__
        if type(value := getattr(ledger, name)) is int
    }
    figures[HELD] = sum(lot.pending + lot.available + lot.reserved for lot in ledger.lots)
    if any(figures.values()):
        turn.dispatch(_pseudonym(turn), "Totals Kept", whose, figures=figures)


def keep(turn: Turn, totals: Totals) -> None:
    """Add the totals of one who was erased; they are never spent and never expire."""
    customer = turn.customer
    book = customer.book.ledger if customer.erased else Ledger()
    if not customer.erased:
        bury(customer, turn.world.mind.newcomer())
    for name, value in totals.figures.items():
        if name == HELD:
            book.lots.append(Lot(f"erased:{len(book.lots)}", 0.0, 0.0, NEVER, available=value))
        else:
            setattr(book, name, getattr(book, name) + value)
    customer.book.ledger = book


def bury(customer: Customer[Any], memory: Any) -> None:
    """Leave a tombstone. memory: an empty one."""
    identity.empty(customer, memory)
    customer.seen, customer.known, customer.survivor, customer.erased = Seen(), False, "", True


def _pseudonym(turn: Turn) -> str:
    return "erased-" + digest(turn.world.programme.salt, "erased", turn.who)
