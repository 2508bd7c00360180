"""Policies that time sets off: so long after an event, or at a time of day.

One alarm a policy, kept with the member: the newest event of its kind counts. The condition is
asked when it rings, so what has changed meanwhile decides.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.dates import HOUR, NEVER
from engine.state import WAITS, Customer, Journey
from engine.turn import Turn
from policies.rulebook import Policy, Rulebook
from policies.schedules import next_moment, rang

REWOUND_BY: Final = ("identify", "Loyalty Enrolled")
"""Events that may tell a birthday, a zone or an enrolment."""


def follow(turn: Turn, rules: Rulebook, event: str, at: float) -> None:
    """An event starts alarms and calls others off. at: event time (s)."""
    if event in rules.stops:
        _stop(turn, rules.stops[event])
    if event in rules.starts:
        _start(turn, rules.starts[event], at)
    if rules.schedules and event in REWOUND_BY:
        wind(turn, rules)


def due(customer: Customer[Any]) -> float:
    """The next alarm."""
    journey = customer.journey
    if journey is None:
        return NEVER
    return min([journey.clock, *journey.waits.values()])


def ring(turn: Turn, rules: Rulebook) -> list[Policy]:
    """The policies whose time has come; one that is gone is forgotten."""
    journey = turn.customer.journey = turn.customer.journey or Journey()
    ripe = [ident for ident, when in journey.waits.items() if when <= turn.now]
    journey.waits = {ident: when for ident, when in journey.waits.items() if ident not in ripe}
    found = [rules.by_id[ident] for ident in ripe if ident in rules.by_id]
    if journey.clock <= turn.now:
        found += [
            policy
            for policy in rules.schedules
            if (schedule := policy.rule.schedule) and rang(turn, schedule, journey.rang)
        ]
        journey.rang = turn.now
        wind(turn, rules)
    return found


def wind(turn: Turn, rules: Rulebook) -> None:
    """Set the clock to the next moment of any schedule."""
    journey = turn.customer.journey = turn.customer.journey or Journey()
    schedules = [policy.rule.schedule for policy in rules.schedules]
    moments = [next_moment(turn, each, turn.now) for each in schedules if each is not None]
    journey.rang = journey.rang if journey.rang else turn.now
    journey.clock = min(moments, default=NEVER)
    turn.stirred = True


def wound(customer: Customer[Any]) -> bool:
    """Whether the clock has ever been set."""
    journey = customer.journey
    return journey is not None and journey.rang > 0


def _start(turn: Turn, policies: Sequence[tuple[str, float]], at: float) -> None:
    journey = turn.customer.journey = turn.customer.journey or Journey()
    waits = journey.waits
    for ident, hours in policies:
        if ident in waits or len(waits) < WAITS:
            waits[ident] = max(waits.get(ident, 0), int(at + hours * HOUR))
        else:
            turn.note("too_many_waits")
    turn.stirred = True


def _stop(turn: Turn, idents: frozenset[str]) -> None:
    journey = turn.customer.journey
    if journey is not None and not idents.isdisjoint(journey.waits):
        kept: Mapping[str, int] = journey.waits
        journey.waits = {ident: when for ident, when in kept.items() if ident not in idents}
        turn.stirred = True
