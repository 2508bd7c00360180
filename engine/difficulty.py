"""How much is asked of a member: about as much as they do anyway (DOMAIN: challenges, difficulty).

Orders are taken to come at random at the member's own rate (Poisson). Over the window that is left
there are λ = rate × days of them, and at least k with the probability
P(N ≥ k) = 1 − Σ_{i<k} e^−λ λ^i ÷ i!. The k whose probability is nearest to one half is chosen, and
the goal is what k of the member's usual orders bring, within the programme's bounds. It is within
40–60 % wherever a whole number of orders is; from λ = 4 on, one always is.
"""

from math import exp
from typing import Any, Final

from engine.challenges import Challenge
from engine.dates import DAY
from engine.state import Customer
from engine.turn import Turn

REMEMBERED: Final = 180 * DAY
"""Orders that tell the rate (s)."""
USUAL_GAP: Final = 30 * DAY
"""One order in so long (s) is counted in: the rate of somebody of whom nothing is known."""
MOST_EXPECTED: Final = 500.0
"""Orders; beyond it e^−λ vanishes."""


def chosen_goal(turn: Turn, challenge: Challenge, lasts: float, *, begun: bool) -> int:
    """How much this member needs, in the challenge's unit; 0: what the programme says.

    lasts: what is left of the window (s). begun: an order of it is there already.
    """
    between = challenge.between(turn.world.programme.currency)
    amounts = _amounts(turn.customer, challenge, turn.now) if between is not None else []
    if between is None or not amounts:
        return 0
    expected = min(MOST_EXPECTED, rate(turn.customer, turn.now) * lasts)
    orders = even_chance(expected) + begun
    usual = sum(amounts) / len(amounts)
    return min(max(round(orders * usual), between[0]), between[1])


def rate(customer: Customer[Any], now: float) -> float:
    """Orders a second, from the kept ones of the last 180 days; one in 30 days is counted in."""
    moments = _moments(customer, now)
    return (len(moments) + 1) / (now - min(moments, default=now) + USUAL_GAP)


def even_chance(expected: float) -> int:
    """The number of further orders, at least 1, that is reached with a chance nearest to one half.

    >>> even_chance(0.7), even_chance(2.0), even_chance(10.0)
    (1, 2, 10)
    """
    term = exp(-expected)
    chance, orders = 1.0 - term, 1
    while chance > 0.5:
        term *= expected / orders
        further = chance - term
        if 0.5 - further >= chance - 0.5:
            break
        chance, orders = further, orders + 1
    return orders


def _moments(customer: Customer[Any], now: float) -> list[float]:
    since = now - REMEMBERED
    return [each.at for each in customer.book.orders.values() if each.at >= since and each.kept]


def _amounts(customer: Customer[Any], challenge: Challenge, now: float) -> list[int]:
    """What each of the member's orders would have brought, where it is kept."""
    since = now - REMEMBERED
    found = [
        challenge.amount(order, list(range(len(order.lines))))
        for order in customer.book.orders.values()
        if order.at >= since
    ]
    return [amount for amount in found if amount]
