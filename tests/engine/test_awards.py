"""Multipliers that add up and bonuses on top, and how returns undo them (DOMAIN §3.5, §3.6, §5)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.programme import BonusRule, MultiplierRule, Points, Programme
from tests.support.stories import (
    LADDER,
    Beat,
    Told,
    back,
    changed,
    line,
    order,
    publish,
    refund,
    tell,
)


def times(multiplier: str, ident: str = "more", **where: Any) -> MultiplierRule:
    return MultiplierRule(id=ident, name=ident, multiplier=Decimal(multiplier), **where)


def bonus(spend: int, points: int, ident: str = "big") -> BonusRule:
    return BonusRule(id=ident, name=ident, spend=Decimal(spend), points=points)


def with_points(*multipliers: MultiplierRule, bonuses: tuple[BonusRule, ...] = ()) -> Programme:
    return changed(tiers=LADDER, points=Points(multipliers=multipliers, bonuses=bonuses))


def earned(bought: Beat, *multipliers: MultiplierRule, bonuses: tuple[BonusRule, ...] = ()) -> int:
    return tell(bought, programme=with_points(*multipliers, bonuses=bonuses)).pending


MIXED = order("o1", line("a", 10, category="tea"), line("b", 20, category="coffee", brand="Fuchs"))


def test_multipliers_add_and_do_not_multiply() -> None:
    assert earned(order(total=10), times("2"), times("3", "other")) == 40


def test_no_order_earns_more_than_five_times() -> None:
    assert earned(order(total=10), times("4"), times("4", "other")) == 50


def test_the_tiers_multiplier_is_one_of_them() -> None:
    told = tell(order("o1", total=500), order("o2", total=10), programme=with_points(times("2")))
    assert told.points_of("Points Pending") == [1000, 25]  # 1.5 and 2 are +0.5 and +1


def test_it_is_rounded_down_once_on_the_order() -> None:
    bought = order("o1", line("a", 0.50, category="tea"), line("b", 0.50))
    assert earned(bought, times("1.5"), times("1.25", "tea", categories=("tea",))) == 1
    assert earned(bought, times("2"), times("2", "tea", categories=("tea",))) == 2


@pytest.mark.parametrize(
    ("where", "points"),
    [
        ({"categories": ("tea",)}, 40),
        ({"brands": ("Fuchs",)}, 50),
        ({"categories": ("tea",), "brands": ("Fuchs",)}, 60),
        ({"categories": ("cake",)}, 30),
    ],
)
def test_a_multiplier_of_some_goods_is_for_their_lines_only(
    where: dict[str, Any], points: int
) -> None:
    assert earned(MIXED, times("2", **where)) == points


def test_an_order_told_without_lines_has_no_goods_to_multiply() -> None:
    assert earned(order(total=10), times("2", categories=("tea",))) == 10


@pytest.mark.parametrize(
    ("when", "points"),
    [
        ({"starts": "2026-01-05", "ends": "2026-01-05"}, 20),
        ({"starts": "2026-01-06"}, 10),
        ({"ends": "2026-01-04"}, 10),
        ({"weekdays": ("mon", "tue")}, 20),
        ({"weekdays": ("sun",)}, 10),
        ({"tiers": ("bronze",)}, 20),
        ({"tiers": ("gold",)}, 10),
    ],
)
def test_a_multiplier_holds_on_its_days_and_in_its_tiers(when: dict[str, Any], points: int) -> None:
    assert earned(order(total=10), times("2", **when)) == points


def test_without_tiers_a_multiplier_of_tiers_is_for_nobody() -> None:
    programme = changed(points=Points(multipliers=(times("2", tiers=("gold",)),)))
    assert tell(order(total=10), programme=programme).pending == 10


def test_days_are_the_programmes_and_the_orders_own() -> None:
    """23:30 UTC on the 5th, told a day later: in Vienna it was the 6th."""
    late = order(total=10).after(hours=38.5).late(hours=24)
    assert earned(late, times("2", starts="2026-01-06", ends="2026-01-06")) == 20


def test_the_decision_says_what_added_to_it() -> None:
    told = tell(MIXED, programme=with_points(times("2"), bonuses=(bonus(20, 5),)))
    said = told.of("Points Pending")[0].properties
    assert (said["multipliers"], said["bonuses"], said["points"]) == (["more"], ["big"], 65)


def test_bonuses_are_on_top_and_not_multiplied() -> None:
    bonuses = (bonus(20, 100), bonus(30, 7, "bigger"), bonus(31, 1000, "biggest"))
    assert earned(MIXED, times("2"), bonuses=bonuses) == 167


def test_a_bonus_goes_whole_when_less_than_its_threshold_is_left() -> None:
    programme = with_points(bonuses=(bonus(20, 100),))
    told = tell(MIXED, refund("o1", back("a"), key="a"), programme=programme)
    assert told.pending == 120
    told.beat(refund("o1", back("b"), key="b"))
    assert told.points_of("Points Reversed") == [10, 120]


def test_a_return_takes_back_at_the_rates_of_the_order() -> None:
    told = tell(
        MIXED,
        publish(changed()),
        refund("o1", back("a"), key="a"),
        programme=with_points(times("3", categories=("tea",))),
    )
    assert (told.points_of("Points Reversed"), told.pending) == ([30], 20)


def test_a_guest_gets_neither() -> None:
    programme = with_points(times("2"), bonuses=(bonus(1, 100),))
    assert tell(order(total=50), programme=programme, guest=True).points == (0, 0, 0, 0)


goods = st.builds(
    lambda cents, pieces, category: (cents, pieces, category),
    st.integers(1, 5000),
    st.integers(1, 3),
    st.sampled_from(["tea", "coffee", "cake"]),
)
rules = st.builds(
    lambda multiplier, ident, categories: times(str(multiplier), ident, categories=categories),
    st.decimals(1, 5, places=2),
    st.sampled_from(["r1", "r2", "r3"]),
    st.sampled_from([(), ("tea",), ("tea", "coffee")]),
)
bonuses = st.builds(bonus, st.integers(1, 60), st.integers(1, 500))


@given(
    st.lists(goods, min_size=1, max_size=4),
    st.lists(rules, max_size=3),
    st.lists(bonuses, max_size=2),
    st.integers(0, 5),
    st.data(),
)
def test_any_order_of_returns_sums_to_the_award_and_never_turns_back(
    bought: list[tuple[int, int, str]],
    multipliers: list[MultiplierRule],
    bonuses: list[BonusRule],
    discount: int,
    data: st.DataObject,
) -> None:
    programme = with_points(*multipliers, bonuses=tuple(bonuses))
    lines = [
        line(f"p{n}", cents / 100, pieces, category=category)
        for n, (cents, pieces, category) in enumerate(bought)
    ]
    returns = [f"p{n}" for n, (_, pieces, _) in enumerate(bought) for _ in range(pieces)]
    first, second = data.draw(st.permutations(returns)), data.draw(st.permutations(returns))
    cut = data.draw(st.integers(0, len(returns)))

    def told(products: list[str]) -> Told:
        refunds = [refund("o1", back(each), key=f"k{n}") for n, each in enumerate(products)]
        return tell(order("o1", *lines, discount=discount), *refunds, programme=programme)

    award = told([]).pending
    one, other = told(first), told(second)
    assert one.pending == other.pending == 0
    assert sum(one.points_of("Points Reversed")) == sum(other.points_of("Points Reversed")) == award
    same = sorted(first[:cut])
    assert told(first[:cut]).pending == told(same).pending <= award
