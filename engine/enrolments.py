"""Members in challenges: joining, counting, taking back, and the end of windows (DOMAIN).

`engine.cycles` says which cycle a contribution belongs to, `engine.completions` what follows, and
the kinds (`engine/challenges`) only what an order brings and how much is needed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

from engine.challenges import Challenge
from engine.completions import enrol, judge, name, target
from engine.completions import progress as progress
from engine.cycles import LATE, calendar, deal, is_dealt, takes
from engine.dates import DAY, NEVER
from engine.events import Line
from engine.state import Customer, Enrolment, Order, Part
from engine.turn import Turn

ROLLBACK: Final = 60 * DAY
"""How long after its end, or its completion, an enrolment is kept for a refund to take from (s)."""

Bring = Callable[[Challenge], Part | None]
"""What something brings to a challenge; None: it does not count there."""


def join(turn: Turn, ident: str, at: float) -> None:
    """Take part on one's own wish; again, where the challenge may be repeated, even at once.

    What happened since, but arrived before, counts. at: event time.
    """
    challenges = turn.world.programme.challenges
    challenge = next((each for each in challenges if each.id == ident), None)
    objection = _objection(turn, challenge, at)
    if challenge is None or objection is not None:
        turn.note(objection or "unknown_challenge")
    elif _used_up(turn.customer, challenge):
        _join_earlier(turn, ident, at)
    else:
        enrolment = _begin(turn, challenge, at, challenge.window(at))
        _lay(turn, challenge, enrolment, dict(_here_before(turn.customer, challenge)))


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
    holding = [each for each in turn.customer.challenges if ident in each.parts]
    for enrolment in holding:
        challenge = turn.world.versions[enrolment.version]
        before = progress(enrolment)
        part = _renewed(turn.customer, challenge, ident, enrolment.parts[ident])
        if is_dealt(turn, enrolment):
            _deal(turn, challenge, ident, part)
        else:
            enrolment.parts[ident] = part
            judge(turn, challenge, enrolment, before)


def due(customer: Customer[Any]) -> float:
    """When the next window is closed for good, or an old enrolment forgotten."""
    return min((_moment(enrolment) for enrolment in customer.challenges), default=NEVER)


def fire(turn: Turn) -> None:
    """Close windows that nothing late can reach; forget those that no refund can reach."""
    for enrolment in list(turn.customer.challenges):
        if _moment(enrolment) > turn.now:
            continue
        if enrolment.closed:
            turn.customer.challenges.remove(enrolment)
            continue
        enrolment.closed, enrolment.ends = True, min(enrolment.ends, turn.now)
        if not enrolment.done:
            amount = progress(enrolment)
            turn.say("Challenge Expired", enrolment.challenge, name(enrolment), progress=amount)


def _objection(turn: Turn, challenge: Challenge | None, at: float) -> str | None:
    """Why this challenge cannot be joined now."""
    if challenge is None:
        return "unknown_challenge"
    if challenge.join == "automatic":
        return "joined_by_itself"
    if not turn.customer.known:
        return "not_a_member"
    return "too_late" if challenge.window(at) + LATE <= turn.now else None


def _join_earlier(turn: Turn, ident: str, at: float) -> None:
    """Another word of joining what is joined once: only the earlier one holds, come when it may."""
    mine = [each for each in turn.customer.challenges if each.challenge == ident]
    running = next((each for each in mine if not each.closed and at < each.started), None)
    if running is None:
        turn.note("already_enrolled")
        return
    challenge = turn.world.versions[running.version]
    running.started, running.ends = at, challenge.window(at)
    parts = {**dict(_here_before(turn.customer, challenge)), **running.parts}
    _lay(turn, challenge, running, parts)


def _lay(turn: Turn, challenge: Challenge, enrolment: Enrolment, parts: Mapping[str, Part]) -> None:
    """Give a cycle those of the contributions that its window takes."""
    before = progress(enrolment)
    enrolment.parts = {
        key: _renewed(turn.customer, challenge, key, part)
        for key, part in parts.items()
        if enrolment.started <= part[0] < enrolment.ends
    }
    judge(turn, challenge, enrolment, before)


def _count(turn: Turn, action: str | None, key: str, at: float, bring: Bring) -> None:
    """Into every cycle that takes it, else into a new one."""
    if not turn.customer.known:
        return
    taken = set()
    for enrolment in list(turn.customer.challenges):
        challenge = turn.world.versions[enrolment.version]
        mine = challenge.action == action and not is_dealt(turn, enrolment)
        if mine and takes(turn, enrolment, at):
            taken.add(challenge.id)
            _add(turn, challenge, enrolment, key, bring(challenge))
    for challenge in turn.world.programme.challenges:
        part = bring(challenge) if challenge.action == action else None
        if part is None:
            continue
        if challenge.join == "opt_in":
            if challenge.repeat != "none" or challenge.id not in taken:
                _wait(turn, challenge, key, part)
        elif challenge.id not in taken:
            _begin_or_deal(turn, challenge, key, part)


def _add(
    turn: Turn, challenge: Challenge, enrolment: Enrolment, key: str, part: Part | None
) -> None:
    if part is not None:
        before = progress(enrolment)
        enrolment.parts[key] = part
        judge(turn, challenge, enrolment, before)


def _wait(turn: Turn, challenge: Challenge, key: str, part: Part) -> None:
    """Keep what chooses among lines and events while the word of its joining may be on the way.

    What takes every order finds it among the orders.
    """
    mine = [each for each in turn.customer.challenges if each.challenge == challenge.id]
    over = _used_up(turn.customer, challenge) and all(each.closed for each in mine)
    if challenge.chooses and not over:
        early = [*turn.customer.early, (challenge.id, key, part)]
        turn.customer.early = [each for each in early if each[2][0] > turn.now - LATE]


def _here_before(customer: Customer[Any], challenge: Challenge) -> Iterator[tuple[str, Part]]:
    """What arrived before its challenge was joined."""
    if challenge.chooses:
        yield from ((key, part) for ident, key, part in customer.early if ident == challenge.id)
    else:
        for ident, order in customer.orders.items():
            yield ident, (order.at, list(range(len(order.lines))), 0)


def _begin_or_deal(turn: Turn, challenge: Challenge, key: str, part: Part) -> None:
    if challenge.every is None:
        if not _too_late(turn, challenge, part[0]):
            _deal(turn, challenge, key, part)
        return
    cycle, start, end = calendar(turn, challenge.every, part[0])
    known = any(
        each.challenge == challenge.id and each.cycle == cycle for each in turn.customer.challenges
    )
    if not known and turn.now < end + LATE:
        enrolment = enrol(turn, challenge, cycle, start, end)
        _add(turn, challenge, enrolment, key, part)


def _too_late(turn: Turn, challenge: Challenge, at: float) -> bool:
    """Whether a contribution falls into a window that is closed, or that could only be closed."""
    fixed = [
        enrolment.ends
        for enrolment in turn.customer.challenges
        if enrolment.challenge == challenge.id and not is_dealt(turn, enrolment)
    ]
    if _used_up(turn.customer, challenge) and not _dealt(turn, challenge):
        return True
    return at < max(fixed, default=0.0) or challenge.window(at) + LATE <= turn.now


def _used_up(customer: Customer[Any], challenge: Challenge) -> bool:
    return challenge.repeat == "none" and challenge.id in customer.begun


def _dealt(turn: Turn, challenge: Challenge) -> list[Enrolment]:
    mine = [each for each in turn.customer.challenges if each.challenge == challenge.id]
    return [each for each in mine if is_dealt(turn, each)]


def _deal(turn: Turn, challenge: Challenge, key: str, part: Part) -> None:
    """Deal the contributions of all open cycles anew, with this one new or changed."""
    running = _dealt(turn, challenge)
    before = [progress(enrolment) for enrolment in running]
    parts = {known: part for enrolment in running for known, part in enrolment.parts.items()}
    cycles = deal(challenge, target(turn, challenge), {**parts, key: part})
    for cycle in cycles[len(running) :]:
        running.append(_begin(turn, challenge, cycle.started, cycle.ends))
        before.append(0)
    for enrolment, cycle, known_of in zip_longest(running, cycles, before):
        if cycle is None:  # a refund has moved its contributions to the cycle before
            enrolment.parts, enrolment.ends = {}, challenge.window(enrolment.started)
        else:
            enrolment.started, enrolment.ends = cycle.started, cycle.ends
            enrolment.parts = cycle.parts
        judge(turn, challenge, enrolment, known_of)


def _begin(turn: Turn, challenge: Challenge, started: float, ends: float) -> Enrolment:
    begun = turn.customer.begun
    cycle = begun.get(challenge.id, 0)
    begun[challenge.id] = cycle + 1
    return enrol(turn, challenge, cycle, started, ends)


def _chosen(challenge: Challenge, lines: Sequence[Line]) -> list[int]:
    """The lines that count. An order told without lines is one, unless certain ones are asked."""
    if not lines:
        return [] if challenge.chooses else [0]
    return [n for n, line in enumerate(lines) if challenge.picks(line)]


def _renewed(customer: Customer[Any], challenge: Challenge, key: str, part: Part) -> Part:
    """What an order brings, as it is now; an action brings what it brought."""
    order = customer.orders.get(key) if challenge.action is None else None
    if order is None:
        return part
    at, lines, _ = part
    return at, lines, challenge.amount(order, lines)


def _moment(enrolment: Enrolment) -> float:
    """When it is closed; closed, when it is forgotten."""
    if enrolment.closed:
        return enrolment.ends + LATE + ROLLBACK
    kept = enrolment.done + ROLLBACK if enrolment.done else NEVER
    return min(enrolment.ends, kept) + LATE
