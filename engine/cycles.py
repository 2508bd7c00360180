"""Which contribution belongs to which cycle of a challenge: a function of the set alone.

So neither repeats nor the order of arrival change anything (DOMAIN: challenges).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from engine.challenges import Challenge, Tally
from engine.dates import HOUR, local_day, period
from engine.state import Customer, Enrolment, Part
from engine.turn import Turn

LATE: Final = 72 * HOUR
"""How long after its window's end a contribution of that window still counts (s, log time)."""


class Cycle(Struct):
    """A window that begins with its first contribution.

    ends: excluded. crossed: event time at which the contributions reached the goal; 0: not yet.
    What is done stays done, whatever comes after it: a streak that breaks then was still one.
    """

    started: float
    ends: float
    tally: Tally
    goal: int
    parts: dict[str, Part] = {}
    crossed: float = 0.0

    def add(self, key: str, part: Part) -> None:
        """Take the next contribution, by event time."""
        self.parts[key] = part
        total = self.tally.add(key, part)
        if self.crossed:
            self.tally.total = max(total, self.goal)
        elif total >= self.goal:
            self.crossed = part[0]

    def keeps(self, key: str) -> bool:
        """Whether a contribution after its end is one of this cycle all the same."""
        return self.crossed > 0.0 and self.tally.keeps(key)


def deal(challenge: Challenge, goals: Sequence[int], parts: Mapping[str, Part]) -> list[Cycle]:
    """Contributions over the cycles of a challenge that one joins by contributing.

    goals: of the cycles in their order; the last is that of all further ones.

    A cycle begins with the first contribution that no cycle before it takes, and lasts for the
    challenge's days; where completion starts the next one, it ends with the crossing.
    What came back altogether still begins a cycle, for it was bought.
    """
    cycles: list[Cycle] = []
    cycle: Cycle | None = None
    for key, part in in_order(parts):
        at = part[0]
        if cycle is None or (at >= cycle.ends and not cycle.keeps(key)):
            if cycle is not None and challenge.repeat == "none":
                break
            if not challenge.begins(key):
                continue
            goal = goals[min(len(cycles), len(goals) - 1)]
            cycle = Cycle(at, challenge.window(at), challenge.tally(), goal)
            cycles.append(cycle)
        cycle.add(key, part)
        if challenge.repeat == "on_completion" and cycle.crossed:
            cycle.ends = cycle.crossed
    return cycles


def counted(challenge: Challenge, enrolment: Enrolment, goal: int) -> Cycle:
    """A cycle that is not dealt, as its contributions make it, whatever came in which order."""
    cycle = Cycle(enrolment.started, enrolment.ends, challenge.tally(), goal)
    for key, part in in_order(enrolment.parts):
        cycle.add(key, part)
    return cycle


def in_order(parts: Mapping[str, Part]) -> list[tuple[str, Part]]:
    """By event time; ties by id, which is as good as any order that never changes."""
    return sorted(parts.items(), key=lambda item: (item[1][0], item[0]))


def is_dealt(turn: Turn, enrolment: Enrolment) -> bool:
    """Whether the cycle is dealt anew with every contribution.

    Not one that was joined, that a calendar rules, that is closed, or that the programme has
    changed under: who is enrolled finishes on the definition that they began with.
    """
    if enrolment.closed:
        return False
    challenge = turn.world.versions[enrolment.version]
    begins_itself = challenge.join == "automatic" and challenge.every is None
    return begins_itself and challenge in turn.world.programme.challenges


def takes(turn: Turn, enrolment: Enrolment, at: float) -> bool:
    """Whether a cycle that is not dealt takes what happened at this moment."""
    every = turn.world.versions[enrolment.version].every
    if enrolment.closed:
        return False
    if every is not None:
        return enrolment.cycle == calendar(turn, every, at)[0]
    return enrolment.started <= at < enrolment.ends


def calendar(turn: Turn, every: str, at: float) -> tuple[int, float, float]:
    """The member's own period that holds a moment: (its first day's number, start, end).

    The day names the cycle, and not the moment, which moves when the member's zone does.
    """
    start, end = period(at, every, turn.zone)
    return local_day(start, turn.zone), start, end


def mine(customer: Customer[Any], ident: str) -> list[Enrolment]:
    """A member's cycles of one challenge, of whatever version, the oldest first."""
    return [enrolment for enrolment in customer.book.challenges if enrolment.challenge == ident]


def used_up(customer: Customer[Any], challenge: Challenge) -> bool:
    """Whether the only cycle of a challenge that is not repeated has begun, even if long ago."""
    return challenge.repeat == "none" and challenge.id in customer.book.begun


def united(known: Mapping[str, Part], new: Mapping[str, Part]) -> dict[str, Part]:
    """What is new, or earlier than what is known under its key: the first one counts."""
    return {key: min(part, known.get(key, part)) for key, part in new.items()}


def withdrawn(part: Part) -> Part:
    """A contribution that counts no more; that it was made is kept."""
    return part[0], part[1], 0


def renewed(customer: Customer[Any], challenge: Challenge, key: str, part: Part) -> Part:
    """What an order brings, as it is now; an action brings what it brought."""
    ident = challenge.ordered(key)
    order = customer.book.orders.get(ident) if ident is not None else None
    if order is None:
        return part
    at, lines, _ = part
    return at, lines, challenge.amount(order, lines)
