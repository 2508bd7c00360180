"""What an event costs does not grow with the policies that it cannot touch."""

from timeit import repeat

from engine.events import Happening
from engine.programme import PolicyRule
from engine.step import step
from engine.wire import decode
from policies import worlds
from policies.rulebook import compile_rules
from tests.support.shop import crossing, members, policy
from tests.support.stories import Told, view

VIEWS = 300


def idle(count: int) -> tuple[PolicyRule, ...]:
    """So many policies that a view never touches: of other events, and of scores far away."""
    lines = [0.6 + 0.3 * n / count for n in range(count)]
    return tuple(
        policy(id=f"p{n}", score=crossing(rises=line, falls=line / 2))
        if n % 2
        else policy(id=f"p{n}", on="Product Shared")
        for n, line in enumerate(lines)
    )


def cost(count: int) -> float:
    """The quickest of some goes at VIEWS views (s)."""
    told = Told(worlds.founded(members(*idle(count))))
    events = iter([seen(told, n) for n in range(7 * VIEWS)])

    def go() -> None:
        for _ in range(VIEWS):
            step(told.world, told.customer, told.who, next(events), told.now)

    return min(repeat(go, number=1, repeat=7))


def seen(told: Told, number: int) -> Happening:
    event = decode(view().record(told.who, f"v{number}", told.now))
    assert isinstance(event, Happening)
    return event


def test_no_score_under_all_lines_asks_a_policy() -> None:
    rules = compile_rules(members(*idle(1000)))
    (ladder,) = rules.crossings.ladders
    assert len(ladder.lines) == 500
    assert ladder.under(0.59) == set()
    assert ladder.under(ladder.lowest) == {"p1"}
    found = rules.crossings.of({"p9", "p1", "gone"})
    assert [rising.policy.rule.id for rising in found] == ["p1", "p9"]


def test_a_thousand_policies_cost_what_ten_do() -> None:
    assert cost(1000) <= 1.5 * cost(10)
