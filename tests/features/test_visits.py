import pytest

from engine.dates import DAY, HOUR
from features.theme import NEVER
from tests.features.stories import START, happening, order, read, remember

MIDNIGHT = START - 8 * HOUR


def seen(*days: float) -> dict[str, float]:
    """Numbers at the first midnight, for product pages opened so many days before it."""
    views = [happening("Product Viewed", MIDNIGHT - day * DAY) for day in days]
    return read(remember(*views), MIDNIGHT)


def test_a_day_with_many_pages_is_one_visit() -> None:
    assert seen(14.0, 13.9, 13.2)["visits_14d"] == pytest.approx(0.5)


def test_visits_of_several_days_add_up_as_they_fade() -> None:
    assert seen(28.0, 14.0)["visits_14d"] == pytest.approx(0.25 + 0.5)


def test_a_late_page_of_a_counted_day_is_not_a_visit_more() -> None:
    assert seen(20.0, 3.0, 19.9) == seen(20.0, 3.0)


def test_a_late_page_of_another_day_is_a_visit() -> None:
    assert seen(3.0, 20.0)["visits_30d"] == pytest.approx(seen(20.0, 3.0)["visits_30d"])


def test_a_day_beyond_memory_is_not_counted() -> None:
    assert seen(3.0, 35.0) == seen(3.0)


def test_who_was_never_seen_was_seen_long_ago() -> None:
    numbers = read(remember(), MIDNIGHT)
    assert (numbers["days_since_visit"], numbers["visits_14d"]) == (NEVER, 0.0)


def test_an_order_is_a_visit_even_if_only_the_server_tells() -> None:
    assert read(remember(order(MIDNIGHT)), MIDNIGHT + 2 * DAY)["days_since_visit"] == 2.0
