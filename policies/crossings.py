"""Scores that rise over a line, are confirmed, and are left only under a lower one (hysteresis).

A score that trembles around one line would fire at every tremble; two lines and a second look a day
later make it fire on the change only (DOMAIN: messages, churn).
"""

from collections.abc import Iterable
from typing import Any, Final

from engine.dates import DAY, NEVER
from engine.state import Customer, Watch
from engine.turn import Turn
from policies.messages import consider
from policies.rulebook import Rising

CONFIRM: Final = DAY
"""Between two evaluations that count (s)."""


def evaluate(turn: Turn, crossings: Iterable[Rising]) -> None:
    """One look at every score that is watched; most are under their line and were never over it."""
    scores, watches = turn.customer.scores, turn.customer.watches
    for rising in crossings:
        score = scores[rising.place]
        if score >= rising.line.rises or rising.policy.rule.id in watches:
            _look(turn, rising, score)


def look_again(turn: Turn, crossings: Iterable[Rising]) -> None:
    """Every second look that is due; one for a policy that is gone is called off."""
    evaluate(turn, crossings)
    for watch in turn.customer.watches.values():
        if watch.again <= turn.now:
            watch.seen, watch.again = 0, NEVER


def due(customer: Customer[Any]) -> float:
    """When a crossing is to be looked at again."""
    return min((watch.again for watch in customer.watches.values()), default=NEVER)


def _look(turn: Turn, rising: Rising, score: float) -> None:
    line, watches = rising.line, turn.customer.watches
    watch = watches.setdefault(rising.policy.rule.id, Watch())
    if watch.above:
        watch.above = score >= line.falls
    elif score < line.rises:
        turn.stirred = turn.stirred or watch.again != NEVER
        watch.seen, watch.again = 0, NEVER
        if watch.rests <= turn.now:  # as if it had never been over
            del watches[rising.policy.rule.id]
    elif watch.seen == 0 or turn.now >= watch.again:
        _count(turn, rising, watch)


def _count(turn: Turn, rising: Rising, watch: Watch) -> None:
    turn.stirred = True
    watch.seen += 1
    watch.again = turn.now + CONFIRM
    if watch.seen >= rising.line.evaluations:
        watch.above, watch.seen, watch.again = True, 0, NEVER
        consider(turn, (rising.policy,))
