"""Points for orders: the rate, the multiplier of the tier, currencies, guests (DOMAIN §3)."""

from decimal import Decimal

import pytest

from engine.orders import UnknownCurrencyError
from engine.programme import Ladder, Points, TierRule
from tests.support.stories import LADDER, changed, line, order, saw, tell


def test_a_point_for_every_full_euro_and_rounded_down_on_the_order() -> None:
    told = tell(order("o1", line("a", 0.99), line("b", 0.99), line("c", 0.99)))
    assert told.points_of("Points Pending") == [2]


def test_an_order_that_earns_nothing_says_nothing() -> None:
    assert tell(order(total=0.99)).names == []


def test_three_points_for_every_full_seven_euros() -> None:
    programme = changed(points=Points(earn=3, per=Decimal("7.00")))
    assert tell(order(total=100), programme=programme).pending == 42


def test_a_tier_multiplies_before_the_rounding() -> None:
    programme = changed(tiers=LADDER)
    told = tell(order(total=600), order(total=1.99), programme=programme)
    assert told.points_of("Points Pending") == [600, 2]


def test_no_multiplier_is_above_five() -> None:
    vip = Ladder(steps=(TierRule(id="vip", name="VIP", spend=Decimal(0), multiplier=Decimal(9)),))
    assert tell(order(total=10), programme=changed(tiers=vip)).pending == 50


def test_an_amount_conflict_is_noted() -> None:
    assert "amount_conflict" in tell(order("o1", line("a", 10), revenue=12)).notes


def test_a_foreign_order_earns_at_the_programmes_rate() -> None:
    assert tell(order(total=100, currency="USD")).pending == 90


def test_a_rate_is_for_whole_units_whatever_the_coins() -> None:
    assert tell(order(total=10_000, currency="JPY")).pending == 60


def test_a_currency_in_small_letters_is_the_same() -> None:
    assert tell(order(total=100, currency="eur")).pending == 100


def test_a_currency_without_a_rate_is_refused_and_never_taken_one_to_one() -> None:
    with pytest.raises(UnknownCurrencyError, match="CHF"):
        tell(order(total=100, currency="CHF"))


def test_points_are_pending_from_the_day_of_the_order() -> None:
    [pending] = tell(order(total=10).late(days=2)).of("Points Pending")
    assert pending.properties["matures"] == pending.at + (14 - 2) * 86400


def test_a_guest_has_orders_but_no_points_and_no_tier() -> None:
    told = tell(order(total=2000), guest=True, programme=changed(tiers=LADDER))
    assert (list(told.customer.book.orders), told.decisions, told.tier) == (["o1"], [], "bronze")


def test_a_checkout_with_an_order_id_is_no_order() -> None:
    told = tell(saw("Checkout Started", order_id="o1"), saw("Order Updated", order_id="o1"))
    assert (told.customer.book.orders, told.decisions) == ({}, [])


def test_a_tier_that_no_longer_exists_earns_as_the_highest_that_does() -> None:
    told = tell(order(total=2000), programme=changed(tiers=LADDER))
    fewer = Ladder(steps=LADDER.steps[:1])
    told.publish(changed(tiers=fewer), told.now)
    told.beat(order("o2", total=10))
    assert told.points_of("Points Pending") == [2000, 10]
