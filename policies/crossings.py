"""Scores that rise over a line, are confirmed, and are left only under a lower one (hysteresis).

A score that trembles around one line would fire at every tremble; two lines and a second look a day
later make it fire on the change only (DOMAIN: messages, churn).
"""

from typing import Any, Final

from engine.dates import DAY, NEVER
from engine.state import Customer, Watch
from engine.turn import Turn
from policies.messages import consider
from policies.rulebook import Crossings, Rising

CONFIRM: Final = DAY
"""Between two evaluations that count (s)."""


def evaluate(turn: Turn, crossings: Crossings) -> None:
    """One look at every score that is watched.

    Most are under the lowest of their lines and were never over it: they cost one comparison,
    however many policies watch them.
    """
    scores, watches = turn.customer.scores, turn.customer.watches
    touched: set[str] = set()
    for ladder in crossings.ladders:
        if (score := scores[ladder.place]) >= ladder.lowest:
            touched |= ladder.under(score)
    if touched or watches:
        for rising in crossings.of(touched.union(watches)):
            _look(turn, rising, scores[rising.place])


def look_again(turn: Turn, crossings: Crossings) -> None:
    """Every second look that is due; one for a policy that is gone is called off."""
    evaluate(turn, crossings)
    watches = turn.customer.watches
    for ident in [ident for ident, watch in watches.items() if watch.again <= turn.now]:
        del watches[ident]


def due(customer: Customer[Any]) -> float:
    """When a crossing is to be looked at again."""
    return min((watch.again for watch in customer.watches.values()), default=NEVER)


def _look(turn: Turn, rising: Rising, score: float) -> None:
    line, watches, ident = rising.line, turn.customer.watches, rising.policy.rule.id
    watch = watches.setdefault(ident, Watch())
    if watch.above:
        if score < line.falls:
            del watches[ident]
    elif score < line.rises:
        turn.stirred = True
        del watches[ident]
    elif watch.seen == 0 or turn.now >= watch.again:
        _count(turn, rising, watch)


def _count(turn: Turn, rising: Rising, watch: Watch) -> None:
    turn.stirred = True
    watch.seen += 1
    watch.again = turn.now + CONFIRM
    if watch.seen >= rising.line.evaluations:
        watch.above, watch.seen, watch.again = True, 0, NEVER
        consider(turn, (rising.policy,))
