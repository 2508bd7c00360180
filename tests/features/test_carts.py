import pytest

from engine.dates import DAY
from engine.world import Happened
from features.carts import REMEMBERED
from features.theme import NEVER
from tests.features.stories import START, happening, order, read, remember


def added(day: float) -> Happened:
    return happening("Product Added", START + day * DAY)


def bought(day: float) -> Happened:
    return order(START + day * DAY)


def carts(*events: Happened, day: float = 20.0) -> dict[str, float]:
    return read(remember(*events), START + day * DAY)


def test_an_addition_counts_half_after_fourteen_days() -> None:
    assert carts(added(0), added(0), day=14)["carts_14d"] == pytest.approx(1.0)


def test_an_order_ends_the_cart_before_it() -> None:
    assert carts(added(1), added(2), bought(3), added(4))["carts_since_order"] == 1


def test_an_order_that_comes_late_leaves_what_is_newer() -> None:
    assert carts(added(1), added(4), bought(3))["carts_since_order"] == 1


def test_an_older_order_that_comes_late_changes_nothing() -> None:
    assert carts(bought(5), added(6), bought(3), added(4))["carts_since_order"] == 1


def test_an_addition_that_comes_after_its_order_is_not_waiting_to_be_bought() -> None:
    assert carts(bought(3), added(2))["carts_since_order"] == 0


def test_a_cart_is_full_at_twenty() -> None:
    assert carts(*(added(day / 10) for day in range(99)))["carts_since_order"] == REMEMBERED


def test_a_late_addition_does_not_push_a_newer_one_out_of_a_full_cart() -> None:
    newer = [added(10 + n / 10) for n in range(REMEMBERED)]
    assert carts(*newer, added(1), bought(5))["carts_since_order"] == REMEMBERED


def test_who_never_filled_a_cart_did_so_long_ago() -> None:
    assert carts()["days_since_cart"] == NEVER
