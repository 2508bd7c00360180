"""Two ids, one person (DOMAIN: time and identity).

Two steps through the log, because the two may live in different partitions. One id asks the other
(Merge Requested); the one that ends hands over all that is known of it (Merge In) and from then on
only hands its events on. Both go by one outbox, so that no event overtakes what came before it.

A visitor becomes one known id, once: whoever else uses the same device later has their own state.
Of two known ids the older one stays. When an id was first known never changes, so each side decides
alike, requests may cross, and what an id has become is always older than itself: no circle arises.
"""

from typing import Any, Final
from zlib import crc32

import msgspec
from msgspec import Struct

from engine import guests, profile, recall, unions
from engine.dates import NEVER
from engine.events import Alias, Fusion, Happening, Life, MergeRequested
from engine.sides import Sides, sides, unite
from engine.state import Book, Customer, Journey
from engine.turn import Turn

MET: Final = 16 * recall.STRIDE
"""Bytes of other ids that are remembered; one that was forgotten is asked again, in vain."""


class Brought(Struct, array_like=True):
    """What an id has gathered. The book's holdout and exposures go by `sides`."""

    memory: Any
    sides: Sides
    zone: str
    country: str
    told: dict[str, float]
    rests: dict[str, float]
    journey: Journey | None
    inbox: bytes
    book: Book


def meet(turn: Turn, event: Happening) -> None:
    """A known id was seen together with another: ask that one to join, once.

    An alias says that two ids are one person, whoever they are; a common device does not.
    """
    customer = turn.customer
    former = event.previous_id if isinstance(event, Alias) else None
    for other in sorted({each for each in (event.anonymous_id, former) if each} - {turn.who}):
        mark = crc32(other.encode()).to_bytes(recall.STRIDE, "little")
        if recall.among(customer.met, mark):
            continue
        customer.met = (customer.met + mark)[-MET:]
        told: dict[str, Any] = {"into": turn.who, "fresh": not customer.known}
        if other == former:
            told["since"] = customer.born if customer.known else turn.now
        turn.dispatch(other, "Merge Requested", turn.who, **told)


def requested(turn: Turn, wish: Fusion) -> None:
    """Become the other id, or have it become this one, or neither."""
    customer = turn.customer
    if wish.into == turn.who:
        turn.note("merged_with_itself")
    elif not customer.known or _older(wish, customer, turn.who):
        _leave(turn, wish)
    elif wish.since is not None or wish.actor is not None:
        key = f"{turn.who}@{turn.cause}"
        turn.dispatch(wish.into, "Merge Requested", key, into=turn.who, since=customer.born)
    else:
        turn.note("two_members")


def _older(wish: Fusion, customer: Customer[Any], who: str) -> bool:
    """Whether the other id was known before this one; ties go by the alphabet."""
    return wish.since is not None and (wish.since, wish.into) < (customer.born, who)


def _leave(turn: Turn, wish: Fusion) -> None:
    """Hand over everything, and keep nothing but where it went."""
    customer = turn.customer
    known, book = customer.known, customer.book
    unions.let_go(turn)
    state = Brought(
        msgspec.to_builtins(customer.memory), sides(customer, turn.who), customer.zone,
        customer.country, customer.told, customer.rests, customer.journey, customer.inbox, book,
    )  # fmt: skip
    told = {"origin": turn.who, "fresh": wish.fresh, "known": known, "claim": wish.claim}
    turn.dispatch(wish.into, "Merge In", turn.who, state=_packed.encode(state), **told)
    empty(customer, turn.world.mind.newcomer())
    customer.survivor = wish.into
    turn.note("merged_away")


def absorb(turn: Turn, life: Life) -> None:
    """Take in what another id brings. A visitor's orders earn nothing, unless they are claimed.

    Holdout and arms are the known id's own, unless it was first seen when the visitor logged in;
    of two known ones the older's, which is this one.
    """
    customer, other = turn.customer, brought(life)
    turn.world.mind.merge(customer, other.memory)
    profile.unite(customer, other.told, other.book, other.zone, other.country)
    unite(turn, other.sides, keep=life.known or not life.fresh, both_known=life.known)
    for policy, until in other.rests.items():
        customer.rests[policy] = max(until, customer.rests.get(policy, until))
    customer.journey = unions.journeys(turn, customer.journey, other.journey)
    customer.inbox = unions.inboxes(customer.inbox, other.inbox)
    unions.join(turn, other.book, life.origin)
    if life.claim and customer.known:
        for ident in other.book.orders:
            guests.claim(turn, ident, customer.book.orders[ident])
    turn.note("merged_in")


def brought(life: Life) -> Brought:
    """What it brings along, read."""
    return _packed_as.decode(life.state)


def hand_on(turn: Turn, event: Happening, name: str) -> None:
    """An event of an id that is another one now, with its own message id."""
    customer = turn.customer
    if isinstance(event, MergeRequested) and not _of_members(event.properties, customer):
        turn.note("merged_before")
    else:
        turn.hand_on(customer.survivor, event, name)
        turn.note("handed_on")


def _of_members(wish: Fusion, customer: Customer[Any]) -> bool:
    """Whether two members are meant, and not a member and whoever has used the same device.

    An operator means what they say. An alias does where this id was a member's; a visitor's was a
    device, and who used it first says nothing of who uses it now.
    """
    if wish.into == customer.survivor:
        return False
    return wish.actor is not None or (wish.since is not None and customer.born > 0)


def empty(customer: Customer[Any], memory: Any) -> None:
    """Forget all but the message ids, and when the id was first known. memory: an empty one."""
    customer.memory, customer.shelf, customer.inbox = memory, Book(), b"[]"
    customer.zone = customer.country = ""
    customer.scores, customer.watches, customer.told, customer.rests = [], {}, {}, {}
    customer.pulse = customer.due = NEVER
    customer.journey, customer.arms, customer.dealt, customer.met = None, {}, 0, b""


_packed: Final = msgspec.msgpack.Encoder()
_packed_as: Final = msgspec.msgpack.Decoder(Brought)
