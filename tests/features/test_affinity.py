import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dates import DAY
from engine.world import Happened
from features.affinity import LENGTH, NAMES, ORDERS
from tests.features.stories import START, happening, order, read, remember


def viewed(category: str, day: float = 0.0) -> Happened:
    return happening("Product Viewed", START + day * DAY, category=category)


def bought(category: str | None, day: float, quantity: int = 1) -> Happened:
    return order(START + day * DAY, lines=({"category": category, "quantity": quantity},))


def taste(*events: Happened) -> dict[str, float]:
    return dict(remember(*events).affinity.categories.top(NAMES))


def test_who_has_done_nothing_likes_nothing() -> None:
    memories = remember()
    assert memories.affinity.categories.top(3) == []
    assert read(memories, START)["favourite_share"] == 0.0


def test_ten_looks_weigh_as_much_as_an_order() -> None:
    looks = [viewed("tea", 1)] * 10
    assert taste(bought("decaf", 0), *looks) == {"decaf": 0.5, "tea": 0.5}


def test_an_order_is_shared_by_its_pieces() -> None:
    lines = ({"category": "filter", "quantity": 3}, {"category": "tea", "brand": "Blattwerk"})
    memories = remember(order(START, lines=lines))
    assert memories.affinity.categories.top(9) == [("filter", 0.75), ("tea", 0.25)]
    assert memories.affinity.brands.top(9) == [("Blattwerk", 1.0)]


def test_a_line_of_no_pieces_is_one() -> None:
    assert taste(bought("tea", 0, quantity=0)) == {"tea": 1.0}


def test_a_new_favourite_shows_after_four_purchases() -> None:
    coffee = [bought("espresso", day) for day in range(40)]
    tea = [bought("tea", 40 + day) for day in range(4)]
    assert next(iter(taste(*coffee, *tea[:3]))) == "espresso"
    assert next(iter(taste(*coffee, *tea))) == "tea"


def test_a_changed_taste_is_told_until_the_old_one_is_forgotten() -> None:
    coffee = [bought("espresso", day) for day in range(40)]
    tea = [bought("tea", 40 + day) for day in range(30)]
    changed = [read(remember(*coffee, *tea[:many]), START)["taste_changed"] for many in (0, 5, 30)]
    assert changed == [0.0, 1.0, 0.0]


def test_the_shares_are_those_of_the_favourites() -> None:
    numbers = read(remember(bought("tea", 0), *[viewed("decaf", 1)] * 5), START)
    assert numbers["favourite_share"] == pytest.approx(2 / 3)
    assert (numbers["brand_share"], numbers["categories"]) == (0.0, 2)


def test_a_late_look_is_faded_by_the_purchases_after_it() -> None:
    orders = [bought("decaf", day) for day in (1, 2)]
    assert taste(*orders, viewed("tea", 0)) == pytest.approx(
        taste(viewed("tea", 0), *orders), abs=1e-3
    )


def test_a_late_order_weighs_as_much_as_if_it_had_come_in_time() -> None:
    late, timely = [bought("tea", 9), bought("decaf", 3)], [bought("decaf", 3), bought("tea", 9)]
    assert taste(*late) == taste(*timely)


@given(late=st.integers(0, 29))
def test_a_late_order_shifts_a_taste_by_one_fading_at_most(late: int) -> None:
    def one(day: int) -> Happened:
        return bought("tea" if day % 3 else "decaf", day)

    in_time = [one(day) for day in range(30)]
    too_late = [*(one(day) for day in range(30) if day != late), one(late)]
    assert taste(*too_late) == pytest.approx(taste(*in_time), abs=0.16)


def test_moments_of_old_orders_are_forgotten() -> None:
    memories = remember(*(bought("tea", day) for day in range(ORDERS + 5)))
    assert len(memories.affinity.orders) == ORDERS


def test_a_faint_liking_is_forgotten() -> None:
    assert taste(viewed("tea"), *(bought("decaf", 1 + day) for day in range(30))) == {"decaf": 1.0}


def test_what_was_liked_long_ago_has_no_share() -> None:
    nameless = [bought(None, 1 + day) for day in range(50)]
    memories = remember(bought("tea", 0), *nameless)
    assert memories.affinity.categories.names == ["tea"]
    assert read(memories, START)["favourite_share"] == 0.0


def test_a_newcomer_takes_the_weakest_place() -> None:
    strong = [bought(f"c{n}", n) for n in range(NAMES)]
    liked = taste(*strong, viewed("tea", 99))
    assert len(liked) == NAMES
    assert "tea" in liked
    assert "c0" not in liked


def test_a_long_name_is_cut_and_still_known() -> None:
    assert taste(viewed("x" * 900), viewed("x" * 900)) == {"x" * LENGTH: 1.0}
