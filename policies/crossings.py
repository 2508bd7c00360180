"""Scores that rise over a line, are confirmed, and are left only under a lower one (hysteresis).

A score that trembles around one line would fire at every tremble; two lines and a second look a day
later make it fire on the change only (DOMAIN: messages, churn).
"""

from collections.abc import Iterable
from typing import Any, Final

from engine.dates import DAY, NEVER
from engine.programme import Crossing
from engine.state import Customer, Watch
from engine.turn import Turn
from policies.messages import consider
from policies.rulebook import Policy
from policies.view import SCORES

CONFIRM: Final = DAY
"""Between two evaluations that count (s)."""


def evaluate(turn: Turn, policy: Policy, line: Crossing) -> None:
    """One look at the score."""
    score = turn.customer.scores[SCORES[line.model]]
    watch = turn.customer.watches.get(policy.rule.id)
    if watch is None:
        if score < line.rises:
            return
        watch = turn.customer.watches[policy.rule.id] = Watch()
    if watch.above:
        watch.above = score >= line.falls
    elif score < line.rises:
        watch.seen, watch.again = 0, NEVER
    elif watch.seen == 0 or turn.now >= watch.again:
        _count(turn, policy, line, watch)


def look_again(turn: Turn, crossings: Iterable[tuple[Policy, Crossing]]) -> None:
    """Every second look that is due; one for a policy that is gone is called off."""
    for policy, line in crossings:
        evaluate(turn, policy, line)
    for watch in turn.customer.watches.values():
        if watch.again <= turn.now:
            watch.seen, watch.again = 0, NEVER


def due(customer: Customer[Any]) -> float:
    """When a crossing is to be looked at again."""
    return min((watch.again for watch in customer.watches.values()), default=NEVER)


def _count(turn: Turn, policy: Policy, line: Crossing, watch: Watch) -> None:
    watch.seen += 1
    watch.again = turn.now + CONFIRM
    if watch.seen >= line.evaluations:
        watch.above, watch.seen, watch.again = True, 0, NEVER
        consider(turn, (policy,))
