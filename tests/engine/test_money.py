"""Amounts, their spreading over lines, and what of an order earns."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Basket
from engine.money import converted, earning_base, minor, minor_rate, spread
from tests.support.stories import line

amounts = st.integers(0, 10**6)


def basket(**told: Any) -> Basket:
    return msgspec.convert({"order_id": "o1", **told}, Basket)


def lines(*prices: str | None) -> list[dict[str, Any]]:
    named = [line(f"p{n}", None) for n, _ in enumerate(prices)]
    return [{**each, "price": price} for each, price in zip(named, prices, strict=True)]


@given(amounts, st.lists(amounts, min_size=1, max_size=8))
def test_shares_sum_exactly_and_none_is_off_by_a_unit(amount: int, weights: list[int]) -> None:
    shares = spread(amount, weights)
    assert sum(shares) == amount
    if any(weights):
        exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
        assert all(abs(share - due) < 1 for share, due in zip(shares, exact, strict=True))


def test_ties_go_to_the_lowest_line() -> None:
    assert spread(2, [1, 1, 1]) == [1, 1, 0]


def test_weights_of_nothing_give_all_to_the_first_line() -> None:
    assert spread(5, [0, 0]) == [5, 0]


def test_the_discount_of_the_specification_is_spread_as_it_says() -> None:
    bought = basket(products=lines("30.00", "20.00", "9.99"), discount="6.00")
    assert earning_base(bought, "EUR").nets == (2700, 1800, 899)


@pytest.mark.parametrize(
    ("told", "base"),
    [
        ({"products": lines("10.00"), "discount": "1.50"}, 850),
        ({"products": lines(None), "subtotal": "8.00"}, 800),
        ({"revenue": "7.00"}, 700),
        ({"total": "12.00", "tax": "2.00", "shipping": "3.00"}, 700),
        ({"total": "12.00"}, 1200),
        ({"total": "5.00", "shipping": "6.00"}, 0),
    ],
    ids=["lines", "subtotal", "revenue", "total", "total_alone", "nothing_left"],
)
def test_what_is_missing_is_taken_from_the_next_best_figure(
    told: dict[str, Any], base: int
) -> None:
    earning = earning_base(basket(**told), "EUR")
    assert (earning.base, earning.flags) == (base, ())


def test_an_order_without_any_figure_earns_nothing_and_says_so() -> None:
    assert earning_base(basket(), "EUR").flags == ("amount_missing",)


def test_figures_that_differ_by_a_unit_a_line_are_one() -> None:
    bought = basket(products=lines("10.00", "10.00"), subtotal="19.98")
    assert (earning_base(bought, "EUR").base, earning_base(bought, "EUR").flags) == (2000, ())


@pytest.mark.parametrize("lowest", ["subtotal", "revenue", "total"])
def test_of_figures_that_differ_by_more_the_lowest_counts(lowest: str) -> None:
    told = {"subtotal": "20.00", "revenue": "20.00", "total": "20.00", lowest: "19.97"}
    earning = earning_base(basket(products=lines("10.00", "10.00"), **told), "EUR")
    assert (earning.base, earning.flags) == (1997, ("amount_conflict",))


def test_points_and_gift_cards_are_not_money() -> None:
    bought = basket(products=lines("10.00", "30.00"), paid_with_points="4.00", gift_cards="4.00")
    assert earning_base(bought, "EUR").nets == (800, 2400)


def test_lines_without_prices_share_by_pieces() -> None:
    told = [line("a", None, 3), line("b", None, 1)]
    assert earning_base(basket(products=told, revenue="8.00"), "EUR").nets == (600, 200)


def test_a_line_without_a_price_beside_priced_ones_has_no_part() -> None:
    earning = earning_base(basket(products=lines("5.00", None), revenue="8.00"), "EUR")
    assert earning.nets == (800, 0)


def test_a_currency_without_small_coins_has_none() -> None:
    assert earning_base(basket(total="1500"), "JPY").base == 1500


def test_a_foreign_order_is_rounded_down_once() -> None:
    earning = earning_base(basket(products=lines("3.33", "3.33")), "USD")
    abroad = converted(earning, minor_rate(Decimal("0.90"), "USD", "EUR"))
    assert (abroad.base, abroad.nets) == (599, (300, 299))


@given(st.integers(0, 10**9))
def test_minor_units_and_back_is_the_same(units: int) -> None:
    assert minor(Decimal(units) / 100, "EUR") == units


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 9)), min_size=1, max_size=6),
    st.integers(0, 60_000),
    st.none() | st.integers(0, 60_000),
)
def test_the_lines_parts_sum_to_the_base_and_no_part_is_above_its_line(
    priced: list[tuple[int, int]], discount: int, subtotal: int | None
) -> None:
    products = [line(f"p{n}", cents / 100, pieces) for n, (cents, pieces) in enumerate(priced)]
    told: dict[str, Any] = {"products": products, "discount": discount / 100}
    if subtotal is not None:
        told["subtotal"] = subtotal / 100
    raw = msgspec.json.encode({"order_id": "o1", **told})
    earning = earning_base(msgspec.json.decode(raw, type=Basket), "EUR")
    gross = [cents * pieces for cents, pieces in priced]
    assert sum(earning.nets) == earning.base >= 0
    if sum(gross) >= earning.base:
        assert all(0 <= net <= whole for net, whole in zip(earning.nets, gross, strict=True))
