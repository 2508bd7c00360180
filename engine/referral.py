"""Members who bring friends (DOMAIN: referral).

A friend touches a link and places a first order. They claim it by the log: the code's index hands
the claim to the referrer, who answers; indexes of e-mail, phone and payment object if somebody has
ordered under these before. Both rewards wait until the order cannot be sent back any more; if it is
sent back later, both are taken back. Nobody's address is kept: see `engine.fingerprints`.
"""

from collections.abc import Mapping
from typing import Any, Final

from engine import enrolments, indexes, rewards
from engine.challenges.referral import QUALIFIED
from engine.chance import digest
from engine.codes import code
from engine.dates import DAY, NEVER
from engine.events import Asking, Happening
from engine.fingerprints import MAIL, PAYMENT, PHONE, STRONG, prints
from engine.money import minor
from engine.programme import ReferralRule
from engine.state import Claim, Customer, Friend, Order, Referring
from engine.turn import Turn

ASKED: Final = "asked"
ACCEPTED: Final = "accepted"
QUALIFIED_: Final = "qualified"
OVER: Final = "over"
NEW_BY: Final = (MAIL, PHONE, PAYMENT)
"""Somebody who has ordered under one of these before is nobody's new friend."""
PRINTS: Final = 12
"""Fingerprints that are kept of a member; the newest stay."""
MONTH, YEAR = 30 * DAY, 365 * DAY


def shared(turn: Turn) -> None:
    """A member shares their link: from now on its code leads to them."""
    rule, mine = turn.world.programme.referral, _mine(turn)
    if rule is None or not turn.customer.known or mine.code:
        return
    mine.code = code(turn.world.programme.salt, turn.who, "referral")
    turn.customer.book.referral = mine
    indexes.claim(turn, indexes.CODE, mine.code)


def met(turn: Turn, event: Happening, touched: str | None, at: float) -> None:
    """Remember what the event says of the person, and whose link it followed; the last counts."""
    if turn.world.programme.referral is None:
        return
    mine, seen = _mine(turn), _seen(turn, event)
    fresh = [each for each in seen if each not in mine.prints]
    if fresh:
        mine.prints = [*mine.prints, *fresh][-PRINTS:]
    if touched and at >= mine.touched:
        mine.touch, mine.touched = touched, at
    if fresh or touched:
        turn.customer.book.referral = mine


def ordered(turn: Turn, event: Happening, ident: str, order: Order) -> None:
    """Tell the indexes of everybody's first order, and claim it where a link led to it."""
    rule = turn.world.programme.referral
    if rule is None or not turn.customer.known:
        return
    mine = _mine(turn)
    for each in mine.prints:
        kind, _, what = each.partition(":")
        if kind in NEW_BY and each not in mine.told:
            mine.told = [*mine.told, each][-PRINTS:]
            indexes.claim(turn, kind, what)
    if mine.touch and mine.claim is None:
        turn.customer.book.referral = mine
        mine.claim = Claim(ident, order.at, ASKED)
        objection = _objection(turn, rule, mine, order)
        if objection is not None:
            _refuse(turn, mine.claim, objection)
            return
        signs = [each for each in _seen(turn, event) if each.partition(":")[0] not in STRONG]
        told: dict[str, Any] = {"friend": turn.who, "order_id": ident, "at": order.at}
        index = indexes.index_of(indexes.CODE, mine.touch)
        turn.dispatch(index, "Referral Claimed", ident, prints=mine.prints, signs=signs, **told)


def asked(turn: Turn, claim: Asking) -> None:
    """At the code: hand it to whose it is. At that member: believe it, or say why not."""
    if turn.who.startswith(indexes.LEAD):
        indexes.asleep(turn)
        owner = turn.customer.book.owner
        if owner:
            turn.dispatch(owner, "Referral Claimed", claim.order_id, **_told(claim))
        else:
            _answer(turn, claim, "unknown_code")
        return
    mine = _mine(turn)
    turn.customer.book.referral = mine
    objection = _fraud(turn, mine, claim)
    if objection is None:
        year = turn.now - YEAR
        recent = [each for each in mine.friends if each.at > year]
        mine.friends = [*recent, Friend(claim.friend, claim.order_id, turn.now)]
    _answer(turn, claim, objection or "", flags=_flags(mine, claim))


def answered(turn: Turn, order: str, reason: str, referrer: str, flags: list[str]) -> None:
    """The referrer has said yes or no to a friend's claim."""
    claim = _claim(turn, order)
    if claim is None or claim.state not in (ASKED, OVER):
        return
    claim.referrer, claim.flags = referrer, flags
    if claim.state == OVER:
        if not reason:
            _settle(turn, claim, kept=False)
    elif reason:
        _refuse(turn, claim, reason)
    else:
        claim.state = ACCEPTED
        claim.due = claim.at + turn.world.programme.points.pending_days * DAY


def taken(turn: Turn, kind: str) -> None:
    """Somebody else has ordered before under the same e-mail, phone or payment."""
    mine = turn.customer.book.referral
    if mine is not None and mine.claim is not None and mine.claim.state in (ASKED, ACCEPTED):
        _refuse(turn, mine.claim, f"not_new_{kind}")


def returned(turn: Turn, ident: str, order: Order) -> None:
    """Some of an order went back: what is below the minimum brings nobody anything."""
    claim, rule = _claim(turn, ident), turn.world.programme.referral
    if claim is None or rule is None or order.kept >= _least(turn, rule):
        return
    if claim.state == QUALIFIED_:
        rewards.revoke(turn, _ident(turn.who, claim.order, "friend"), "referral")
    if claim.state != OVER:
        _refuse(turn, claim, "order_returned")


def settled(turn: Turn, friend: str, order: str, *, kept: bool) -> None:
    """A friend's order has matured, or has come back after all."""
    mine = turn.customer.book.referral
    found = [each for each in (mine.friends if mine else ()) if each.order == order]
    known = next((each for each in found if each.who == friend), None)
    if mine is None or known is None:
        return
    ident, key = _ident(turn.who, order, "referrer"), f"{friend}/{order}"
    rule = turn.world.programme.referral
    if not kept:
        mine.friends = [each for each in mine.friends if each is not known]
        if known.qualified:
            rewards.revoke(turn, ident, "referral")
            enrolments.withdraw(turn, QUALIFIED, key)
    elif not known.qualified:
        known.qualified = True
        turn.say(QUALIFIED, "referral", f"{key}@{turn.cause}", friend=friend)
        if rule is not None and rule.referrer is not None:
            rewards.unlock(turn, ident, rule.referrer, "referral", at=turn.now)
        enrolments.count_action(turn, QUALIFIED, key, turn.now)


def forget(turn: Turn) -> None:
    """Before an erasure: the indexes forget this id."""
    mine = turn.customer.book.referral
    if mine is None:
        return
    known = [each.partition(":")[::2] for each in mine.told]
    if mine.code:
        known.append((indexes.CODE, mine.code))
    for kind, what in known:
        turn.dispatch(indexes.index_of(kind, what), "Index Released", turn.who, owner=turn.who)


def due(customer: Customer[Any]) -> float:
    """When a friend's order cannot be sent back any more."""
    mine = customer.book.referral
    waits = mine is not None and mine.claim is not None and mine.claim.state == ACCEPTED
    return mine.claim.due if waits and mine is not None and mine.claim is not None else NEVER


def fire(turn: Turn) -> None:
    """The friend's order stands: both are rewarded."""
    mine, rule = turn.customer.book.referral, turn.world.programme.referral
    claim = mine.claim if mine is not None else None
    if claim is None:
        return
    claim.state = QUALIFIED_
    ident = _ident(turn.who, claim.order, "friend")
    turn.say(QUALIFIED, "referral", claim.order, referrer=claim.referrer, flags=claim.flags)
    if rule is not None and rule.friend is not None:
        rewards.unlock(turn, ident, rule.friend, "referral", at=turn.now)
    _settle(turn, claim, kept=True)


def _mine(turn: Turn) -> Referring:
    return turn.customer.book.referral or Referring()


def _seen(turn: Turn, event: Happening) -> list[str]:
    return [f"{kind}:{what}" for kind, what in prints(event, turn.world.programme.salt).items()]


def _claim(turn: Turn, order: str) -> Claim | None:
    mine = turn.customer.book.referral
    claim = mine.claim if mine is not None else None
    return claim if claim is not None and claim.order == order else None


def _least(turn: Turn, rule: ReferralRule) -> int:
    return minor(rule.minimum, turn.world.programme.currency)


def _objection(turn: Turn, rule: ReferralRule, mine: Referring, order: Order) -> str | None:
    """Why this order is no friend's first, as far as the friend can tell."""
    if len(turn.customer.book.orders) > 1:
        return "not_new"
    if order.at - mine.touched > rule.days * DAY:
        return "too_late"
    return "order_too_small" if order.kept < _least(turn, rule) else None


def _fraud(turn: Turn, mine: Referring, claim: Asking) -> str | None:
    """Why a member cannot have brought this friend."""
    rule = turn.world.programme.referral
    if rule is None or not turn.customer.known:
        return "no_referral"
    if claim.friend == turn.who:
        return "same_customer"
    shared_ = {each.partition(":")[0] for each in {*mine.prints} & {*claim.prints}}
    for kind in STRONG:
        if kind in shared_:
            return f"same_{kind}"
    if sum(each.at > turn.now - MONTH for each in mine.friends) >= rule.month:
        return "month_cap"
    brought = sum(each.at > turn.now - YEAR for each in mine.friends)
    return "year_cap" if brought >= rule.year else None


def _flags(mine: Referring, claim: Asking) -> list[str]:
    """What families share: told, and no reason."""
    return sorted(each.partition(":")[0] for each in {*mine.prints} & {*claim.signs})


def _told(claim: Asking) -> Mapping[str, Any]:
    return {name: getattr(claim, name) for name in claim.__struct_fields__}


def _answer(turn: Turn, claim: Asking, reason: str, flags: list[str] | None = None) -> None:
    told: dict[str, Any] = {"order_id": claim.order_id, "reason": reason, "flags": flags or []}
    turn.dispatch(claim.friend, "Referral Answered", claim.order_id, referrer=turn.who, **told)


def _refuse(turn: Turn, claim: Claim, reason: str) -> None:
    """It is over; a referrer who counts on it hears so."""
    before, claim.state = claim.state, OVER
    key = f"{claim.order}@{turn.cause}"
    told: dict[str, Any] = {"order_id": claim.order, "referrer": claim.referrer}
    turn.say("Referral Rejected", "referral", key, (reason,), **told)
    if before in (ACCEPTED, QUALIFIED_):
        _settle(turn, claim, kept=False)


def _settle(turn: Turn, claim: Claim, *, kept: bool) -> None:
    told: dict[str, Any] = {"friend": turn.who, "order_id": claim.order, "kept": kept}
    turn.dispatch(claim.referrer, "Referral Settled", f"{claim.order}/{kept}", **told)


def _ident(who: str, order: str, side: str) -> str:
    return digest("referral", who, order, side)
