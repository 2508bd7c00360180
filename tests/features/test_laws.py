"""The laws that every theme keeps; a new theme is under them as soon as it is in `Memories`."""

from math import isfinite

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dates import DAY
from engine.events import NAMED
from features import CATALOGUE, THEMES, Memories, Number, fold, merge, numbers
from tests.features.stories import (
    MOVING,
    START,
    Told,
    after,
    as_happened,
    as_heard,
    happening,
    read,
    remember,
    stories,
)

TASTE = {number.name for number in THEMES["affinity"].NUMBERS}
"""Taste fades with own purchases: to it an order that comes late has happened late."""
THOUSANDTHS = 0.02
"""What rounding may take from a share of tastes, whose weights are whole thousandths."""
RECENCIES = [number.name for number in CATALOGUE if number.name.startswith("days_since")]


def encoded(memories: Memories) -> bytes:
    return msgspec.msgpack.encode(memories)


def without(numbers: dict[str, float], left_out: set[str]) -> dict[str, float]:
    return {name: value for name, value in numbers.items() if name not in left_out}


@given(story=stories())
def test_the_order_of_arrival_changes_no_number(story: list[Told]) -> None:
    now = after(story)
    heard = without(read(remember(*as_heard(story)), now), TASTE)
    happened = without(read(remember(*as_happened(story)), now), TASTE)
    assert heard == pytest.approx(happened, rel=1e-9, abs=1e-9)


@given(story=stories(timely_orders=True))
def test_late_browsing_changes_no_number(story: list[Told]) -> None:
    now = after(story)
    heard = read(remember(*as_heard(story)), now)
    assert heard == pytest.approx(read(remember(*as_happened(story)), now), abs=THOUSANDTHS)


@pytest.mark.parametrize("event", MOVING)
def test_an_older_write_does_not_overwrite_a_newer_one(event: str) -> None:
    def recencies(memories: Memories) -> list[float]:
        numbers = read(memories, START + 10 * DAY)
        return [numbers[name] for name in RECENCIES]

    memories = remember(happening(event, START + 9 * DAY, money=500, category="tea"))
    before = recencies(memories)
    fold(memories, happening(event, START, money=700, category="decaf"))
    assert recencies(memories) == before


@given(story=stories(), wait=st.floats(0, 4000 * DAY))
def test_numbers_are_finite_and_in_their_range(story: list[Told], wait: float) -> None:
    values = numbers(remember(*as_heard(story)), after(story) + wait)
    for number, value in zip(CATALOGUE, values, strict=True):
        assert isfinite(value), number.name
        assert number.low <= value <= number.high, number.name


@given(story=stories())
def test_reading_numbers_changes_nothing(story: list[Told]) -> None:
    memories = remember(*as_heard(story))
    before = encoded(memories)
    numbers(memories, after(story))
    assert encoded(memories) == before


@given(story=stories())
def test_what_is_encoded_and_decoded_is_the_same(story: list[Told]) -> None:
    memories = remember(*as_heard(story))
    assert msgspec.msgpack.decode(encoded(memories), type=Memories) == memories


@given(story=stories())
def test_an_event_moves_the_themes_that_ask_for_it_and_no_other(story: list[Told]) -> None:
    by_hand = Memories()
    for happened in as_heard(story):
        for name, theme in THEMES.items():
            if happened.name in theme.MOVED_BY:
                getattr(by_hand, name).fold(happened)
    assert remember(*as_heard(story)) == by_hand


def busy(days: int) -> Memories:
    """Somebody who does everything three times a day, each time with another category and brand."""
    moments = [START + day * DAY + second for day in range(days) for second in range(3)]
    return remember(
        *(
            happening(event, at, money=900, category=f"cups {at % 97}", brand=f"brand {at % 89}")
            for at in moments
            for event in MOVING
        )
    )


def test_a_customer_costs_the_same_bytes_for_ever() -> None:
    assert len(encoded(busy(80))) <= len(encoded(busy(40))) + 20


def test_the_busiest_customer_costs_less_than_a_kilobyte() -> None:
    assert len(encoded(busy(40))) < 1024


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_is_moved_by_events_that_exist(theme: str) -> None:
    assert NAMED.keys() >= THEMES[theme].MOVED_BY


def test_no_two_numbers_have_one_name() -> None:
    names = [number.name for number in CATALOGUE]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("number", CATALOGUE, ids=lambda number: number.name)
def test_a_number_can_be_named_in_a_condition_and_says_what_it_is(number: Number) -> None:
    assert number.name.isidentifier()
    assert number.unit
    assert number.meaning
    assert number.low < number.high


@given(story=stories(days=30), data=st.data())
def test_two_memories_merged_are_as_one_from_the_start(
    story: list[Told], data: st.DataObject
) -> None:
    """To the last digits; tastes differ by the fading of purchases that were the other one's."""
    keys = sorted({_deed(each) for each in story})
    ours = set(data.draw(st.lists(st.sampled_from(keys), unique=True))) if keys else set()
    now = after(story)
    whole = read(remember(*as_heard(story)), now)
    left = remember(*as_heard([each for each in story if _deed(each) in ours]))
    right = remember(*as_heard([each for each in story if _deed(each) not in ours]))
    merge(left, right)
    assert without(read(left, now), TASTE) == pytest.approx(
        without(whole, TASTE), rel=1e-9, abs=1e-9
    )
    assert left.affinity.orders == remember(*as_heard(story)).affinity.orders


def _deed(told: Told) -> float:
    """An order and its refunds are one person's."""
    return told.happened.ordered or told.happened.at


@given(story=stories())
def test_to_merge_with_nobody_changes_nothing(story: list[Told]) -> None:
    alone, other = remember(*as_heard(story)), Memories()
    now = after(story)
    merge(other, alone)
    assert read(other, now) == pytest.approx(read(alone, now), rel=1e-9, abs=1e-9)
    merge(alone, Memories())
    assert read(other, now) == pytest.approx(read(alone, now), rel=1e-9, abs=1e-9)


@given(one=stories(timely_orders=True), two=stories(timely_orders=True))
def test_tastes_are_united_within_bounds(one: list[Told], two: list[Told]) -> None:
    """Never more names than are kept, favourite first."""
    ours, theirs = remember(*as_heard(one)), remember(*as_heard(two))
    merge(ours, theirs)
    for taste in (ours.affinity.categories, ours.affinity.brands):
        assert taste.short == sorted(taste.short, reverse=True)
        assert len(taste.names) <= 12
