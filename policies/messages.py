"""From a policy that wants to speak to a message decided, deferred or suppressed.

Each is recorded with its reason.
"""

from collections.abc import Iterable
from typing import Any, Final

from engine.dates import DAY, NEVER
from engine.state import Customer, Deferred, Watch
from engine.turn import Turn
from policies.bid import MARKETING, ONSITE, Bid, Objection
from policies.guards import GUARDS
from policies.rulebook import Policy
from policies.templates import render
from policies.view import SCORES, View

RETRY: Final = DAY
"""After this long at the earliest, a suppressed policy asks again for the same member (s)."""
INBOX: Final = 5
"""On-site messages that a profile holds; the newest stay."""
REMEMBERED: Final = 7 * DAY
"""How long sent messages are kept for the caps (s)."""


def consider(turn: Turn, policies: Iterable[Policy]) -> None:
    """A trigger has fired: if it is not too soon and the condition holds, ask the gates."""
    watches, view = turn.customer.watches, None
    for policy in policies:
        watch = watches.get(policy.rule.id)
        if watch is None or turn.now >= watch.rests:
            view = view if view is not None else View(turn)
            if policy.when.run(view):
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
    watch = turn.customer.watches.setdefault(policy.rule.id, Watch())
    if objection is None:
        watch.rests = turn.now + policy.rule.cool_down_days * DAY
        _send(turn, policy, view)
    elif objection.until:
        watch.rests = objection.until
        _defer(turn, bid, objection)
    else:
        watch.rests = turn.now + RETRY
        suppress(turn, policy.rule.id, objection.because, policy.rule.channel)


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
        customer.book.inbox = [*customer.book.inbox, (turn.now, ident, title)][-INBOX:]
    elif rule.purpose == MARKETING:
        kept = [(at, channel) for at, channel in customer.book.sent if turn.now - at < REMEMBERED]
        customer.book.sent = [*kept, (turn.now, rule.channel)]


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
