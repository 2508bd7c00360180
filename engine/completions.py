"""When a challenge is done, when it is no longer, and what a member hears of it on the way."""

from typing import Any, Final

from engine import rewards
from engine.challenges import Challenge
from engine.chance import digest
from engine.cycles import Cycle, counted
from engine.dates import NEVER
from engine.state import Enrolment, Part
from engine.turn import Turn
from engine.world import World

STEPS: Final = 4
"""Progress is announced at the first contribution and at every quarter of the goal."""


def progress(enrolment: Enrolment) -> int:
    """How much there is, in the challenge's unit (pieces, minor units, days …)."""
    if enrolment.total is not None:
        return enrolment.total
    return enrolment.missed + sum([amount for _, _, amount in enrolment.parts.values()])


def needed(world: World, enrolment: Enrolment) -> int:
    """How much is needed: the same from the cycle's beginning to its end."""
    if enrolment.goal:
        return enrolment.goal
    return world.versions[enrolment.version].needed(world.programme.currency)


def begin(
    turn: Turn, challenge: Challenge, started: float, ends: float, *, goal: int = 0
) -> Enrolment:
    """Begin the next cycle. Numbers are never given twice, even where old cycles are forgotten."""
    begun = turn.customer.book.begun
    cycle = begun.get(challenge.id, 0)
    begun[challenge.id] = cycle + 1
    return enrol(
        turn, challenge, Enrolment(challenge.id, challenge.version, cycle, started, ends, goal=goal)
    )


def enrol(turn: Turn, challenge: Challenge, enrolment: Enrolment) -> Enrolment:
    """Begin a cycle. Its goal and what it is about stand from now on."""
    enrolment.favourite = favourite(turn, challenge)
    turn.customer.book.challenges.append(enrolment)
    end = None if enrolment.ends == NEVER else enrolment.ends
    told: dict[str, Any] = {"goal": needed(turn.world, enrolment), "ends": end}
    if challenge.target is not None:
        told["favourite"] = enrolment.favourite
    turn.say("Challenge Enrolled", challenge.id, name(enrolment), **told)
    return enrolment


def favourite(turn: Turn, challenge: Challenge) -> str:
    """What a challenge with a target is about for this member; empty: nothing is known yet."""
    if challenge.target is None:
        return ""
    return turn.world.mind.favourite(turn.customer, challenge.target)


def judge(turn: Turn, challenge: Challenge, enrolment: Enrolment, before: int) -> None:
    """Settle a cycle by its own contributions. before: the progress that the member knows of."""
    cycle = counted(challenge, enrolment, needed(turn.world, enrolment))
    settle(turn, challenge, enrolment, before, cycle)


def settle(
    turn: Turn, challenge: Challenge, enrolment: Enrolment, before: int, cycle: Cycle
) -> None:
    """Complete, roll back, or announce progress, from the contributions alone."""
    goal, now = needed(turn.world, enrolment), cycle.tally.total
    enrolment.total = now
    if not cycle.crossed and enrolment.parts:
        enrolment.parts = _bounded(challenge, enrolment.parts)
    if cycle.crossed:
        first, enrolment.done = not enrolment.done, cycle.crossed
        if first:
            _complete(turn, challenge, enrolment, goal)
    elif enrolment.done:
        _roll_back(turn, challenge, enrolment)
    elif now > before and (before == 0 or STEPS * now // goal > STEPS * before // goal):
        key = f"{name(enrolment)}@{turn.cause}"
        turn.say("Challenge Progressed", challenge.id, key, progress=now, goal=goal)


def name(enrolment: Enrolment) -> str:
    """The cycle among all of a member's; one that came with another id keeps that id's name."""
    whose = f"{enrolment.member}:" if enrolment.member else ""
    return f"{whose}{enrolment.challenge}/{enrolment.version}/{enrolment.cycle}"


def entitlement(who: str, enrolment: Enrolment) -> str:
    """One id a cycle, whatever completes it and however often."""
    member = enrolment.member or who
    return digest(enrolment.challenge, enrolment.version, member, str(enrolment.cycle))


def _bounded(challenge: Challenge, parts: dict[str, Part]) -> dict[str, Part]:
    """Those that may still matter; with the first, because its window hangs on it."""
    kept = challenge.trimmed(parts)
    if len(kept) == len(parts):
        return parts
    first = min(parts, key=lambda key: (parts[key][0], key))
    return {first: parts[first], **kept}


def _complete(turn: Turn, challenge: Challenge, enrolment: Enrolment, goal: int) -> None:
    key = f"{name(enrolment)}@{turn.cause}"
    turn.say("Challenge Completed", challenge.id, key, goal=goal, completed=enrolment.done)
    if challenge.reward is not None:
        ident = entitlement(turn.who, enrolment)
        rewards.unlock(turn, ident, challenge.reward, challenge.id, at=enrolment.done)


def _roll_back(turn: Turn, challenge: Challenge, enrolment: Enrolment) -> None:
    enrolment.done = 0.0
    because = rewards.revoke(turn, entitlement(turn.who, enrolment), challenge.id)
    key, now = f"{name(enrolment)}@{turn.cause}", progress(enrolment)
    turn.say("Challenge Rolled Back", challenge.id, key, (because,), progress=now)
