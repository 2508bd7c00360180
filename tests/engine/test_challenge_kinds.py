"""Collections, streaks and sequences: what each kind makes of what was done (DOMAIN §7)."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from msgspec.structs import replace

from engine.challenges import Challenge, Collection, Sequence, Step, Streak
from engine.dates import DAY
from tests.engine.test_challenges import taken_part, withdrawn
from tests.support.stories import (
    Beat,
    Told,
    back,
    items,
    join,
    line,
    order,
    refund,
    saw,
    tell,
    wait,
)
from tests.support.stories import changed as programme_with

THREE = Collection(id="three", name="Three categories", goal=3, reward="cup")
BOTH = Collection(id="both", name="Tea and pots", categories=("tea", "pots"), reward="cup")
DAYS = Streak(id="days", name="Three days in a row", goal=3, reward="cup")
VISITS = replace(DAYS, id="visits", of="Store Visited")
TASTED = Sequence(
    id="tasted",
    name="Taste, tell, buy again",
    steps=(Step(categories=("tea",)), Step(of="Product Reviewed"), Step()),
    gap_days=7,
    reward="cup",
)


def tea(ident: str) -> Beat:
    return order(ident, line("sencha", 10, category="tea", brand="hill"))


def pots(ident: str) -> Beat:
    return order(ident, line("kyusu", 30, category="pots", brand="vale"))


def mixed(ident: str) -> Beat:
    return order(ident, line("sencha", 10, category="tea"), line("kyusu", 30, category="pots"))


def review(message: str = "review") -> Beat:
    return saw("Product Reviewed").under(message)


def visited(message: str) -> Beat:
    return saw("Store Visited").under(message)


def on_days(*days: float, of: str = "Store Visited") -> list[Beat]:
    """A beat on each of these days after the story's start, in this order of arrival, all late."""
    return [
        saw(of).under(f"v{day}").late(days=20 - day).after(days=20 if not n else 0)
        for n, day in enumerate(days)
    ]


# ── collection ───────────────────────────────────────────────────────────────────────────────────


def test_different_categories_are_collected() -> None:
    told = taken_part(tea("o1"), tea("o2"), pots("o3"), challenge=THREE)
    assert told.progress == [2]


def test_one_order_may_bring_several() -> None:
    assert taken_part(mixed("o1"), challenge=THREE).progress == [2]


def test_a_given_set_is_complete_when_all_of_it_is_there() -> None:
    told = taken_part(tea("o1"), items(1, category="cups"), pots("o3"), challenge=BOTH)
    assert (told.progress, told.states) == ([2], ["unlocked"])


@pytest.mark.parametrize(("of", "count"), [("categories", 2), ("brands", 1), ("products", 3)])
def test_brands_and_products_are_collected_too(of: str, count: int) -> None:
    bought = order(
        "o1",
        line("a", 1, category="tea", brand="hill"),
        line("b", 1, category="tea", brand="hill"),
        line("c", 1, category="pots"),
    )
    assert taken_part(bought, challenge=replace(THREE, of=of)).progress == [count]


def test_a_return_takes_one_away() -> None:
    told = taken_part(mixed("o1"), refund("o1", back("kyusu"), key="r"), challenge=BOTH)
    assert (told.progress, told.states) == ([1], ["revoked"])


def test_a_return_takes_nothing_away_that_another_kept_order_supplies() -> None:
    story = mixed("o1"), pots("o2"), refund("o1", key="r")
    told = taken_part(*story, refund("o2", key="s"), tea("o3"), challenge=BOTH)
    assert told.states == ["revoked"]
    assert taken_part(*story, tea("o3"), challenge=BOTH).states == ["unlocked"]


def test_what_has_no_name_is_not_collected() -> None:
    assert taken_part(order(total=70), items(1), challenge=THREE).cycles == []


def test_on_completion_the_next_collection_begins() -> None:
    again = replace(BOTH, repeat="on_completion")
    told = taken_part(tea("o1"), pots("o2"), pots("o3"), tea("o4"), challenge=again)
    assert (told.progress, told.states) == ([2, 2], ["unlocked"] * 2)


def test_a_collection_that_was_rolled_back_in_two_cycles_is_dealt_once() -> None:
    again = replace(BOTH, repeat="on_completion")
    told = taken_part(
        tea("o1"), mixed("o2"), pots("o3"), refund("o1", key="r"), tea("o4"), challenge=again
    )
    assert told.progress == [2, 2]


def test_a_collection_that_is_joined_later_finds_what_came_before_the_word_of_it() -> None:
    joined = replace(BOTH, join="opt_in", days=7)
    told = taken_part(mixed("o1"), join("both").late(hours=2), challenge=joined)
    assert told.states == ["unlocked"]


# ── streak ───────────────────────────────────────────────────────────────────────────────────────


def test_days_in_a_row_are_counted_once_each() -> None:
    told = taken_part(
        tea("o1"), tea("o2"), tea("o3").after(days=1), tea("o4").after(days=1), challenge=DAYS
    )
    assert (told.progress, told.states) == ([3], ["unlocked"])


def test_a_day_without_anything_begins_it_anew() -> None:
    told = taken_part(*on_days(0, 1, 3, 4), challenge=VISITS)
    assert told.progress == [2]


@pytest.mark.parametrize("days", list(permutations([0, 1, 2])))
def test_the_order_of_arrival_does_not_matter(days: tuple[int, ...]) -> None:
    [cycle] = taken_part(*on_days(*days), challenge=VISITS).cycles
    in_order = taken_part(*on_days(0, 1, 2), challenge=VISITS).cycles[0]
    assert cycle.done == in_order.done == cycle.started + 2 * DAY


def test_a_late_day_joins_two_halves() -> None:
    told = taken_part(*on_days(0, 1, 3, 4, 2), challenge=replace(VISITS, goal=5))
    assert told.states == ["unlocked"]


def test_what_was_a_streak_once_is_one_for_ever() -> None:
    told = taken_part(*on_days(0, 1, 2, 9), challenge=VISITS)
    assert (told.progress, told.states) == ([3], ["unlocked"])


def test_a_return_breaks_it_unless_the_day_has_another_order() -> None:
    story = tea("o1"), tea("o2").after(days=1), tea("o3").after(days=1)
    broken = taken_part(*story, refund("o2", key="r"), challenge=DAYS)
    whole = taken_part(*story, tea("o4").late(days=1), refund("o2", key="r"), challenge=DAYS)
    assert (broken.progress, broken.states) == ([1], ["revoked"])
    assert (whole.progress, whole.states) == ([3], ["unlocked"])


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    weeks, months = replace(VISITS, each="week"), replace(VISITS, each="month")
    sunday_monday = visited("a").after(days=6), visited("b").after(days=1)
    assert taken_part(*sunday_monday, challenge=weeks).progress == [2]
    assert taken_part(*sunday_monday, challenge=months).progress == [1]
    over_the_year = visited("a"), visited("b").after(days=40), visited("c").after(days=30)
    assert taken_part(*over_the_year, challenge=months).states == ["unlocked"]


def test_a_day_with_a_clock_change_is_one_day() -> None:
    """29 March 2026 has 23 hours in Vienna: 27 March 23:30 to 29 March 23:30 are three days."""
    told_in_utc = ((27, 22), (28, 22), (29, 21))
    nights = [datetime(2026, 3, day, hour, 30, tzinfo=UTC) for day, hour in told_in_utc]
    told = taken_part(challenge=VISITS)
    for n, night in enumerate(nights):
        told.beat(visited(f"v{n}").after(hours=(night.timestamp() - told.now) / 3600))
    assert told.states == ["unlocked"]


def test_a_member_who_travels_keeps_the_days_that_they_had() -> None:
    told = taken_part(
        visited("a").where("Europe/Vienna").after(hours=13.5),
        visited("b").where("Europe/Vienna").after(days=1),
        visited("c").where("Asia/Tokyo").after(days=0.6),
        challenge=VISITS,
    )
    assert told.states == ["unlocked"]


def test_the_day_that_completes_is_not_the_first_of_the_next() -> None:
    again = replace(DAYS, goal=2, repeat="on_completion")
    story = tea("o1"), tea("o2").after(days=1), tea("o3"), tea("o4").after(days=1)
    told = taken_part(*story, challenge=again)
    assert told.progress == [2, 1]


def test_days_that_can_no_longer_matter_are_forgotten() -> None:
    told = taken_part(*(visited(f"v{n}").after(days=2) for n in range(60)), challenge=VISITS)
    assert len(told.cycles[0].parts) < 20
    assert told.cycles[0].started < told.now - 100 * DAY


def test_no_visit_is_withdrawn_because_the_day_may_have_others() -> None:
    told = withdrawn(taken_part(visited("a"), challenge=VISITS), "Store Visited", "a")
    assert told.progress == [1]


# ── sequence ─────────────────────────────────────────────────────────────────────────────────────


def test_steps_count_in_their_order() -> None:
    told = taken_part(tea("o1"), review(), pots("o2"), challenge=TASTED)
    assert (told.progress, told.states) == ([3], ["unlocked"])


def test_a_step_out_of_turn_counts_nothing() -> None:
    told = taken_part(tea("o1"), pots("o2"), review(), challenge=TASTED)
    assert told.progress == [2]


def test_one_deed_is_one_step() -> None:
    twice = replace(TASTED, steps=(Step(categories=("tea",)), Step(categories=("tea",))))
    assert taken_part(tea("o1"), challenge=twice).progress == [1]
    assert taken_part(tea("o1"), tea("o2"), challenge=twice).states == ["unlocked"]


def test_a_step_after_the_gap_counts_nothing() -> None:
    told = taken_part(tea("o1"), review().after(days=7.1), challenge=TASTED)
    assert told.progress == [0]


def test_the_newer_beginning_may_be_carried_on() -> None:
    told = taken_part(
        tea("o1"), tea("o2").after(days=5), review().after(days=5), pots("o3"), challenge=TASTED
    )
    assert told.states == ["unlocked"]


def test_a_later_step_begins_nothing_but_waits_for_a_first_that_comes_late() -> None:
    assert taken_part(review(), challenge=TASTED).cycles == []
    told = taken_part(review(), pots("o1"), tea("o2").late(hours=9), challenge=TASTED)
    assert (told.states, told.customer.book.early) == (["unlocked"], [])


def test_a_return_takes_its_step_away_and_what_followed() -> None:
    told = taken_part(tea("o1"), review(), pots("o2"), refund("o1", key="r"), challenge=TASTED)
    assert (told.progress, told.states) == ([0], ["revoked"])


def test_an_action_that_is_withdrawn_takes_its_step_away() -> None:
    told = taken_part(tea("o1"), review("m"), pots("o2"), challenge=TASTED)
    assert withdrawn(told, "Product Reviewed", "m").progress == [1]


def test_an_order_told_without_lines_is_a_step_that_asks_for_no_certain_ones() -> None:
    told = taken_part(tea("o1"), review(), order("o2", total=20), challenge=TASTED)
    assert told.states == ["unlocked"]


def test_a_sequence_remembers_a_hundred_steps() -> None:
    looks = replace(TASTED, steps=(Step(of="Product Viewed"), Step(of="Store Visited")))
    views = [saw("Product Viewed").under(f"v{n}").after(hours=0.1) for n in range(150)]
    told = taken_part(*views, challenge=looks)
    assert len(told.cycles[0].parts) == 101
    told.beat(visited("end"))
    assert told.states == ["unlocked"]


@pytest.mark.parametrize("challenge", [THREE, DAYS, TASTED])
def test_each_kind_beside_others_minds_its_own(challenge: Challenge) -> None:
    told: Told = tell(
        mixed("o1"), wait(days=1), programme=programme_with(challenges=(challenge, VISITS))
    )
    assert [cycle.challenge for cycle in told.cycles] == [challenge.id]
