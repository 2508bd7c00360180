"""Two customers' states become one, part by part (DOMAIN: identity).

Lots are joined, debts added, contributions united, cap counters summed. What a budget gave to the
id that ends counts as used there, for a quota does not change partitions.
"""

from typing import Any, Final

import msgspec

from engine import budgets, enrolments, ledger, notices, orders, tiers
from engine.redemptions import known
from engine.state import (
    NOTICES,
    OFFERS,
    TAGS,
    WAITS,
    WISHES,
    Book,
    Journey,
    Ledger,
    Lot,
    Referring,
)
from engine.turn import Turn


def let_go(turn: Turn) -> None:
    """Before a book leaves its partition: its rewards draw on no budget of it any more."""
    for grant in turn.customer.book.rewards.values():
        budgets.commit(turn, grant.drawn)
        grant.drawn = []


def join(turn: Turn, other: Book, origin: str) -> None:
    """Take another's book into this customer's, but for consents and sides. origin: its id."""
    book = turn.customer.book
    begun = [moment for moment in (book.enrolled, other.enrolled) if moment]
    book.enrolled = min(begun, default=0.0)
    _join_ledgers(turn, other.ledger)
    told_twice = [(ident, other.orders[ident]) for ident in other.orders if ident in book.orders]
    book.orders = dict(
        sorted({**other.orders, **book.orders}.items(), key=lambda item: item[1].day)
    )
    for ident, order in told_twice:
        twice = order.awarded - order.reversed
        ledger.reverse(turn, ident, twice, "merge", f"{ident}/{origin}", merged=origin)
    waiting = {(each.order, each.key) for each in book.parked}
    book.parked += [each for each in other.parked if (each.order, each.key) not in waiting]
    for parked in list(book.parked):
        if parked.order in book.orders:
            orders.unpark(turn, parked.order, book.orders[parked.order])
    book.rewards = {**other.rewards, **book.rewards}
    book.sent = sorted([*book.sent, *other.sent])
    book.questions = sorted([*book.questions, *other.questions], key=lambda each: each.asked)
    waits = {each.policy for each in book.deferred}
    book.deferred += [each for each in other.deferred if each.policy not in waits]
    offers = sorted([*other.offers, *book.offers], key=lambda each: each.expires)
    book.offers = list({each.policy: each for each in offers}.values())[-OFFERS:]
    book.referral = _referrals(book.referral, other.referral)
    book.mails = list(dict.fromkeys([*other.mails, *book.mails]))
    book.wishes = list(dict.fromkeys([*other.wishes, *book.wishes]))[-WISHES:]
    if turn.customer.known:
        enrolments.unite(turn, other, origin)
        tiers.unite(turn, other.tier, origin)
    notices.plan(turn)


def journeys(turn: Turn, mine: Journey | None, other: Journey | None) -> Journey | None:
    """What policies keep of both: all tags, the longer stay in a segment, the later alarm."""
    if mine is None or other is None:
        return mine or other
    stays = None
    if mine.segments is not None or other.segments is not None:
        stays = {**(other.segments or {}), **(mine.segments or {})}
        for ident, since in (other.segments or {}).items():
            stays[ident] = min(since, stays[ident])
    waits = [*mine.waits, *(ident for ident in other.waits if ident not in mine.waits)]
    for _ in waits[WAITS:]:
        turn.note("too_many_waits")
    return Journey(
        tags=list(dict.fromkeys([*other.tags, *mine.tags]))[-TAGS:],
        segments=stays,
        waits={
            ident: max(mine.waits.get(ident, 0), other.waits.get(ident, 0))
            for ident in waits[:WAITS]
        },
        rang=max(mine.rang, other.rang),
        clock=min(mine.clock, other.clock),
    )


def inboxes(mine: bytes, other: bytes) -> bytes:
    """The newest on-site messages of both, each text once, as the JSON that pages read."""
    if other == b"[]":
        return mine
    notices = sorted([*_notices.decode(other), *_notices.decode(mine)], key=lambda each: each["at"])
    newest = {each["title"]: each for each in notices}
    return _json.encode(sorted(newest.values(), key=lambda each: each["at"])[-NOTICES:])


def _referrals(mine: Referring | None, other: Referring | None) -> Referring | None:
    """Friends and fingerprints of both; each one's code leads here."""
    if mine is None or other is None:
        return mine or other
    touched = max((mine.touched, mine.touch), (other.touched, other.touch))
    return Referring(
        mine.code or other.code,
        list(dict.fromkeys([*other.prints, *mine.prints])),
        list(dict.fromkeys([*other.told, *mine.told])),
        [*other.friends, *mine.friends],
        touched[1],
        touched[0],
        mine.claim or other.claim,
    )


def _join_ledgers(turn: Turn, other: Ledger) -> None:
    """One ledger with the points of both; each keeps its ends, and the totals are sums."""
    mine = turn.customer.book.ledger
    for hold in [hold for hold in other.holds if known(mine, hold.redemption)]:
        _put_back(other, hold.taken)
        other.holds.remove(hold)
        turn.note("redemption_of_both")
    by_source = {lot.source: lot for lot in mine.lots}
    for lot in other.lots:
        if (same := by_source.get(lot.source)) is None:
            mine.lots.append(lot)
        else:
            _join_lots(same, lot)
    mine.holds += other.holds
    for total in ("debt", "issued", "redeemed", "expired", "reversed", "restored"):
        setattr(mine, total, getattr(mine, total) + getattr(other, total))
    mine.settled = {**other.settled, **mine.settled}
    mine.spent = {**other.spent, **mine.spent}


def _put_back(ledger: Ledger, taken: list[tuple[str, int]]) -> None:
    for source, points in taken:
        for lot in ledger.lots:
            if lot.source == source:
                lot.reserved -= points
                lot.available += points


def _join_lots(lot: Lot, other: Lot) -> None:
    """Both stand for one order: the later ends hold, so that nobody loses by being told twice."""
    lot.matures, lot.expires = max(lot.matures, other.matures), max(lot.expires, other.expires)
    lot.pending += other.pending
    lot.available += other.available
    lot.reserved += other.reserved


_notices: Final = msgspec.json.Decoder(list[dict[str, Any]])
_json: Final = msgspec.json.Encoder()
