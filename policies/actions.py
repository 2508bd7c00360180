"""What a policy does once no gate objects: give, enrol, tag, offer, and say it.

Every deed is a decision of its own, or goes with the message; all carry the policy as their rule.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from engine import joining, rewards
from engine.chance import digest
from engine.dates import DAY
from engine.programme import PolicyRule, Variant
from engine.state import NOTICES, OFFERS, TAGS, Customer, Journey, Offered
from engine.turn import Turn
from policies.bid import MARKETING, ONSITE, Odds
from policies.choosing import drawn
from policies.rulebook import Policy
from policies.templates import render
from policies.view import SCORES, View

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


def perform(
    turn: Turn, policy: Policy, chosen: Variant | None, odds: Odds, why: dict[str, Any]
) -> str | None:
    """Do all that the policy does, in a fixed order; the message last, so that it can tell.

    why: what the decision says of its reasons. Returns why it could not be said, or None.
    """
    rule, view = policy.rule, View(turn, policy.words.reads)
    if chosen is not None:
        chances = {each.id: chance for each, chance in odds}
        why |= {"variant": chosen.id, "odds": chances, "drawn": round(drawn(turn, rule), 6)}
        if gone := [each.id for each in rule.variants if each.id not in chances]:
            why["left_out"] = dict.fromkeys(gone, "budget_empty")
    for deed in (_tag, _untag, _enrol, _unlock):
        deed(turn, rule, chosen)
    _offer(turn, policy, chosen)
    said = policy.said(chosen)
    if said is None:
        key = f"{rule.id}@{turn.cause}"
        turn.say("Action Decided", rule.id, key, ("condition_met",), does=list(rule.deeds), **why)
        return None
    title, body = render(said.title, view), render(said.body, view)
    if title is None or body is None:
        return "text_failed"
    _send(turn, rule, {"title": title, "body": body, **why})
    return None


def reasons(turn: Turn, policy: Policy, passed: Sequence[str]) -> dict[str, Any]:
    """What led here, as it is now. passed: the gates that had nothing against it, in order."""
    numbers = dict(policy.when.explain(View(turn, policy.words.reads)))
    return {"numbers": numbers, "scores": scores(turn), "passed": passed}


def _tag(turn: Turn, rule: PolicyRule, chosen: Variant | None) -> None:
    """Keep a word on the member."""
    journey = turn.customer.journey or Journey()
    if rule.tag is not None and rule.tag not in journey.tags:
        journey.tags = [*journey.tags, rule.tag][-TAGS:]
        turn.customer.journey = journey
        turn.say("Tag Added", rule.id, f"{rule.id}@{turn.cause}", tag=rule.tag)


def _untag(turn: Turn, rule: PolicyRule, chosen: Variant | None) -> None:
    """Take a word off again."""
    journey = turn.customer.journey
    if journey is not None and rule.untag in journey.tags:
        journey.tags = [tag for tag in journey.tags if tag != rule.untag]
        turn.say("Tag Removed", rule.id, f"{rule.id}@{turn.cause}", tag=rule.untag)


def _enrol(turn: Turn, rule: PolicyRule, chosen: Variant | None) -> None:
    """Let the member take part in a challenge that one joins."""
    if rule.challenge is not None:
        joining.join(turn, rule.challenge, turn.now)


def _unlock(turn: Turn, rule: PolicyRule, chosen: Variant | None) -> None:
    """Give a reward of the catalogue, once for what set the policy off."""
    reward = (chosen and chosen.reward) or rule.reward
    if reward is not None:
        ident = digest(turn.who, "policy", rule.id, turn.cause)
        rewards.unlock(turn, ident, reward, rule.id, at=turn.now, bound=False)


def _offer(turn: Turn, policy: Policy, chosen: Variant | None) -> None:
    """Show something in the profile until it expires; a newer one of the policy takes its place."""
    rule, made = policy.rule, policy.offer(chosen)
    title = render(made.title, View(turn, policy.words.reads)) if made is not None else None
    if made is None or title is None:
        return
    book, expires = turn.customer.book, turn.now + made.offer.days * DAY
    kept = [each for each in book.offers if each.policy != rule.id and each.expires > turn.now]
    key, reward = f"{rule.id}@{turn.cause}", made.offer.reward or ""
    ident = turn.say("Reward Offered", rule.id, key, title=title, expires=expires, reward=reward)
    book.offers = [*kept, Offered(ident, rule.id, title, expires, reward)][-OFFERS:]


def _send(turn: Turn, rule: PolicyRule, told: Mapping[str, Any]) -> None:
    customer, key = turn.customer, f"{rule.id}@{turn.cause}"
    about = {"channel": rule.channel, "purpose": rule.purpose, **told}
    ident = turn.say("Message Decided", rule.id, key, ("condition_met",), **about)
    if rule.channel == ONSITE:
        others = [notice for notice in notices(customer) if notice.title != told["title"]]
        customer.inbox = _json.encode([*others, Notice(ident, turn.now, told["title"])][-NOTICES:])
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


_json: Final = msgspec.json.Encoder()
_notices: Final = msgspec.json.Decoder(list[Notice])
