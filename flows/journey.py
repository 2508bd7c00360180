"""One member's own map: where they stand, what comes next, and on which condition."""

import ast
from collections.abc import Iterator, Sequence
from typing import Any, cast

import msgspec
from msgspec import Struct

from engine import completions, ledger, rewards, tiers
from engine.challenges import Spend
from engine.dates import NEVER, iso
from engine.expression import compile_expression
from engine.grammar import parse
from engine.programme import PolicyRule
from engine.turn import Turn
from flows.show import Found
from policies.bid import Bid
from policies.guards import GUARDS
from policies.mind import Mind
from policies.rulebook import Policy
from policies.view import View


class Step(Struct, frozen=True):
    """A tier. missing: minor units or points until it is reached, or kept; 0: it is."""

    id: str
    name: str
    missing: int


class Standing(Struct, frozen=True):
    """Where a member is on the ladder. until: it is held to then at least; none: for ever.

    by: what counts, spend or points; counted: so much so far. keep: what is missing at the next
    review; up: until the next step.
    """

    tier: str
    name: str
    by: str
    counted: int
    until: str | None
    keep: Step | None
    up: Step | None


class Balance(Struct, frozen=True):
    """Points that may be spent, those that wait, and those owed. matures: the next that wait do."""

    available: int
    pending: int
    debt: int
    matures: str | None


class Running(Struct, frozen=True):
    """A challenge under way. done: since when.

    progress, goal, missing: minor units where it is money, else pieces, orders, days …
    """

    id: str
    name: str
    progress: int
    goal: int
    missing: int
    money: bool
    ends: str | None
    done: str | None
    reward: str | None


class Open(Struct, frozen=True):
    """A challenge that has not been begun. join: by buying (automatic), or by joining (opt_in)."""

    id: str
    name: str
    join: str


class Held(Struct, frozen=True):
    """A reward that may be used."""

    id: str
    reward: str
    expires: str | None


class Next(Struct, frozen=True):
    """A policy that could speak or give. on: what sets it off.

    unmet: the first part of its condition that does not hold, with `values`, the numbers in it;
    empty: all hold. left: how many do not. rests: not before then. stopped: what a gate would say.
    """

    id: str
    on: str
    unmet: str
    values: dict[str, Any]
    left: int
    rests: str | None
    stopped: str


class Journey(Struct, frozen=True):
    """The map. as_of: log time."""

    customer: str
    as_of: str
    known: bool
    standing: Standing | None
    points: Balance
    segments: list[str]
    challenges: list[Running]
    open: list[Open]
    rewards: list[Held]
    policies: list[Next]


def journey(found: Found) -> Journey:
    """Draw the map; nothing is changed by it that is stored anywhere."""
    turn = found.turn
    mind = cast(Mind, turn.world.mind)
    mind.score(turn)
    book, kept = turn.customer.book, turn.customer.journey
    return Journey(
        customer=found.who,
        as_of=iso(turn.now),
        known=turn.customer.known,
        standing=_standing(turn),
        points=_balance(turn),
        segments=sorted(kept.segments or ()) if kept is not None else [],
        challenges=list(_running(turn)),
        open=list(_open(turn)),
        rewards=[
            Held(ident, grant.reward, _moment(grant.expires))
            for ident, grant in book.rewards.items()
            if grant.state == rewards.UNLOCKED
        ],
        policies=_nearest([_next(turn, each) for each in mind.rules.by_id.values()]),
    )


def as_json(drawn: Journey) -> str:
    """The map for machines."""
    return msgspec.json.encode(drawn).decode()


def parts(text: str) -> list[str]:
    """The parts of a condition that must all hold.

    >>> parts("known and (orders >= 2 or points > 9) and tier != 'a'")
    ['known', 'orders >= 2 or points > 9', "tier != 'a'"]
    """
    line, root = parse(text, "when")
    both = isinstance(root, ast.BoolOp) and isinstance(root.op, ast.And)
    values = root.values if both and isinstance(root, ast.BoolOp) else [root]
    return [ast.get_source_segment(line, value) or line for value in values]


def sets_off(rule: PolicyRule) -> str:
    """What makes a policy ask, in words."""
    if rule.score is not None:
        return f"{rule.score.model} rises over {rule.score.rises}"
    if rule.entered is not None or rule.left is not None:
        return f"enters {rule.entered}" if rule.entered is not None else f"leaves {rule.left}"
    if rule.after is not None:
        unless = f", unless {rule.after.unless}" if rule.after.unless else ""
        return f"{rule.after.hours:g} h after {rule.after.event}{unless}"
    if rule.schedule is not None:
        which = rule.schedule.yearly or ", ".join(rule.schedule.days)
        return f"at {rule.schedule.at}{f', {which}' if which else ''}"
    return rule.on or ""


def _standing(turn: Turn) -> Standing | None:
    programme, tier = turn.world.programme, turn.customer.book.tier
    steps, thresholds = programme.tiers.steps, programme.thresholds
    if not steps:
        return None
    level, counted = min(tier.level, len(steps) - 1), tiers.qualifying(turn)
    until = tier.grace or tier.until
    keep = thresholds[level] - tiers.keeping(turn, tier.until) if until != NEVER else None
    up = level + 1 < len(steps)
    return Standing(
        tier=steps[level].id,
        name=steps[level].name,
        by=programme.tiers.by,
        counted=counted,
        until=_moment(until),
        keep=None if keep is None else Step(steps[level].id, steps[level].name, max(0, keep)),
        up=Step(steps[level + 1].id, steps[level + 1].name, thresholds[level + 1] - counted)
        if up
        else None,
    )


def _balance(turn: Turn) -> Balance:
    points = turn.customer.book.ledger
    matures = min([lot.matures for lot in points.lots if lot.pending], default=NEVER)
    available, pending = ledger.available(points), ledger.pending(points)
    return Balance(available, pending, points.debt, _moment(matures))


def _running(turn: Turn) -> Iterator[Running]:
    for each in turn.customer.book.challenges:
        if each.closed:
            continue
        challenge = turn.world.versions[each.version]
        amount, goal = completions.progress(each), completions.needed(turn.world, each)
        missing = 0 if each.done else max(0, goal - amount)
        yield Running(
            id=each.challenge,
            name=challenge.name,
            progress=amount,
            goal=goal,
            missing=missing,
            money=isinstance(challenge, Spend),
            ends=_moment(each.ends),
            done=_moment(each.done or NEVER),
            reward=challenge.reward,
        )


def _open(turn: Turn) -> Iterator[Open]:
    begun = turn.customer.book.begun.keys() | {e.challenge for e in turn.customer.book.challenges}
    for challenge in turn.world.programme.challenges:
        if challenge.id not in begun:
            yield Open(challenge.id, challenge.name, challenge.join)


def _next(turn: Turn, policy: Policy) -> Next:
    """How far a policy is from acting."""
    rule, words = policy.rule, policy.words
    view = View(turn, words.reads)
    asked = [compile_expression(part, words.names, where="when") for part in parts(rule.when)]
    unmet = [part for part in asked if not part(view)]
    rests = turn.customer.rests.get(rule.id, 0.0)
    return Next(
        id=rule.id,
        on=sets_off(rule),
        unmet=unmet[0].text if unmet else "",
        values=dict(unmet[0].explain(view)) if unmet else {},
        left=len(unmet),
        rests=iso(rests) if rests > turn.now else None,
        stopped=_stopped(turn, rule),
    )


def _stopped(turn: Turn, rule: PolicyRule) -> str:
    """What the gates would say now; nothing: they would let it pass."""
    objections = (guard.objects(Bid(rule, turn.now), turn) for guard in GUARDS)
    return next((objection.because for objection in objections if objection is not None), "")


def _nearest(found: Sequence[Next]) -> list[Next]:
    """Those that only wait for what sets them off first, then by how much is missing."""
    return sorted(found, key=lambda each: (bool(each.stopped), each.left, each.rests is not None))


def _moment(at: float) -> str | None:
    return None if at == NEVER else iso(at)
