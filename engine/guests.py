"""A guest's order is the member's who has the same e-mail, once (DOMAIN: identity).

The guest's order and the member meet at an index of the e-mail's hash, in one partition's log. It
remembers guests for some days, and the first member; whoever comes second finds the other there.
The guest then becomes the member, as if they had logged in, and those orders earn.
"""

from typing import Final

from engine import awards, indexes, ledger
from engine.dates import DAY
from engine.events import Happening, OrderCompleted
from engine.fingerprints import MAIL, prints
from engine.state import Order
from engine.turn import Turn

KIND: Final = "guest"
MOST: Final = 20
"""Guests that one e-mail's index remembers; and e-mails of one member. The newest stay."""


def met(turn: Turn, event: Happening) -> None:
    """Somebody has told their e-mail: a guest leaves word of an order, a member asks for such."""
    days = turn.world.programme.points.guest_days
    mail = prints(event, turn.world.programme.salt).get(MAIL) if days else None
    if mail is None:
        return
    customer, index = turn.customer, indexes.index_of(KIND, mail)
    if customer.known:
        if mail not in customer.book.mails:
            customer.book.mails = [*customer.book.mails, mail][-MOST:]
            turn.dispatch(index, "Guests Sought", turn.who, owner=turn.who)
    elif isinstance(event, OrderCompleted):
        turn.dispatch(index, "Guest Ordered", event.properties.order_id, owner=turn.who)


def left(turn: Turn, guest: str) -> None:
    """At the index: a guest has ordered."""
    indexes.asleep(turn)
    book, until = turn.customer.book, turn.now + turn.world.programme.points.guest_days * DAY
    others = [each for each in book.guests if each[0] != guest and each[1] > turn.now]
    book.guests = [*others, (guest, until)][-MOST:]
    if book.owner:
        _join(turn)


def sought(turn: Turn, member: str) -> None:
    """At the index: a member has this e-mail. The first one stays."""
    indexes.asleep(turn)
    book = turn.customer.book
    book.owner = book.owner or member
    if book.owner == member:
        _join(turn)


def claim(turn: Turn, ident: str, order: Order) -> None:
    """A guest's order that is the member's now earns what it would have, without multipliers."""
    days = turn.world.programme.points.guest_days
    if order.awarded or turn.now - order.at > days * DAY:
        return
    awards.plainly(turn, order)
    ledger.earn(turn, ident, order.awarded, order.at, claimed=True)


def forget(turn: Turn) -> None:
    """Before an erasure: the indexes forget this id."""
    for mail in turn.customer.book.mails:
        index = indexes.index_of(KIND, mail)
        turn.dispatch(index, "Index Released", turn.who, owner=turn.who)


def _join(turn: Turn) -> None:
    """Let every guest who is remembered become the member."""
    book = turn.customer.book
    for guest, until in book.guests:
        if until > turn.now:
            told = {"into": book.owner, "claim": True}
            turn.dispatch(guest, "Merge Requested", turn.who, **told)
    book.guests = []
