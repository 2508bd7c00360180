"""Rewards that a member holds: unlocked → redeemed, expired or revoked.

The terms of an unlocked one never change.
"""

from typing import Any, Final

from engine import ledger
from engine.dates import DAY, NEVER
from engine.state import Customer, Grant
from engine.turn import Turn

UNLOCKED: Final = "unlocked"
REDEEMED: Final = "redeemed"
REVOKED: Final = "revoked"
EXPIRED: Final = "expired"
KEPT: Final = 60 * DAY
"""How long after its expiry a grant is remembered, so that a late use is refused by its name (s).

Longer where its cycle is still known: a rollback must meet it, and it is not given twice.
"""


def unlock(turn: Turn, ident: str, reward: str, rule: str, *, at: float) -> None:
    """Give a reward once. at: event time that earned it.

    ident: the entitlement, which a repeat shares; once revoked, it may be given again.
    """
    terms = turn.world.programme.reward(reward)
    if terms is None:
        turn.note("reward_gone")
        return
    held = turn.customer.book.rewards.get(ident)
    if held is not None and held.state != REVOKED:
        return
    grant = Grant(reward, UNLOCKED, turn.now, turn.now + terms.valid_days * DAY)
    turn.customer.book.rewards[ident] = grant
    key = f"{ident}@{turn.cause}"
    turn.say("Reward Unlocked", rule, key, reward=reward, reward_id=ident, expires=grant.expires)
    if terms.kind == "points":
        grant.state, grant.points = REDEEMED, terms.points
        ledger.credit(turn, ident, terms.points, at, rule)


def revoke(turn: Turn, ident: str, rule: str) -> str:
    """Take a reward back unless it was used; returns what came of it.

    Points that it was worth are reversed like any others, spent or not.
    """
    grant = turn.customer.book.rewards.get(ident)
    if grant is None:
        return "no_reward"
    if grant.state != UNLOCKED and not grant.points:
        return f"reward_{grant.state}"
    points, grant.state, grant.points = grant.points, REVOKED, 0
    key = f"{ident}@{turn.cause}"
    turn.say("Reward Revoked", rule, key, ("rolled_back",), reward=grant.reward, reward_id=ident)
    ledger.reverse(turn, ident, points, rule, key)
    return "reward_revoked"


def redeem(turn: Turn, ident: str, redemption: str) -> None:
    """Use a reward at the till; refused with a reason unless it is unlocked.

    redemption: what uses it, so that a repeat has no effect.
    """
    grant = turn.customer.book.rewards.get(ident)
    if grant is not None and grant.state == UNLOCKED:
        grant.state, grant.redemption = REDEEMED, redemption
        turn.say("Reward Redeemed", "rewards", ident, reward=grant.reward, reward_id=ident)
    elif grant is not None and grant.redemption == redemption:
        turn.note("repeat")
    else:
        reason = "unknown_reward" if grant is None else grant.state
        key = f"{ident}/{redemption}@{turn.cause}"
        turn.say("Reward Refused", "rewards", key, (reason,), reward_id=ident)


def release(customer: Customer[Any], ident: str) -> None:
    """The cycle that earned it is forgotten: nothing can revoke it or give it again."""
    grant = customer.book.rewards.get(ident)
    if grant is not None:
        grant.bound = False


def due(customer: Customer[Any]) -> float:
    """When the next unlocked reward expires, or a settled one is forgotten."""
    return min([_moment(grant) for grant in customer.book.rewards.values()], default=NEVER)


def fire(turn: Turn) -> None:
    """Expire, and forget what has been settled for long."""
    rewards = turn.customer.book.rewards
    for ident, grant in list(rewards.items()):
        if _moment(grant) > turn.now:
            continue
        if grant.state == UNLOCKED:
            grant.state = EXPIRED
            turn.say("Reward Expired", "rewards", ident, reward=grant.reward, reward_id=ident)
        else:
            del rewards[ident]


def _moment(grant: Grant) -> float:
    if grant.state == UNLOCKED:
        return grant.expires
    return NEVER if grant.bound else grant.expires + KEPT
