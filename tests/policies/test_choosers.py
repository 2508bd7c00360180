"""What every chooser must do: a new one gets these laws for standing in `CHOOSERS`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.chance import draw
from engine.programme import Variant
from engine.turn import Turn
from policies import worlds
from policies.choosers import CHOOSERS
from policies.choosing import pick
from tests.support.shop import members
from tests.support.stories import START, Told

candidates = st.lists(st.integers(1, 1000), min_size=1, max_size=9).map(
    lambda weights: [Variant(id=f"v{n}", weight=weight) for n, weight in enumerate(weights)]
)
kinds = pytest.mark.parametrize("kind", CHOOSERS)


def turn() -> Turn:
    told = Told(worlds.founded(members()))
    return Turn(told.world, told.customer, told.who, START, "m1", [], [], [])


@kinds
@given(listed=candidates)
def test_every_candidate_has_its_odds_and_they_add_up(kind: str, listed: list[Variant]) -> None:
    odds = CHOOSERS[kind].odds(listed, turn())
    assert [each for each, _ in odds] == listed
    assert all(0 <= chance <= 1 for _, chance in odds)
    assert sum(chance for _, chance in odds) == pytest.approx(1)


@kinds
@given(listed=candidates)
def test_odds_are_a_function_of_the_turn(kind: str, listed: list[Variant]) -> None:
    assert CHOOSERS[kind].odds(listed, turn()) == CHOOSERS[kind].odds(listed, turn())


@kinds
@given(listed=candidates, drawn=st.floats(0, 1, exclude_max=True) | st.just(1 - 2**-53))
def test_whatever_is_drawn_had_a_chance(kind: str, listed: list[Variant], drawn: float) -> None:
    odds = CHOOSERS[kind].odds(listed, turn())
    chances = {each.id: chance for each, chance in odds}
    assert chances[pick(odds, drawn).id] > 0


@kinds
def test_over_many_draws_the_odds_are_what_is_said(kind: str) -> None:
    odds = CHOOSERS[kind].odds([Variant(id="a"), Variant(id="b", weight=4)], turn())
    drawn = [pick(odds, draw("salt", str(n))).id for n in range(4000)]
    for each, chance in odds:
        assert drawn.count(each.id) / len(drawn) == pytest.approx(chance, abs=0.03)
