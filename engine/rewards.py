"""Rewards that a member holds: unlocked → redeemed, expired or revoked. The terms of an unlocked one never change."""

from typing import Any

from engine import ledger
from engine.dates import DAY, NEVER
from engine.state import Customer, Grant
from engine.turn import Turn

UNLOCKED, REDEEMED, REVOKED, EXPIRED = "unlocked", "redeemed", "revoked", "expired"
KEPT_DAYS = 60
"""How long a settled grant is remembered, so that a late rollback or repeat still meets it."""


def unlock(turn: Turn, ident: str, reward: str, rule: str) -> None:
    """Give a reward once. ident: the entitlement, which a repeat shares; revoked, it may be given again."""
    terms = turn.world.programme.reward(reward)
    held = turn.customer.rewards.get(ident)
    if terms is None or (held is not None and held.state != REVOKED):
        return
    grant = Grant(reward, UNLOCKED, turn.now, turn.now + terms.valid_days * DAY, terms.points)
    turn.customer.rewards[ident] = grant
    key = f"{ident}@{turn.cause}"
    turn.say("Reward Unlocked", rule, key, reward=reward, reward_id=ident, expires=grant.expires)
    if terms.kind == "points":
        grant.state = REDEEMED
        ledger.credit(turn, ident, terms.points, rule)


def revoke(turn: Turn, ident: str, rule: str) -> bool:
    """Take a reward back unless it was used. Points that it was worth are reversed. Returns whether it is gone."""
    grant = turn.customer.rewards.get(ident)
    if grant is None or grant.state not in (UNLOCKED, REDEEMED) or (grant.state == REDEEMED and not grant.points):
        return False
    grant.state = REVOKED
    key = f"{ident}@{turn.cause}"
    turn.say("Reward Revoked", rule, key, ("rolled_back",), reward=grant.reward, reward_id=ident)
    ledger.reverse(turn, ident, grant.points, rule, key)
    return True


def redeem(turn: Turn, ident: str, redemption: str) -> None:
    """Use a reward at the till; refused with a reason unless it is unlocked. A repeat has no effect."""
    grant = turn.customer.rewards.get(ident)
    if grant is None or grant.state in (REVOKED, EXPIRED):
        reason = grant.state if grant else "unknown_reward"
        turn.say("Reward Refused", "rewards", f"{ident}/{redemption}", (reason,), reward_id=ident)
    elif grant.state == REDEEMED:
        turn.note("repeat")
    else:
        grant.state = REDEEMED
        turn.say("Reward Redeemed", "rewards", ident, reward=grant.reward, reward_id=ident)


def due(customer: Customer[Any]) -> float:
    """When the next unlocked reward expires, or a settled one is forgotten."""
    return min((_moment(grant) for grant in customer.rewards.values()), default=NEVER)


def fire(turn: Turn) -> None:
    """Expire, and forget what has been settled for long."""
    rewards = turn.customer.rewards
    for ident, grant in list(rewards.items()):
        if _moment(grant) > turn.now:
            continue
        if grant.state == UNLOCKED:
            grant.state = EXPIRED
            turn.say("Reward Expired", "rewards", ident, reward=grant.reward, reward_id=ident)
        else:
            del rewards[ident]


def _moment(grant: Grant) -> float:
    return grant.expires if grant.state == UNLOCKED else grant.expires + KEPT_DAYS * DAY
