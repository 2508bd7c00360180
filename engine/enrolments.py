"""Members in challenges: counting, taking back, and the end of windows (DOMAIN: challenges).

`engine.joining` enrols who wishes, `engine.cycles` says which cycle a contribution belongs to,
`engine.completions` what follows, and the kinds (`engine/challenges`) only what an order brings and
how much is needed.
"""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, Final

from engine import rewards
from engine.challenges import Challenge
from engine.completions import begin, enrol, entitlement, judge, name, settle, target
from engine.completions import progress as progress
from engine.cycles import LATE, Cycle, calendar, deal, is_dealt, mine, renewed, takes, used_up
from engine.dates import DAY, NEVER
from engine.events import Line
from engine.joining import wait
from engine.state import Customer, Enrolment, Order, Part
from engine.turn import Turn

ROLLBACK: Final = 60 * DAY
"""How long after its end, or its completion, an enrolment is kept for a refund to take from (s)."""

Bring = Callable[[Challenge], Part | None]
"""What something brings to a challenge; None: it does not count there."""


def count_order(turn: Turn, ident: str, order: Order, lines: tuple[Line, ...]) -> None:
    """A new order: whatever it counts for, in cycles that run and in those that it begins."""

    def bring(challenge: Challenge) -> Part | None:
        chosen = _chosen(challenge, lines)
        return (order.at, chosen, challenge.amount(order, chosen)) if chosen else None

    _count(turn, None, ident, order.at, bring)


def count_action(turn: Turn, action: str, key: str, at: float) -> None:
    """Something that counts besides orders: a review, a share. key: its message id."""
    _count(turn, action, key, at, lambda challenge: (at, [], 1))


def take_back(turn: Turn, ident: str, order: Order) -> None:
    """A refund: what this order brought is now worth what is kept of it."""
    holding = [each for each in turn.customer.book.challenges if ident in each.parts]
    for enrolment in holding:
        challenge = turn.world.versions[enrolment.version]
        before = progress(enrolment)
        part = renewed(turn.customer, challenge, ident, enrolment.parts[ident])
        if is_dealt(turn, enrolment):
            _deal(turn, challenge, mine(turn.customer, challenge.id), ident, part)
        else:
            enrolment.parts[ident] = part
            judge(turn, challenge, enrolment, before)


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
            amount = progress(enrolment)
            turn.say("Challenge Expired", enrolment.challenge, name(enrolment), progress=amount)
            enrolment.missed, enrolment.parts = amount, {}  # no refund has anything to take back


def _count(turn: Turn, action: str | None, key: str, at: float, bring: Bring) -> None:
    """Into every cycle that takes it, else into a new one."""
    if not turn.customer.known:
        return
    taken: set[str] = set()
    held: dict[str, list[Enrolment]] = {}
    for enrolment in turn.customer.book.challenges:
        held.setdefault(enrolment.challenge, []).append(enrolment)
        challenge = turn.world.versions[enrolment.version]
        counts = challenge.action == action and not is_dealt(turn, enrolment)
        if counts and takes(turn, enrolment, at):
            taken.add(challenge.id)
            _add(turn, challenge, enrolment, key, bring(challenge))
    for challenge in turn.world.programme.counting.get(action, ()):
        part = bring(challenge)
        if part is None:
            continue
        if challenge.join == "opt_in":
            wait(turn, challenge, key, part)
        elif challenge.id not in taken:
            _begin_or_deal(turn, challenge, held.get(challenge.id, ()), key, part)


def _add(
    turn: Turn, challenge: Challenge, enrolment: Enrolment, key: str, part: Part | None
) -> None:
    if part is not None:
        before = progress(enrolment)
        enrolment.parts[key] = part
        judge(turn, challenge, enrolment, before)


def _begin_or_deal(
    turn: Turn, challenge: Challenge, held: Sequence[Enrolment], key: str, part: Part
) -> None:
    """held: the member's cycles of this challenge, the oldest first."""
    if challenge.every is None:
        if not _too_late(turn, challenge, held, part[0]):
            _deal(turn, challenge, held, key, part)
        return
    cycle, start, end = calendar(turn, challenge.every, part[0])
    if all(each.cycle != cycle for each in held) and turn.now < end + LATE:
        enrolment = enrol(turn, challenge, cycle, start, end)
        _add(turn, challenge, enrolment, key, part)


def _too_late(turn: Turn, challenge: Challenge, held: Sequence[Enrolment], at: float) -> bool:
    """Whether a contribution falls into a window that is closed, or that could only be closed."""
    fixed = [enrolment.ends for enrolment in held if not is_dealt(turn, enrolment)]
    if used_up(turn.customer, challenge) and len(fixed) == len(held):
        return True
    return at < max(fixed, default=0.0) or challenge.window(at) + LATE <= turn.now


def _deal(
    turn: Turn, challenge: Challenge, held: Sequence[Enrolment], key: str, part: Part
) -> None:
    """Deal the contributions of all open cycles anew, with this one new or changed.

    held: the member's cycles of this challenge.
    """
    running = [each for each in held if is_dealt(turn, each)]
    before = [progress(enrolment) for enrolment in running]
    parts = {known: part for enrolment in running for known, part in enrolment.parts.items()}
    cycles = deal(challenge, target(turn, challenge), {**parts, key: part})
    for cycle in cycles[len(running) :]:
        running.append(begin(turn, challenge, cycle.started, cycle.ends))
        before.append(0)
    for enrolment, dealt, known_of in zip_longest(running, cycles, before):
        started = enrolment.started
        # None: a refund has moved its contributions to the cycle before
        cycle = Cycle(started, challenge.window(started), {}) if dealt is None else dealt
        enrolment.started, enrolment.ends = cycle.started, cycle.ends
        enrolment.parts = cycle.parts
        settle(turn, challenge, enrolment, known_of, cycle)


def _chosen(challenge: Challenge, lines: Sequence[Line]) -> list[int]:
    """The lines that count. An order told without lines is one, unless certain ones are asked."""
    if challenge.chooses:
        return [n for n, line in enumerate(lines) if challenge.picks(line)]
    return list(range(max(1, len(lines))))


def _moment(enrolment: Enrolment) -> float:
    """When it is closed; closed, when it is forgotten."""
    if enrolment.closed:
        return enrolment.ends + LATE + ROLLBACK
    kept = enrolment.done + ROLLBACK if enrolment.done else NEVER
    return min(enrolment.ends, kept) + LATE
