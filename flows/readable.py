"""The readable fields of a profile hash: what on-site code reads, as integers or JSON."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from engine import completions, enrolments, ledger, rewards, showing
from engine.programme import Programme, TierRule
from engine.state import Customer
from engine.world import World

BENEFITS: Final = ("multiplier", "early_access", "free_shipping", "perks")
"""What a step of the ladder may bring, as `engine.programme.TierRule` names it."""
PLAIN: Final = TierRule(id="plain", name="plain")
_json = msgspec.json.Encoder()


def moving(world: World, customer: Customer[Any]) -> list[bytes | str]:
    """The fields that every event may move: affinity, scores and segments."""
    if customer.gone:
        return []
    return [
        "affinity", _json.encode(world.mind.affinity(customer)),
        "scores", world.mind.scores(customer),
        *_segments(customer),
    ]  # fmt: skip


def standing(world: World, customer: Customer[Any]) -> list[bytes | str]:
    """The fields that only change together with a decision, an order or a redemption.

    Of an id that has become another one, nothing but which; of one that was erased, nothing.
    """
    if customer.gone:
        return ["survivor", customer.survivor] if customer.survivor else []
    if customer.book.owner or customer.book.guests:
        return []  # an index is nobody's profile
    return [
        "points", str(ledger.available(customer.book.ledger)),
        "pending", str(ledger.pending(customer.book.ledger)),
        "debt", str(customer.book.ledger.debt),
        "tier", _tier(world.programme, customer),
        "benefits", _json.encode(_benefits(world.programme, customer)),
        "challenges", _json.encode(_challenges(world, customer)),
        "rewards", _json.encode(_rewards(customer)),
        *_referral(customer),
        *(("offers", _json.encode(_offers(customer))) if customer.book.offers else ()),
    ]  # fmt: skip


def _tier(programme: Programme, customer: Customer[Any]) -> str:
    steps = programme.tiers.steps
    return steps[min(customer.book.tier.level, len(steps) - 1)].id if steps else ""


def _benefits(programme: Programme, customer: Customer[Any]) -> Mapping[str, Any]:
    """What the tier brings; whatever it does not is left out."""
    steps = programme.tiers.steps
    if not steps:
        return {}
    step = steps[min(customer.book.tier.level, len(steps) - 1)]
    told = {name: getattr(step, name) for name in BENEFITS}
    return {name: value for name, value in told.items() if value != getattr(PLAIN, name)}


def _challenges(world: World, customer: Customer[Any]) -> list[Mapping[str, Any]]:
    return [
        {
            "id": each.challenge,
            "progress": enrolments.progress(each),
            "goal": completions.needed(world, each),
            **({"favourite": each.favourite} if each.favourite else {}),
            **({"done": True} if each.done else {}),
        }
        for each in showing.shown(world, customer)
    ]


def _rewards(customer: Customer[Any]) -> list[Mapping[str, Any]]:
    return [
        {"id": ident, "reward": grant.reward, "expires": grant.expires, **rewards.shown(grant)}
        for ident, grant in customer.book.rewards.items()
        if grant.state == rewards.UNLOCKED
    ]


def _referral(customer: Customer[Any]) -> tuple[bytes | str, ...]:
    """Written once somebody has shared their link."""
    mine = customer.book.referral
    if mine is None or not mine.code:
        return ()
    friends = sum(friend.qualified for friend in mine.friends)
    waiting = len(mine.friends) - friends
    return ("referral", _json.encode({"code": mine.code, "friends": friends, "waiting": waiting}))


def _offers(customer: Customer[Any]) -> list[Mapping[str, Any]]:
    """Newest last. Written from the first on; one that has expired goes when the next is made."""
    return [
        {"id": each.id, "title": each.title, "reward": each.reward, "expires": each.expires}
        for each in customer.book.offers
    ]


def _segments(customer: Customer[Any]) -> tuple[bytes | str, ...]:
    """Written once somebody has looked whether the customer is in any."""
    journey = customer.journey
    if journey is None or journey.segments is None:
        return ()
    return ("segments", _json.encode(list(journey.segments)))
