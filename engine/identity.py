"""Two ids, one person: a visitor who turns out to be a known customer (DOMAIN: time and identity).

Two steps through the log, because the two may live in different partitions. The known id asks
(Merge Requested); the visitor's id hands over all that is known of it (Merge In) and from then on
only hands its events on. Both go by one outbox, so that no event overtakes what came before it.
A visitor becomes one known id, once: whoever else uses the same device later has their own state.
"""

from typing import Any, Final
from zlib import crc32

import msgspec
from msgspec import Struct

from engine import profile, recall
from engine.dates import NEVER
from engine.events import Alias, Happening, Life, MergeRequested
from engine.sides import Sides, sides, unite
from engine.state import Book, Customer, Order, Parked
from engine.turn import Turn

MET: Final = 16 * recall.STRIDE
"""Bytes of visitors' ids that are remembered; one that was forgotten is asked again, in vain."""


class Brought(Struct, array_like=True):
    """What a visitor's id has gathered. A visitor has no ledger, no tier and no challenges."""

    memory: Any
    sides: Sides
    zone: str
    country: str
    told: dict[str, float]
    consents: list[str]
    orders: dict[str, Order]
    parked: list[Parked]
    sent: list[tuple[float, str]]
    rests: dict[str, float]


def meet(turn: Turn, event: Happening) -> None:
    """A known id was seen together with another: ask that one to join, once."""
    others = {event.anonymous_id, event.previous_id if isinstance(event, Alias) else None}
    for other in sorted(other for other in others if other is not None and other != turn.who):
        mark = crc32(other.encode()).to_bytes(recall.STRIDE, "little")
        customer = turn.customer
        if recall.among(customer.met, mark):
            continue
        fresh = not customer.known
        customer.met = (customer.met + mark)[-MET:]
        turn.dispatch(other, "Merge Requested", turn.who, into=turn.who, fresh=fresh)


def leave(turn: Turn, into: str, *, fresh: bool) -> None:
    """A visitor becomes a known customer, and keeps nothing but where it went."""
    customer = turn.customer
    if customer.known:
        turn.note("two_members")
        return
    book = customer.book
    brought = Brought(
        msgspec.to_builtins(customer.memory), sides(customer, turn.who),
        customer.zone, customer.country, customer.told, book.consents,
        book.orders, book.parked, book.sent, customer.rests,
    )  # fmt: skip
    state = msgspec.to_builtins(brought)
    turn.dispatch(into, "Merge In", turn.who, origin=turn.who, fresh=fresh, state=state)
    empty(customer, turn.world.mind.newcomer())
    customer.survivor = into
    turn.note("merged_away")


def absorb(turn: Turn, life: Life) -> None:
    """Take in what a visitor brings. Its orders earn nothing: a guest has no ledger.

    Holdout and arms are the known id's own, unless it was first seen when the visitor logged in.
    """
    customer, brought = turn.customer, msgspec.json.decode(life.state, type=Brought)
    turn.world.mind.merge(customer, brought.memory)
    profile.unite(customer, brought.told, brought.consents, brought.zone, brought.country)
    book = customer.book
    unite(turn, brought.sides, keep=not life.fresh, both_known=False)
    book.orders = {**brought.orders, **book.orders}
    waiting = {(each.order, each.key) for each in book.parked}
    book.parked += [each for each in brought.parked if (each.order, each.key) not in waiting]
    book.sent = sorted([*book.sent, *brought.sent])
    for policy, until in brought.rests.items():
        customer.rests[policy] = max(until, customer.rests.get(policy, until))
    turn.note("merged_in")


def hand_on(turn: Turn, event: Happening, name: str) -> None:
    """An event of an id that is another one now, with its own message id."""
    if isinstance(event, MergeRequested):
        turn.note("merged_before")
    else:
        turn.hand_on(turn.customer.survivor, event, name)
        turn.note("handed_on")


def empty(customer: Customer[Any], memory: Any) -> None:
    """Forget everything but the message ids. memory: an empty one."""
    customer.memory, customer.shelf, customer.inbox = memory, Book(), b"[]"
    customer.zone = customer.country = ""
    customer.scores, customer.watches, customer.told, customer.rests = [], {}, {}, {}
    customer.pulse = customer.due = NEVER
    customer.journey, customer.arms, customer.dealt, customer.met = None, {}, 0, b""
