"""Challenges that one joins: on one's own wish, for a window from then on (DOMAIN: challenges).

The wish and the orders may come in any order: what was bought since, but arrived before, counts.
"""

from collections.abc import Mapping
from typing import Any, Final

from engine.challenges import Challenge, Deed
from engine.completions import begin, favourite, judge, progress
from engine.cycles import LATE, in_order, mine, renewed, used_up
from engine.difficulty import chosen_goal
from engine.state import Customer, Enrolment, Part
from engine.turn import Turn

MOST: Final = 100
"""Contributions that wait for one challenge; the newest stay."""


def join(turn: Turn, ident: str, at: float) -> None:
    """Take part; again, where the challenge may be repeated, even at once. at: event time."""
    challenges = turn.world.programme.challenges
    challenge = next((each for each in challenges if each.id == ident), None)
    objection = _objection(turn, challenge, at)
    if challenge is None or objection is not None:
        turn.note(objection or "unknown_challenge")
    elif used_up(turn.customer, challenge):
        _join_earlier(turn, ident, at)
    else:
        ends = challenge.window(at)
        goal = chosen_goal(turn, challenge, ends - at, begun=False)
        enrolment = begin(turn, challenge, at, ends, goal=goal)
        _lay(turn, challenge, enrolment, _here_before(turn, challenge))


def wait(turn: Turn, challenge: Challenge, parts: Mapping[str, Part]) -> None:
    """Keep contributions while the word of their joining may be on the way.

    Only what chooses among lines and events: what takes every order finds it among the orders.
    """
    if challenge.chooses:
        open_ = {
            key: part
            for key, part in parts.items()
            if _may_be_joined(turn.customer, challenge, part[0])
        }
        if open_:
            keep(turn, challenge, {**waiting(turn.customer, challenge), **open_})


def waiting(customer: Customer[Any], challenge: Challenge) -> dict[str, Part]:
    """What has come before the beginning of its cycle."""
    return {key: part for ident, key, part in customer.book.early if ident == challenge.id}


def keep(turn: Turn, challenge: Challenge, parts: Mapping[str, Part]) -> None:
    """Let exactly these wait for a challenge; none waits longer than a late event may take."""
    book, since = turn.customer.book, turn.now - LATE
    others = [each for each in book.early if each[0] != challenge.id]
    newest = in_order(parts)[-MOST:]
    early = [*others, *((challenge.id, key, part) for key, part in newest)]
    book.early = [each for each in early if each[2][0] > since]


def _objection(turn: Turn, challenge: Challenge | None, at: float) -> str | None:
    """Why this challenge cannot be joined now."""
    if challenge is None:
        return "unknown_challenge"
    if challenge.join == "automatic":
        return "joined_by_itself"
    if not turn.customer.known:
        return "not_a_member"
    if challenge.target is not None and not favourite(turn, challenge):
        return "no_favourite"
    return "too_late" if challenge.window(at) + LATE <= turn.now else None


def _join_earlier(turn: Turn, ident: str, at: float) -> None:
    """Another word of joining what is joined once: the earlier one holds, come when it may."""
    running = _running(turn.customer, ident)
    if running is None or running.started <= at:
        turn.note("already_enrolled")
        return
    challenge = turn.world.versions[running.version]
    running.started, running.ends = at, challenge.window(at)
    parts = {**_here_before(turn, challenge), **running.parts}
    _lay(turn, challenge, running, parts)


def _may_be_joined(customer: Customer[Any], challenge: Challenge, at: float) -> bool:
    """Whether a word of joining may still come that a contribution of this moment counts for."""
    running = _running(customer, challenge.id)
    return not used_up(customer, challenge) or (running is not None and at < running.started)


def _running(customer: Customer[Any], ident: str) -> Enrolment | None:
    return next((each for each in mine(customer, ident) if not each.closed), None)


def _lay(turn: Turn, challenge: Challenge, enrolment: Enrolment, parts: Mapping[str, Part]) -> None:
    """Give a cycle those of the contributions that its window takes."""
    before = progress(enrolment)
    enrolment.parts = {
        key: renewed(turn.customer, challenge, key, part)
        for key, part in parts.items()
        if enrolment.started <= part[0] < enrolment.ends
    }
    judge(turn, challenge, enrolment, before)


def _here_before(turn: Turn, challenge: Challenge) -> dict[str, Part]:
    """What arrived before its challenge was joined."""
    if challenge.chooses:
        return waiting(turn.customer, challenge)
    found: dict[str, Part] = {}
    for ident, order in turn.customer.book.orders.items():
        found.update(challenge.parts(Deed(None, ident, order.at, turn.zone, order)))
    return found
