"""Scores that rise over a line, are confirmed, and are left only under a lower one (hysteresis).

A score that trembles around one line would fire at every tremble; two lines and a second look a day
later make it fire on the change only (DOMAIN: messages, churn).
"""

from typing import Any, Final

from engine.dates import DAY, NEVER
from engine.state import Customer, Watch
from engine.turn import Turn
from policies.rulebook import Crossings, Policy, Rising

CONFIRM: Final = DAY
"""Between two evaluations that count (s)."""


def evaluate(turn: Turn, crossings: Crossings) -> list[Policy]:
    """One look at every score that is watched; the policies whose line it has crossed for good.

    Most are under the lowest of their lines and were never over it: they cost one comparison,
    however many policies watch them.
    """
    scores, watches = turn.customer.scores, turn.customer.watches
    touched: set[str] = set()
    for ladder in crossings.ladders:
        if (score := scores[ladder.place]) >= ladder.lowest:
            touched |= ladder.under(score)
    if not touched and not watches:
        return []
    risings = crossings.of(touched.union(watches))
    return [each.policy for each in risings if _look(turn, each, scores[each.place])]


def look_again(turn: Turn, crossings: Crossings) -> list[Policy]:
    """Every second look that is due; one for a policy that is gone is called off."""
    crossed = evaluate(turn, crossings)
    watches = turn.customer.watches
    for ident in [ident for ident, watch in watches.items() if watch.again <= turn.now]:
        del watches[ident]
    return crossed


def due(customer: Customer[Any]) -> float:
    """When a crossing is to be looked at again."""
    return min((watch.again for watch in customer.watches.values()), default=NEVER)


def _look(turn: Turn, rising: Rising, score: float) -> bool:
    """Whether the line is crossed, after as many evaluations as it takes."""
    line, watches, ident = rising.line, turn.customer.watches, rising.policy.rule.id
    watch = watches.setdefault(ident, Watch())
    if watch.above:
        if score < line.falls:
            del watches[ident]
    elif score < line.rises:
        turn.stirred = True
        del watches[ident]
    elif watch.seen == 0 or turn.now >= watch.again:
        return _count(turn, rising, watch)
    return False


def _count(turn: Turn, rising: Rising, watch: Watch) -> bool:
    turn.stirred = True
    watch.seen += 1
    watch.again = turn.now + CONFIRM
    if watch.seen >= rising.line.evaluations:
        watch.above, watch.seen, watch.again = True, 0, NEVER
    return watch.above
