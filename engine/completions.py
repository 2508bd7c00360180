"""When a challenge is done, when it is no longer, and what a member hears of it on the way."""

from typing import Final

from engine import rewards
from engine.challenges import Challenge
from engine.chance import digest
from engine.cycles import Cycle, counted
from engine.dates import NEVER
from engine.state import Enrolment, Part
from engine.turn import Turn

STEPS: Final = 4
"""Progress is announced at the first contribution and at every quarter of the goal."""


def progress(enrolment: Enrolment) -> int:
    """How much there is, in the challenge's unit (pieces, minor units, days …)."""
    if enrolment.total is not None:
        return enrolment.total
    return enrolment.missed + sum([amount for _, _, amount in enrolment.parts.values()])


def target(turn: Turn, challenge: Challenge) -> int:
    """How much is needed."""
    return challenge.target(turn.world.programme.currency)


def begin(turn: Turn, challenge: Challenge, started: float, ends: float) -> Enrolment:
    """Begin the next cycle. Numbers are never given twice, even where old cycles are forgotten."""
    begun = turn.customer.book.begun
    cycle = begun.get(challenge.id, 0)
    begun[challenge.id] = cycle + 1
    return enrol(turn, challenge, cycle, started, ends)


def enrol(turn: Turn, challenge: Challenge, cycle: int, started: float, ends: float) -> Enrolment:
    """Begin a cycle that has a name already."""
    enrolment = Enrolment(challenge.id, challenge.version, cycle, started, ends)
    turn.customer.book.challenges.append(enrolment)
    end = None if ends == NEVER else ends
    goal = target(turn, challenge)
    turn.say("Challenge Enrolled", challenge.id, name(enrolment), goal=goal, ends=end)
    return enrolment


def judge(turn: Turn, challenge: Challenge, enrolment: Enrolment, before: int) -> None:
    """Settle a cycle by its own contributions. before: the progress that the member knows of."""
    cycle = counted(challenge, enrolment, target(turn, challenge))
    settle(turn, challenge, enrolment, before, cycle)


def settle(
    turn: Turn, challenge: Challenge, enrolment: Enrolment, before: int, cycle: Cycle
) -> None:
    """Complete, roll back, or announce progress, from the contributions alone."""
    goal, now = target(turn, challenge), cycle.tally.total
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
    """The cycle among all of a member's."""
    return f"{enrolment.challenge}/{enrolment.version}/{enrolment.cycle}"


def entitlement(who: str, enrolment: Enrolment) -> str:
    """One id a cycle, whatever completes it and however often."""
    return digest(enrolment.challenge, enrolment.version, who, str(enrolment.cycle))


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
