"""Rewards that a member holds: unlocked → redeemed, expired or revoked.

The terms of an unlocked one never change.
"""

from typing import Any, Final

from engine import budgets, ledger
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
    """Give a reward once, if its budgets allow. at: event time that earned it.

    ident: the entitlement, which a repeat shares; once revoked, it may be given again. A timer's
    reward that draws on a budget is given by the command that it sends.
    """
    terms = turn.world.programme.reward(reward)
    if terms is None:
        turn.note("reward_gone")
        return
    held = turn.customer.book.rewards.get(ident)
    if held is not None and held.state != REVOKED:
        return
    key = f"{ident}@{turn.cause}"
    if turn.timed and reward in turn.world.programme.drawing:
        told = {"reward": reward, "reward_id": ident, "rule": rule}
        turn.dispatch(turn.who, "Reward Awarded", key, **told)
        return
    drawn = budgets.reserve(turn, terms)
    if drawn is None:
        figures = {"reward": reward, "reward_id": ident}
        turn.say("Reward Refused", rule, key, ("budget_empty",), **figures)
        return
    grant = Grant(reward, UNLOCKED, turn.now, turn.now + terms.valid_days * DAY, drawn=drawn)
    turn.customer.book.rewards[ident] = grant
    turn.say("Reward Unlocked", rule, key, reward=reward, reward_id=ident, expires=grant.expires)
    if terms.kind == "points":
        grant.state, grant.points = REDEEMED, terms.points
        budgets.commit(turn, grant.drawn)
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
    used = grant.state == REDEEMED
    points, grant.state, grant.points = grant.points, REVOKED, 0
    _give_back(turn, ident, grant, used=used)
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
        budgets.commit(turn, grant.drawn)
        grant.drawn = []
        turn.say("Reward Redeemed", "rewards", ident, reward=grant.reward, reward_id=ident)
    elif grant is not None and grant.redemption == redemption:
        turn.note("repeat")
    else:
        reason = "unknown_reward" if grant is None else grant.state
        key = f"{ident}/{redemption}@{turn.cause}"
        turn.say("Reward Refused", "rewards", key, (reason,), reward_id=ident)


def lapse(turn: Turn, ident: str, *, used: bool) -> None:
    """A timer has ended this reward some records ago: its budgets have back what it held."""
    grant = turn.customer.book.rewards.get(ident)
    if grant is not None and grant.state in (EXPIRED, REVOKED):
        _give_back(turn, ident, grant, used=used)


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
            _give_back(turn, ident, grant, used=False)
            turn.say("Reward Expired", "rewards", ident, reward=grant.reward, reward_id=ident)
        else:
            del rewards[ident]


def _moment(grant: Grant) -> float:
    if grant.state == UNLOCKED:
        return grant.expires
    return NEVER if grant.bound else grant.expires + KEPT


def _give_back(turn: Turn, ident: str, grant: Grant, *, used: bool) -> None:
    """Nothing comes of it: to the budgets at once, or by a command where a timer is at work."""
    if turn.timed and grant.drawn:
        turn.dispatch(
            turn.who, "Reward Lapsed", f"{ident}@{turn.cause}", reward_id=ident, used=used
        )
        return
    budgets.give_back(turn, grant.drawn, used=used)
    grant.drawn = []
