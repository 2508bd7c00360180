"""Rewards that a member holds: unlocked → reserved → redeemed, expired or revoked.

The terms of an unlocked one (kind, value, code, end) are its own, and never change.
"""

from typing import Any, Final

from engine import budgets, ledger, market
from engine.catalogue import KINDS
from engine.codes import code
from engine.dates import DAY, MINUTE, NEVER
from engine.programme import RewardRule
from engine.state import Customer, Grant
from engine.turn import Turn

UNLOCKED: Final = "unlocked"
RESERVED: Final = "reserved"
REDEEMED: Final = "redeemed"
REVOKED: Final = "revoked"
EXPIRED: Final = "expired"
KEPT: Final = 60 * DAY
"""How long after its expiry a grant is remembered, so that a late use is refused by its name (s).

Longer where its cycle is still known: a rollback must meet it, and it is not given twice.
"""


def unlock(
    turn: Turn, ident: str, reward: str, rule: str, *, at: float, bound: bool = True
) -> None:
    """Give a reward once, if its budgets allow. at: event time that earned it.

    ident: the entitlement, which a repeat shares; once revoked, it may be given again. bound: a
    cycle earned it, which `release`s it in the end. A timer's reward that draws on a budget is
    given by the command that it sends.
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
        award = {"reward": reward, "reward_id": ident, "rule": rule, "bound": bound}
        turn.dispatch(turn.who, "Reward Awarded", key, **award)
        return
    drawn = budgets.reserve(turn, terms)
    if drawn is None:
        turn.say("Reward Refused", rule, key, ("budget_empty",), reward=reward, reward_id=ident)
        return
    grant = _granted(turn, ident, terms, drawn)
    grant.bound = bound
    if held is not None and held.kind == grant.kind:
        grant.value = held.value  # promised once, and taken back in between
    turn.customer.book.rewards[ident] = grant
    told = shown(grant)
    turn.say(
        "Reward Unlocked", rule, key, reward=reward, reward_id=ident, expires=grant.expires, **told
    )
    if KINDS[terms.kind].at_once:
        grant.state, grant.points = REDEEMED, int(grant.value)
        budgets.commit(turn, grant.drawn)
        ledger.credit(turn, ident, grant.points, at, rule)


def shown(grant: Grant) -> dict[str, Any]:
    """Its terms as pages and tills are told them; a code and a value only where it has them."""
    told = {"kind": grant.kind, "value": grant.value, "code": grant.code}
    return {key: value for key, value in told.items() if value}


def revoke(turn: Turn, ident: str, rule: str) -> str:
    """Take a reward back unless it was used; returns what came of it.

    Points that it was worth are reversed like any others, spent or not.
    """
    grant = turn.customer.book.rewards.get(ident)
    if grant is None:
        return "no_reward"
    if grant.state not in (UNLOCKED, RESERVED) and not grant.points:
        return f"reward_{grant.state}"
    used = grant.state == REDEEMED
    points, grant.state, grant.points = grant.points, REVOKED, 0
    _give_back(turn, ident, grant, used=used)
    key = f"{ident}@{turn.cause}"
    turn.say("Reward Revoked", rule, key, ("rolled_back",), reward=grant.reward, reward_id=ident)
    ledger.reverse(turn, ident, points, rule, key)
    return "reward_revoked"


def named(customer: Customer[Any], text: str) -> str | None:
    """The reward that a till means by an id or a code; None: it is none of this member's."""
    rewards = customer.book.rewards
    if text in rewards:
        return text
    return next((ident for ident, grant in rewards.items() if grant.code == text), None)


def reserve(turn: Turn, ident: str, redemption: str) -> None:
    """Set a reward aside while somebody pays; refused with a reason unless it is unlocked.

    One that is set aside does not expire. Nobody has to: `redeem` takes an unlocked one too.
    """
    grant = turn.customer.book.rewards.get(ident)
    if grant is not None and grant.state == UNLOCKED:
        grant.state, grant.redemption = RESERVED, redemption
        grant.leased = turn.now + turn.world.programme.points.lease_minutes * MINUTE
        _say(turn, "Reward Reserved", ident, grant, until=grant.leased, redemption_id=redemption)
    else:
        _refuse(turn, ident, grant, redemption)


def redeem(turn: Turn, ident: str, redemption: str) -> None:
    """Use a reward at the till; refused with a reason unless it is unlocked, or set aside for this.

    redemption: what uses it, so that a repeat has no effect.
    """
    grant = turn.customer.book.rewards.get(ident)
    if grant is not None and (
        grant.state == UNLOCKED or (grant.state, grant.redemption) == (RESERVED, redemption)
    ):
        grant.state, grant.redemption = REDEEMED, redemption
        budgets.commit(turn, grant.drawn)
        grant.drawn = []
        turn.say("Reward Redeemed", "rewards", ident, reward=grant.reward, reward_id=ident)
    else:
        _refuse(turn, ident, grant, redemption)


def put_back(turn: Turn, ident: str, redemption: str) -> None:
    """Nobody pays with it after all."""
    grant = turn.customer.book.rewards.get(ident)
    if grant is not None and (grant.state, grant.redemption) == (RESERVED, redemption):
        _unreserve(turn, ident, grant, "released")
    else:
        turn.note("repeat")


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
    """Leases lapse, rewards expire, and what has been settled for long is forgotten."""
    rewards = turn.customer.book.rewards
    for ident, grant in list(rewards.items()):
        if _moment(grant) > turn.now:
            continue
        if grant.state == RESERVED:
            _unreserve(turn, ident, grant, "lease_lapsed")
        elif grant.state != UNLOCKED:
            del rewards[ident]
        if grant.state == UNLOCKED and grant.expires <= turn.now:
            grant.state = EXPIRED
            _give_back(turn, ident, grant, used=False)
            turn.say("Reward Expired", "rewards", ident, reward=grant.reward, reward_id=ident)


def _granted(turn: Turn, ident: str, terms: RewardRule, drawn: list[budgets.Drawn]) -> Grant:
    """Unlocked now, on today's terms."""
    programme, sort = turn.world.programme, KINDS[terms.kind]
    ends = turn.now + terms.valid_days * DAY
    value = sort.value(terms, programme.currency)
    if isinstance(value, int):
        value = market.worth(turn, terms, value)
    word = code(programme.salt, turn.who, ident, str(turn.now)) if sort.coded else ""
    return Grant(
        terms.id, UNLOCKED, turn.now, ends, drawn=drawn, kind=sort.name, value=value, code=word
    )


def _unreserve(turn: Turn, ident: str, grant: Grant, because: str) -> None:
    grant.state, grant.redemption, grant.leased = UNLOCKED, "", 0.0
    _say(turn, "Reward Released", ident, grant, because)


def _say(turn: Turn, name: str, ident: str, grant: Grant, *because: str, **figures: Any) -> None:
    """A step that can come again: its key carries the cause."""
    told = {"reward": grant.reward, "reward_id": ident, **figures}
    turn.say(name, "rewards", f"{ident}@{turn.cause}", because, **told)


def _refuse(turn: Turn, ident: str, grant: Grant | None, redemption: str) -> None:
    if grant is not None and grant.redemption == redemption:
        turn.note("repeat")
        return
    reason = "unknown_reward" if grant is None else grant.state
    key = f"{ident}/{redemption}@{turn.cause}"
    turn.say("Reward Refused", "rewards", key, (reason,), reward_id=ident)


def _moment(grant: Grant) -> float:
    if grant.state == RESERVED:
        return grant.leased
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
