"""From a policy that wants to do something to what is done, deferred or suppressed.

Each is recorded with its reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from engine.dates import DAY, NEVER
from engine.state import Customer, Deferred
from engine.turn import Turn
from policies.actions import perform, reasons
from policies.bid import Bid, Objection
from policies.choosing import choose
from policies.guards import GUARDS
from policies.rulebook import Policy

RETRY: Final = DAY
"""After this long at the earliest, a suppressed policy asks again for the same member (s)."""


def consider(turn: Turn, policies: Iterable[Policy], taken: dict[str, str] | None = None) -> None:
    """Triggers have fired: where it is not too soon and the condition holds, ask the gates.

    policies: in the order in which they are asked. taken: slots that the step has filled already,
    and by which policy.
    """
    now, rests, taken = turn.now, turn.customer.rests, {} if taken is None else taken
    for policy in policies:
        rule = policy.rule
        if (rests and now < rests.get(rule.id, now)) or not policy.holds(turn):
            continue
        if rule.slot in taken:
            _refuse(turn, policy, "outranked", by=taken[rule.slot])
        elif _ask(turn, policy, Bid(rule, turn.now)) and rule.slot is not None:
            taken[rule.slot] = rule.id


def reconsider(turn: Turn, policy: Policy, deferred: Deferred) -> None:
    """A deferred message's morning has come: the condition and every gate are asked again."""
    if policy.holds(turn):
        _ask(turn, policy, Bid(policy.rule, deferred.since))
    else:
        drop(turn, deferred, policy)


def drop(turn: Turn, deferred: Deferred, policy: Policy | None) -> None:
    """What a message waited to say is pointless, or no policy says it any more."""
    if policy is None:
        suppress(turn, deferred.policy, "policy_gone", since=deferred.since)
    else:
        why = {"channel": policy.rule.channel, "since": deferred.since, **reasons(turn, policy, ())}
        suppress(turn, deferred.policy, "reason_gone", **why)


def suppress(turn: Turn, ident: str, because: str, **why: Any) -> None:
    """Not done, and why."""
    turn.say("Message Suppressed", ident, f"{ident}@{turn.cause}", (because,), **why)


def due(customer: Customer[Any]) -> float:
    """When the next deferred message may be asked again."""
    return min((deferred.until for deferred in customer.book.deferred), default=NEVER)


def cancel(turn: Turn, idents: frozenset[str], policies: Mapping[str, Policy]) -> None:
    """Something happened that these messages wanted to bring about. policies: by id."""
    customer = turn.customer
    for deferred in [deferred for deferred in customer.book.deferred if deferred.policy in idents]:
        customer.book.deferred.remove(deferred)
        drop(turn, deferred, policies[deferred.policy])


def _ask(turn: Turn, policy: Policy, bid: Bid) -> bool:
    """Every gate in its order, then the choice; whether it was done."""
    rule = policy.rule
    objection, passed = _gates(bid, turn)
    if objection is None:
        _rest(turn, policy, turn.now + rule.cool_down_days * DAY)
        why = reasons(turn, policy, passed)
        failed = perform(turn, policy, *choose(turn, rule), why)
        if failed is not None:
            suppress(turn, rule.id, failed, channel=rule.channel, **why)
        return failed is None
    if objection.until:
        _rest(turn, policy, objection.until)
        _defer(turn, policy, bid, objection, passed)
    else:
        _refuse(turn, policy, objection.because, passed)
    return False


def _gates(bid: Bid, turn: Turn) -> tuple[Objection | None, list[str]]:
    """The first objection, and the gates before it, which had none."""
    passed: list[str] = []
    for guard in GUARDS:
        objection = guard.objects(bid, turn)
        if objection is not None:
            return objection, passed
        passed.append(type(guard).__name__)
    return None, passed


def _refuse(
    turn: Turn, policy: Policy, because: str, passed: Sequence[str] = (), **more: str
) -> None:
    """Not now; said once in RETRY, however often it is triggered."""
    _rest(turn, policy, turn.now + RETRY)
    why = {"channel": policy.rule.channel, **more, **reasons(turn, policy, passed)}
    suppress(turn, policy.rule.id, because, **why)


def _rest(turn: Turn, policy: Policy, until: float) -> None:
    """Not again before then; rests that are over are forgotten, for they say nothing."""
    rests = turn.customer.rests
    for ident in [ident for ident, end in rests.items() if end <= turn.now]:
        del rests[ident]
    rests[policy.rule.id] = until


def _defer(
    turn: Turn, policy: Policy, bid: Bid, objection: Objection, passed: Sequence[str]
) -> None:
    turn.customer.book.deferred.append(
        Deferred(bid.rule.id, turn.cause, bid.since, objection.until)
    )
    key, because = f"{bid.rule.id}@{turn.cause}", (objection.because,)
    about = {"channel": bid.rule.channel, "until": objection.until}
    why = reasons(turn, policy, passed)
    turn.say("Message Deferred", bid.rule.id, key, because, **about, **why)
