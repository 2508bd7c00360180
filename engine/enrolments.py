"""Members in challenges: joining, counting, completing once a cycle, and rolling back (DOMAIN: challenges).

Progress is a set of contributions by order, so repeats and any order of arrival end the same. The kinds
(`engine/challenges`) say only what an order brings and how much is needed.
"""

from collections.abc import Iterator
from typing import Any

from engine import rewards
from engine.chance import digest
from engine.challenges import Challenge
from engine.dates import DAY, HOUR, NEVER, period
from engine.events import Line
from engine.state import Customer, Enrolment, Order
from engine.turn import Turn

LATE = 72 * HOUR
"""How long after its window's end a contribution of that window still counts."""
ROLLBACK = 60 * DAY
"""How long after its end an enrolment is kept, so that a refund can still take from it."""
ANNOUNCED = 0.25
"""Progress is announced at the first contribution and whenever another quarter of the goal is reached."""


def join(turn: Turn, ident: str, at: float) -> None:
    """Take part on one's own wish. Again, it starts a new cycle if the challenge may be repeated."""
    challenge = next((each for each in turn.world.programme.challenges if each.id == ident), None)
    if challenge is None:
        turn.note("unknown_challenge")
        return
    mine = [enrolment for enrolment in turn.customer.challenges if enrolment.challenge == ident]
    if mine and (challenge.repeat == "none" or challenge.every):
        turn.note("already_enrolled")
        return
    _enrol(turn, challenge, _cycle(challenge, len(mine), at, challenge.window(at)))


def count_order(turn: Turn, ident: str, order: Order, lines: tuple[Line, ...]) -> None:
    """A new order: whatever it counts for among the challenges joined, and those that are joined by it."""
    for enrolment, challenge in _counting(turn, order.at, None):
        chosen = _chosen(challenge, lines)
        if chosen and ident not in enrolment.parts:
            _add(turn, challenge, enrolment, ident, (order.at, chosen, challenge.amount(order, chosen)))


def count_action(turn: Turn, name: str, key: str, at: float) -> None:
    """Something that counts besides orders: a review, a share. key: its message id."""
    for enrolment, challenge in _counting(turn, at, name):
        _add(turn, challenge, enrolment, key, (at, [], 1))


def take_back(turn: Turn, ident: str, order: Order) -> None:
    """A refund: every contribution of this order, as it is now; too little left rolls a completion back."""
    for enrolment in turn.customer.challenges:
        if ident in enrolment.parts:
            at, lines, _ = enrolment.parts[ident]
            challenge = turn.world.versions[enrolment.version]
            enrolment.parts[ident] = (at, lines, challenge.amount(order, lines))
            _judge(turn, challenge, enrolment, 0)


def progress(enrolment: Enrolment) -> int:
    """How much there is, in the challenge's unit (pieces or minor units)."""
    return sum(amount for _, _, amount in enrolment.parts.values())


def due(customer: Customer[Any]) -> float:
    """When the next window is closed for good, or an old enrolment forgotten."""
    return min((_moment(enrolment) for enrolment in customer.challenges), default=NEVER)


def fire(turn: Turn) -> None:
    """Close windows whose time for late events is over; forget those that no refund can reach."""
    for enrolment in list(turn.customer.challenges):
        if _moment(enrolment) > turn.now:
            continue
        if enrolment.closed:
            turn.customer.challenges.remove(enrolment)
            continue
        enrolment.closed = True
        if not enrolment.done:
            turn.say("Challenge Expired", enrolment.challenge, _key(enrolment), progress=progress(enrolment))


def _counting(turn: Turn, at: float, action: str | None) -> Iterator[tuple[Enrolment, Challenge]]:
    """Open cycles that a moment falls into, each with the definition that it was joined on."""
    joined = set()
    for enrolment in list(turn.customer.challenges):
        challenge = turn.world.versions[enrolment.version]
        if challenge.action == action and _takes(enrolment, challenge, at):
            joined.add(challenge.id)
            yield enrolment, challenge
    for challenge in turn.world.programme.challenges:
        if challenge.action == action and challenge.id not in joined and challenge.join == "automatic":
            yield from ((enrolment, challenge) for enrolment in _fresh(turn, challenge, at))


def _takes(enrolment: Enrolment, challenge: Challenge, at: float) -> bool:
    """Joined by itself, a cycle also takes what happened before but arrived late."""
    early = LATE if challenge.join == "automatic" and not challenge.every else 0.0
    return not enrolment.closed and enrolment.started - early <= at < enrolment.ends


def _fresh(turn: Turn, challenge: Challenge, at: float) -> list[Enrolment]:
    """The new cycle that this moment opens, as yet unsaved; none if there may be no more, or it is over."""
    mine = [each for each in turn.customer.challenges if each.challenge == challenge.id]
    if not turn.customer.known:
        return []
    if challenge.every:
        start, end = period(at, challenge.every, turn.zone)
        known = any(each.cycle == int(start) for each in mine)
        return [] if known or turn.now >= end + LATE else [_cycle(challenge, int(start), start, end)]
    if mine and (challenge.repeat == "none" or at < max(each.ends for each in mine)):
        return []
    return [_cycle(challenge, len(mine), at, challenge.window(at))]


def _chosen(challenge: Challenge, lines: tuple[Line, ...]) -> list[int]:
    """The lines that count. An order without lines is one line, unless the challenge asks for certain ones."""
    if not lines:
        return [] if challenge.categories or challenge.brands or challenge.products else [0]
    return [n for n, line in enumerate(lines) if challenge.picks(line)]


def _cycle(challenge: Challenge, cycle: int, start: float, end: float) -> Enrolment:
    return Enrolment(challenge.id, challenge.version, cycle, start, end)


def _add(turn: Turn, challenge: Challenge, enrolment: Enrolment, key: str, part: tuple[float, list[int], int]) -> None:
    if enrolment not in turn.customer.challenges:
        _enrol(turn, challenge, enrolment)
    before = progress(enrolment)
    enrolment.parts[key] = part
    _judge(turn, challenge, enrolment, before)


def _enrol(turn: Turn, challenge: Challenge, enrolment: Enrolment) -> None:
    turn.customer.challenges.append(enrolment)
    ends = None if enrolment.ends == NEVER else enrolment.ends
    target = challenge.target(turn.world.programme.currency)
    turn.say("Challenge Enrolled", challenge.id, _key(enrolment), goal=target, ends=ends)


def _judge(turn: Turn, challenge: Challenge, enrolment: Enrolment, before: int) -> None:
    """Complete, roll back, or announce progress, from the contributions alone."""
    goal, now = challenge.target(turn.world.programme.currency), progress(enrolment)
    if now >= goal and not enrolment.done:
        _complete(turn, challenge, enrolment, goal)
    elif now < goal and enrolment.done:
        _roll_back(turn, challenge, enrolment)
    elif now > before and not enrolment.done and (before == 0 or _quarters(now, goal) > _quarters(before, goal)):
        turn.say("Challenge Progressed", challenge.id, f"{_key(enrolment)}@{turn.cause}", progress=now, goal=goal)


def _complete(turn: Turn, challenge: Challenge, enrolment: Enrolment, goal: int) -> None:
    enrolment.done = _crossing(enrolment, goal)
    key = f"{_key(enrolment)}@{turn.cause}"
    turn.say("Challenge Completed", challenge.id, key, goal=goal, completed=enrolment.done)
    if challenge.reward is not None:
        rewards.unlock(turn, entitlement(turn.who, enrolment), challenge.reward, challenge.id)
    if challenge.repeat == "on_completion" and not challenge.every:
        enrolment.ends = min(enrolment.ends, enrolment.done)


def _roll_back(turn: Turn, challenge: Challenge, enrolment: Enrolment) -> None:
    enrolment.done = 0.0
    if not challenge.every:
        enrolment.ends = challenge.window(enrolment.started)
    key = f"{_key(enrolment)}@{turn.cause}"
    gone = rewards.revoke(turn, entitlement(turn.who, enrolment), challenge.id)
    reason = "reward_revoked" if gone else "reward_stays"
    turn.say("Challenge Rolled Back", challenge.id, key, (reason,), progress=progress(enrolment))


def entitlement(who: str, enrolment: Enrolment) -> str:
    """One id a cycle, whatever completes it and however often."""
    return digest(enrolment.challenge, enrolment.version, who, str(enrolment.cycle))


def _crossing(enrolment: Enrolment, goal: int) -> float:
    """The event time at which the target was crossed, in the order of event times."""
    total = 0
    for at, _, amount in sorted(enrolment.parts.values()):
        total += amount
        if total >= goal:
            return at
    return max(at for at, _, _ in enrolment.parts.values())


def _quarters(amount: int, goal: int) -> int:
    return int(amount / goal / ANNOUNCED)


def _key(enrolment: Enrolment) -> str:
    return f"{enrolment.challenge}/{enrolment.version}/{enrolment.cycle}"


def _moment(enrolment: Enrolment) -> float:
    return enrolment.ends + (ROLLBACK if enrolment.closed else LATE)
