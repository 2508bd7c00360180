"""Members in challenges: counting, taking back, and the end of windows (DOMAIN: challenges).

`engine.joining` enrols who wishes, `engine.cycles` says which cycle a contribution belongs to,
`engine.completions` what follows, and the kinds (`engine/challenges`) only what an order brings and
how much is needed.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

from msgspec.structs import replace

from engine import rewards
from engine.challenges import Challenge, Deed
from engine.completions import (
    begin,
    enrol,
    entitlement,
    favourite,
    judge,
    name,
    needed,
    settle,
)
from engine.completions import progress as progress
from engine.cycles import (
    LATE,
    Cycle,
    calendar,
    deal,
    is_dealt,
    mine,
    renewed,
    takes,
    united,
    used_up,
    withdrawn,
)
from engine.dates import DAY, NEVER
from engine.difficulty import chosen_goal
from engine.events import Line
from engine.joining import keep, wait, waiting
from engine.showing import has_room
from engine.state import Book, Customer, Enrolment, Order, Part
from engine.turn import Turn

ROLLBACK: Final = 60 * DAY
"""How long after its end, or its completion, an enrolment is kept for a refund to take from (s)."""

Brought = Callable[[Challenge, Mapping[str, Part]], list[str]]
"""Which of a cycle's contributions are concerned, by key."""


def count_order(turn: Turn, ident: str, order: Order, lines: tuple[Line, ...]) -> None:
    """A new order: whatever it counts for, in cycles that run and in those that it begins."""
    _count(turn, Deed(None, ident, order.at, turn.zone, order, lines))


def count_action(turn: Turn, action: str, key: str, at: float) -> None:
    """Something that counts besides orders: a review, a share. key: its message id."""
    _count(turn, Deed(action, key, at, turn.zone))


def take_back(turn: Turn, ident: str) -> None:
    """A refund: what this order brought is now worth what is kept of it."""
    _renew(turn, lambda challenge, parts: challenge.of_order(ident, parts))


def withdraw(turn: Turn, action: str, key: str) -> None:
    """What an action brought counts no more. key: as it was counted."""

    def brought(challenge: Challenge, parts: Mapping[str, Part]) -> list[str]:
        return challenge.of_action(action, key, parts)

    _renew(turn, brought, gone=True)


def unite(turn: Turn, other: Book, origin: str) -> None:
    """Another's cycles are this member's: what runs in both runs once, with what both brought.

    A cycle that is done or over keeps its name and its reward. One that is not, of a challenge
    that this member has used up, is left out. origin: the other id.
    """
    book = turn.customer.book
    for enrolment in other.challenges:
        challenge = turn.world.versions.get(enrolment.version)
        if (
            challenge is None
        ):  # published in the other's partition a moment before it is in this one
            turn.note("cycle_not_known_yet")
            continue
        running = _running(turn, enrolment)
        if running is not None:
            _share(turn, challenge, running, enrolment.parts)
        elif enrolment.closed or enrolment.done or not used_up(turn.customer, challenge):
            enrolment.member = enrolment.member or origin
            book.challenges.append(enrolment)
        else:
            turn.note("cycle_of_both")
    for ident, begun in other.begun.items():
        book.begun[ident] = max(begun, book.begun.get(ident, 0))
    known = {(ident, key) for ident, key, _ in book.early}
    book.early += [each for each in other.early if each[:2] not in known]


def _running(turn: Turn, other: Enrolment) -> Enrolment | None:
    """The member's own cycle that goes on with what another's has, if both are under way."""
    if other.closed or other.done:
        return None
    every = turn.world.versions[other.version].every
    for own in turn.customer.book.challenges:
        runs = own.version == other.version and not (own.closed or own.done)
        if runs and (every is None or own.cycle == other.cycle):
            return own
    return None


def _share(
    turn: Turn, challenge: Challenge, enrolment: Enrolment, parts: Mapping[str, Part]
) -> None:
    if is_dealt(turn, enrolment):
        held = [each for each in mine(turn.customer, challenge.id) if is_dealt(turn, each)]
        known = {key: part for each in held for key, part in each.parts.items()}
        _deal(turn, challenge, held, united(known, parts))
    else:
        _add(turn, challenge, enrolment, parts)


def due(customer: Customer[Any]) -> float:
    """When the next window is closed for good, or an old enrolment forgotten."""
    return min([_moment(enrolment) for enrolment in customer.book.challenges], default=NEVER)


def fire(turn: Turn) -> None:
    """Close windows that nothing late can reach; forget those that no refund can reach."""
    for enrolment in list(turn.customer.book.challenges):
        if _moment(enrolment) > turn.now:
            continue
        if enrolment.closed:
            turn.customer.book.challenges.remove(enrolment)
            rewards.release(turn.customer, entitlement(turn.who, enrolment))
            continue
        enrolment.closed, enrolment.ends = True, min(enrolment.ends, turn.now)
        if not enrolment.done:
            amount = enrolment.total = progress(enrolment)
            turn.say("Challenge Expired", enrolment.challenge, name(enrolment), progress=amount)
            enrolment.parts = {}  # no refund has anything to take back


def _count(turn: Turn, deed: Deed) -> None:
    """Into every cycle that takes it, else into a new one."""
    if not turn.customer.known:
        return
    taken: set[str] = set()
    held: dict[str, list[Enrolment]] = {}
    for enrolment in turn.customer.book.challenges:
        held.setdefault(enrolment.challenge, []).append(enrolment)
        challenge = turn.world.versions[enrolment.version]
        counts = deed.action in challenge.triggers and not is_dealt(turn, enrolment)
        if counts and takes(turn, enrolment, deed.at):
            taken.add(challenge.id)
            about = replace(deed, favourite=enrolment.favourite) if challenge.target else deed
            _add(turn, challenge, enrolment, challenge.parts(about))
    for challenge in turn.world.programme.counting.get(deed.action, ()):
        meant = _meant(turn, challenge, deed)
        parts = challenge.parts(meant) if meant is not None else {}
        if not parts:
            continue
        if challenge.join == "opt_in":
            wait(turn, challenge, parts)
        elif challenge.id not in taken:
            _begin_or_deal(turn, challenge, held.get(challenge.id, ()), deed.at, parts)


def _meant(turn: Turn, challenge: Challenge, deed: Deed) -> Deed | None:
    """The deed as this challenge looks at it; None: it is about a favourite that nobody knows yet.

    A favourite is only known once somebody joins, so nothing waits for the word of it.
    """
    if challenge.target is None:
        return deed
    name = favourite(turn, challenge) if challenge.join == "automatic" else ""
    return replace(deed, favourite=name) if name else None


def _add(turn: Turn, challenge: Challenge, enrolment: Enrolment, parts: Mapping[str, Part]) -> None:
    if parts:
        before = progress(enrolment)
        enrolment.parts.update(united(enrolment.parts, parts))
        judge(turn, challenge, enrolment, before)


def _renew(turn: Turn, brought: Brought, *, gone: bool = False) -> None:
    """Value anew what something brought, in every cycle that has it. gone: it is worth nothing."""
    dealt: set[str] = set()
    for enrolment in list(turn.customer.book.challenges):
        challenge = turn.world.versions[enrolment.version]
        if challenge.id in dealt or not (keys := brought(challenge, enrolment.parts)):
            continue
        held = [enrolment]
        if is_dealt(turn, enrolment):
            dealt.add(challenge.id)
            held = [each for each in mine(turn.customer, challenge.id) if is_dealt(turn, each)]
            keys = [key for each in held for key in brought(challenge, each.parts)]
        known = {key: part for each in held for key, part in each.parts.items()}
        parts = {
            key: withdrawn(known[key])
            if gone
            else renewed(turn.customer, challenge, key, known[key])
            for key in keys
        }
        if challenge.id in dealt:
            _deal(turn, challenge, held, parts)
        else:
            before = progress(enrolment)
            enrolment.parts.update(parts)
            judge(turn, challenge, enrolment, before)


def _begin_or_deal(
    turn: Turn,
    challenge: Challenge,
    held: Sequence[Enrolment],
    at: float,
    parts: Mapping[str, Part],
) -> None:
    """held: the member's cycles of this challenge, the oldest first."""
    if all(each.closed for each in held) and not has_room(turn):
        return
    if challenge.every is None:
        if not _too_late(turn, challenge, held, at):
            running = [each for each in held if is_dealt(turn, each)]
            known = {key: part for each in running for key, part in each.parts.items()}
            _deal(turn, challenge, running, united(known, parts))
        return
    cycle, start, end = calendar(turn, challenge.every, at)
    if all(each.cycle != cycle for each in held) and turn.now < end + LATE:
        goal = chosen_goal(turn, challenge, end - at, begun=True)
        enrolment = Enrolment(challenge.id, challenge.version, cycle, start, end, goal=goal)
        enrol(turn, challenge, enrolment)
        _add(turn, challenge, enrolment, parts)


def _too_late(turn: Turn, challenge: Challenge, held: Sequence[Enrolment], at: float) -> bool:
    """Whether a contribution falls into a window that is closed, or that could only be closed."""
    fixed = [enrolment.ends for enrolment in held if not is_dealt(turn, enrolment)]
    if used_up(turn.customer, challenge) and len(fixed) == len(held):
        return True
    return at < max(fixed, default=0.0) or challenge.window(at) + LATE <= turn.now


def _deal(
    turn: Turn, challenge: Challenge, running: list[Enrolment], parts: Mapping[str, Part]
) -> None:
    """Deal the contributions of all open cycles anew, with these new or changed.

    running: the member's open cycles of this challenge, the oldest first.
    """
    before = [progress(enrolment) for enrolment in running]
    known = {key: part for enrolment in running for key, part in enrolment.parts.items()}
    waited = waiting(turn.customer, challenge) if challenge.waits else {}
    # A refund reaches what has been dealt; what still waited is looked at now.
    early = {key: renewed(turn.customer, challenge, key, part) for key, part in waited.items()}
    dealt = {**early, **known, **parts}
    goal = chosen_goal(turn, challenge, challenge.window(0.0), begun=True)
    fresh = goal if goal else challenge.needed(turn.world.programme.currency)
    cycles = deal(challenge, [*(needed(turn.world, each) for each in running), fresh], dealt)
    for cycle in cycles[len(running) :]:
        running.append(begin(turn, challenge, cycle.started, cycle.ends, goal=goal))
        before.append(0)
    for enrolment, hand, known_of in zip_longest(running, cycles, before):
        started = enrolment.started
        # None: a refund has moved its contributions to the cycle before
        cycle = hand or Cycle(started, challenge.window(started), challenge.tally(), fresh)
        enrolment.started, enrolment.ends = cycle.started, cycle.ends
        enrolment.parts = cycle.parts
        settle(turn, challenge, enrolment, known_of, cycle)
    if challenge.waits:
        placed = {key for cycle in cycles for key in cycle.parts}
        keep(turn, challenge, {key: dealt[key] for key in dealt if key not in placed})


def _moment(enrolment: Enrolment) -> float:
    """When it is closed; closed, when it is forgotten."""
    if enrolment.closed:
        return enrolment.ends + LATE + ROLLBACK
    kept = enrolment.done + ROLLBACK if enrolment.done else NEVER
    return min(enrolment.ends, kept) + LATE
