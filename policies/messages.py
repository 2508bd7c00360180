"""From a policy that wants to speak to a message decided, deferred or suppressed.

Each is recorded with its reason.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct

from engine.dates import DAY, NEVER
from engine.state import Customer, Deferred
from engine.turn import Turn
from policies.bid import MARKETING, ONSITE, Bid, Objection
from policies.guards import GUARDS
from policies.rulebook import Policy
from policies.templates import render
from policies.view import SCORES, View

RETRY: Final = DAY
"""After this long at the earliest, a suppressed policy asks again for the same member (s)."""
INBOX: Final = 5
"""On-site messages that a profile holds, each text once; the newest stay."""
REMEMBERED: Final = 7 * DAY
"""How long sent messages are kept for the caps (s)."""


class Notice(Struct):
    """An on-site message as pages read it. id: the decision's; at: log time (s)."""

    id: str
    at: float
    title: str


def notices(customer: Customer[Any]) -> list[Notice]:
    """The on-site messages of a profile, oldest first."""
    return _notices.decode(customer.inbox)


def consider(turn: Turn, policies: Iterable[Policy]) -> None:
    """A trigger has fired: if it is not too soon and the condition holds, ask the gates."""
    rests, view = turn.customer.rests, None
    for policy in policies:
        if turn.now >= rests.get(policy.rule.id, 0.0) and policy.holds(turn):
            view = view if view is not None else View(turn)
            _ask(turn, policy, view, Bid(policy.rule, turn.now))


def reconsider(turn: Turn, policy: Policy, deferred: Deferred) -> None:
    """A deferred message's morning has come: the condition and every gate are asked again."""
    view = View(turn)
    if policy.when(view):
        _ask(turn, policy, view, Bid(policy.rule, deferred.since))
    else:
        suppress(turn, policy.rule.id, "reason_gone", policy.rule.channel)


def suppress(turn: Turn, ident: str, because: str, channel: str) -> None:
    """Not sent, and why."""
    turn.say("Message Suppressed", ident, f"{ident}@{turn.cause}", (because,), channel=channel)


def due(customer: Customer[Any]) -> float:
    """When the next deferred message may be asked again."""
    return min((deferred.until for deferred in customer.book.deferred), default=NEVER)


def cancel(turn: Turn, idents: frozenset[str]) -> None:
    """Something happened that these messages wanted to bring about."""
    customer = turn.customer
    for deferred in [deferred for deferred in customer.book.deferred if deferred.policy in idents]:
        customer.book.deferred.remove(deferred)
        suppress(turn, deferred.policy, "reason_gone", "deferred")


def _ask(turn: Turn, policy: Policy, view: View, bid: Bid) -> None:
    objection = next(filter(None, (guard.objects(bid, turn) for guard in GUARDS)), None)
    if objection is None:
        _rest(turn, policy, turn.now + policy.rule.cool_down_days * DAY)
        _send(turn, policy, view)
    elif objection.until:
        _rest(turn, policy, objection.until)
        _defer(turn, bid, objection)
    else:
        _rest(turn, policy, turn.now + RETRY)
        suppress(turn, policy.rule.id, objection.because, policy.rule.channel)


def _rest(turn: Turn, policy: Policy, until: float) -> None:
    """Not again before then; rests that are over are forgotten, for they say nothing."""
    rests = turn.customer.rests
    for ident in [ident for ident, end in rests.items() if end <= turn.now]:
        del rests[ident]
    rests[policy.rule.id] = until


def _defer(turn: Turn, bid: Bid, objection: Objection) -> None:
    turn.customer.book.deferred.append(
        Deferred(bid.rule.id, turn.cause, bid.since, objection.until)
    )
    key = f"{bid.rule.id}@{turn.cause}"
    turn.say(
        "Message Deferred",
        bid.rule.id,
        key,
        (objection.because,),
        channel=bid.rule.channel,
        until=objection.until,
    )


def _send(turn: Turn, policy: Policy, view: View) -> None:
    rule, customer = policy.rule, turn.customer
    title, body = render(policy.title, view), render(policy.body, view)
    if title is None or body is None:
        suppress(turn, rule.id, "text_failed", rule.channel)
        return
    ident = turn.say(
        "Message Decided",
        rule.id,
        f"{rule.id}@{turn.cause}",
        ("condition_met",),
        channel=rule.channel,
        purpose=rule.purpose,
        title=title,
        body=body,
        numbers=dict(policy.when.explain(view)),
        scores=scores(turn),
    )
    if rule.channel == ONSITE:
        others = [notice for notice in notices(customer) if notice.title != title]
        customer.inbox = _json.encode([*others, Notice(ident, turn.now, title)][-INBOX:])
    elif rule.purpose == MARKETING:
        kept = [(at, channel) for at, channel in customer.book.sent if turn.now - at < REMEMBERED]
        customer.book.sent = [*kept, (turn.now, rule.channel)]


_json: Final = msgspec.json.Encoder()
_notices: Final = msgspec.json.Decoder(list[Notice])


def scores(turn: Turn) -> dict[str, dict[str, Any]]:
    """Each score with the version that gave it; `prior` where no model has been published yet."""
    return {
        name: {"score": round(turn.customer.scores[place], 6), "version": version(turn, name)}
        for name, place in SCORES.items()
    }


def version(turn: Turn, name: str) -> str:
    """The version of the model that scores now."""
    snapshot = turn.world.models.get(name)
    return snapshot.version if snapshot is not None else "prior"
