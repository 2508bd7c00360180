"""Challenges: what counts, in which window, done once a cycle, and taken back (DOMAIN §7)."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from engine import enrolments
from engine.challenges import Challenge, Count, Spend
from engine.events import Line
from engine.state import Order
from engine.turn import Turn
from tests.support.stories import (
    Story,
    Told,
    back,
    cancel,
    changed,
    items,
    join,
    line,
    order,
    publish,
    refund,
    saw,
    tell,
    wait,
)

THREE = Count(id="three", name="Three bags", goal=3, reward="cup", days=7)
HUNDRED = Spend(id="hundred", name="A hundred euros", goal=Decimal(100), reward="cup", days=7)
MONTHLY = replace(THREE, id="monthly", days=None, every="month")
AGAIN = replace(THREE, id="again", days=None, repeat="on_completion")
WEEKLY = replace(THREE, id="weekly", repeat="on_expiry")
OFFER = replace(HUNDRED, id="offer", join="opt_in", repeat="on_expiry")
REVIEWS = Count(id="reviews", name="Two reviews", goal=2, of="Product Reviewed", reward="cup")


def taken_part(*story: Story, challenge: Challenge) -> Told:
    return tell(*story, programme=changed(challenges=(challenge,)))


# ── what counts ──────────────────────────────────────────────────────────────────────────────────


def test_pieces_are_counted_and_the_last_one_completes() -> None:
    told = taken_part(items(2), items(1), challenge=THREE)
    assert told.of("Challenge Completed")[0].properties["goal"] == 3
    assert told.states == ["unlocked"]


def test_orders_are_counted_whatever_is_in_them() -> None:
    told = taken_part(items(5), items(5), challenge=replace(THREE, of="orders"))
    assert told.progress == [2]


def test_net_money_is_counted() -> None:
    bought = order("o1", line("a", 60), line("b", 60), discount=30)
    assert taken_part(bought, challenge=HUNDRED).progress == [9000]


def test_certain_lines_are_counted() -> None:
    chosen = replace(HUNDRED, categories=("tea",), brands=("hill",), products=("a", "b"))
    told = taken_part(
        order(
            "o1",
            line("a", 10, category="tea", brand="hill"),
            line("b", 20, category="tea", brand="vale"),
            line("b", 30, category="pots", brand="hill"),
            line("c", 40, category="tea", brand="hill"),
        ),
        challenge=chosen,
    )
    assert told.progress == [1000]


def test_an_order_without_any_of_them_does_not_begin_the_challenge() -> None:
    assert taken_part(items(1), challenge=replace(THREE, categories=("tea",))).cycles == []


def test_an_order_told_without_lines_is_one_piece_of_nothing_certain() -> None:
    told = taken_part(order(total=70), challenge=THREE)
    assert told.progress == [1]
    assert taken_part(order(total=70), challenge=replace(THREE, products=("a",))).cycles == []


def test_an_order_told_without_lines_is_one_piece_until_all_of_it_comes_back() -> None:
    told = taken_part(order(total=70), refund("o1", line("a", 60), key="r"), challenge=THREE)
    assert told.progress == [1]
    told.beat(refund("o1", line("a", 10), key="s"))
    assert told.progress == [0]


def test_other_events_are_counted_by_their_name() -> None:
    told = taken_part(
        saw("Product Reviewed"), saw("Product Shared"), saw("Product Reviewed"), challenge=REVIEWS
    )
    assert (told.progress, told.states) == ([2], ["unlocked"])


def test_an_event_counts_once_however_often_it_comes() -> None:
    review = saw("Product Reviewed").under("m")
    assert taken_part(review, review, challenge=REVIEWS).progress == [1]


def test_an_order_counts_once_however_often_it_comes() -> None:
    bought = items(2, ident="o1")
    assert taken_part(bought, bought.under("m"), challenge=THREE).progress == [2]


def test_a_guest_takes_part_in_nothing() -> None:
    programme = changed(challenges=(THREE, OFFER))
    told = tell(items(3), join("offer"), programme=programme, guest=True)
    assert (told.cycles, told.notes) == ([], ["not_a_member"])


def test_a_kind_must_say_how_much_is_needed_and_what_an_order_brings() -> None:
    nothing = Challenge(id="nothing", name="Nothing")
    with pytest.raises(NotImplementedError):
        nothing.needed("EUR")
    with pytest.raises(NotImplementedError):
        nothing.amount(Order(0.0, 0, [], 1, 1), [])
    assert nothing.picks(Line())


# ── what is said on the way ──────────────────────────────────────────────────────────────────────


def test_enrolment_and_every_quarter_are_announced() -> None:
    ten = replace(THREE, goal=10)
    told = taken_part(*(items(1) for _ in range(6)), challenge=ten)
    assert [each.properties["progress"] for each in told.of("Challenge Progressed")] == [1, 3, 5]
    assert len(told.of("Challenge Enrolled")) == 1


def test_the_end_is_told_where_there_is_one() -> None:
    [with_end] = taken_part(items(1), challenge=THREE).of("Challenge Enrolled")
    [without] = taken_part(items(1), challenge=AGAIN).of("Challenge Enrolled")
    assert with_end.properties["ends"] == with_end.at + 7 * 86400
    assert without.properties["ends"] is None


# ── windows ──────────────────────────────────────────────────────────────────────────────────────


def test_the_window_runs_from_the_first_contribution() -> None:
    told = taken_part(items(1), items(2).after(days=7), challenge=THREE)
    assert told.progress == [1]


def test_a_window_that_ends_without_completion_expires_once() -> None:
    told = taken_part(items(1), wait(days=9.9), challenge=THREE)
    assert told.of("Challenge Expired") == []
    told.tick(told.now + 86400)
    [expired] = told.of("Challenge Expired")
    assert (expired.properties["progress"], told.cycles[0].closed) == (1, True)


def test_a_refund_after_a_window_that_was_missed_says_nothing() -> None:
    story = items(2), wait(days=11), refund("o1").after(days=1)
    told = taken_part(*story, challenge=WEEKLY)
    assert told.progress == [2]
    assert told.of("Challenge Rolled Back", "Challenge Progressed") == taken_part(
        items(2), challenge=WEEKLY
    ).of("Challenge Progressed")


def test_a_completed_challenge_does_not_expire() -> None:
    told = taken_part(items(3), wait(days=40), challenge=THREE)
    assert told.of("Challenge Expired") == []


def test_a_late_event_counts_up_to_72_hours_after_its_window() -> None:
    in_time = items(2).after(days=9, hours=23).late(days=4)
    told = taken_part(items(1), in_time, challenge=THREE)
    assert told.states == ["unlocked"]
    too_late = items(2).after(days=10, hours=1).late(days=4)
    assert taken_part(items(1), too_late, challenge=THREE).states == []


def test_an_event_whose_whole_window_is_long_over_begins_nothing() -> None:
    assert taken_part(items(3).late(days=11), challenge=THREE).cycles == []


def test_completion_is_dated_at_the_event_that_crossed() -> None:
    told = taken_part(items(2), items(2).late(hours=5).after(hours=10), challenge=THREE)
    [completed] = told.of("Challenge Completed")
    assert completed.properties["completed"] == completed.at - 5 * 3600


def test_an_earlier_event_that_comes_later_moves_the_date_and_the_window() -> None:
    told = taken_part(items(3), items(3).late(hours=9), challenge=THREE)
    cycle = told.cycles[0]
    assert cycle.started == cycle.done == told.now - 9 * 3600
    assert len(told.of("Challenge Completed")) == 1


def test_what_falls_out_of_a_window_that_moved_no_longer_counts() -> None:
    told = taken_part(
        items(1),
        items(2).after(days=6.9),
        items(1).late(days=8).after(hours=1),
        challenge=THREE,
    )
    assert (told.progress, told.states) == ([2], ["revoked"])


@pytest.mark.parametrize(
    ("every", "start"),
    [
        ("week", (2026, 1, 5)),
        ("month", (2026, 1, 1)),
        ("quarter", (2026, 1, 1)),
        ("year", (2026, 1, 1)),
    ],
)
def test_calendar_cycles_begin_with_their_period(every: str, start: tuple[int, int, int]) -> None:
    told = taken_part(items(1), challenge=replace(MONTHLY, every=every))
    begins = datetime(*start, tzinfo=ZoneInfo("Europe/Vienna")).timestamp()
    assert told.cycles[0].started == begins


def test_every_period_is_a_cycle_of_its_own() -> None:
    told = taken_part(items(2), items(2).after(days=30), challenge=MONTHLY)
    assert told.progress == [2, 2]


def test_the_period_is_the_members_own() -> None:
    night = items(1).after(days=26, hours=12.5)  # 31 January, 22:30 UTC
    assert taken_part(items(1), night.where("Europe/Vienna"), challenge=MONTHLY).progress == [2]
    assert taken_part(items(1), night.where("Asia/Tokyo"), challenge=MONTHLY).progress == [1, 1]


def test_a_member_who_moves_does_not_get_a_period_twice() -> None:
    told = taken_part(
        items(3).where("Europe/Vienna"), items(3).where("Pacific/Honolulu"), challenge=MONTHLY
    )
    assert told.states == ["unlocked"]


def test_a_period_that_is_over_takes_late_events_for_72_hours() -> None:
    late = items(3).after(days=29)  # 3 February, 10:00
    assert taken_part(items(1), late.late(days=4), challenge=MONTHLY).states == ["unlocked"]
    much_later = late.after(days=31).late(days=6)
    told = taken_part(items(1), much_later, challenge=MONTHLY)
    assert (told.progress, told.states) == ([1], [])


def test_a_period_whose_time_is_over_is_not_begun() -> None:
    assert taken_part(items(3).after(days=31).late(days=6), challenge=MONTHLY).cycles == []


# ── repetition ───────────────────────────────────────────────────────────────────────────────────


def test_once_is_once_even_after_it_was_forgotten() -> None:
    told = taken_part(items(3), wait(days=200), items(3), challenge=THREE)
    assert (told.cycles, len(told.grants)) == ([], 0)
    assert len(told.of("Challenge Completed")) == 1


def test_on_expiry_another_cycle_follows_the_window() -> None:
    told = taken_part(items(3), items(1), items(3).after(days=7), challenge=WEEKLY)
    assert (told.progress, told.states) == ([4, 3], ["unlocked"] * 2)


def test_on_completion_another_cycle_follows_at_once() -> None:
    told = taken_part(items(3), items(2), items(1), items(1), challenge=AGAIN)
    assert (told.progress, told.states) == ([3, 3, 1], ["unlocked"] * 2)


def test_a_late_event_moves_what_came_after_it_into_the_next_cycle() -> None:
    told = taken_part(items(2), items(1), items(2), items(1).late(hours=2.5), challenge=AGAIN)
    assert told.progress == [3, 3]
    assert told.states == ["unlocked"] * 2


def test_a_refund_moves_what_came_after_it_into_the_cycle_before() -> None:
    told = taken_part(
        items(1), items(2), items(1), items(2), refund("o1", key="r"), challenge=AGAIN
    )
    assert (told.progress, told.states) == ([3, 2], ["unlocked", "revoked"])


def test_a_refund_may_leave_a_later_cycle_empty_until_there_is_more() -> None:
    told = taken_part(items(3), items(1), refund("o1", back("beans"), key="r"), challenge=AGAIN)
    assert (told.progress, told.states) == ([3, 0], ["unlocked"])
    told.beat(items(2, ident="o3"))
    assert told.progress == [3, 2]


def test_cycles_that_are_forgotten_do_not_lend_their_names() -> None:
    told = taken_part(items(3), wait(days=100), items(3), challenge=AGAIN)
    assert [cycle.cycle for cycle in told.cycles] == [1]
    assert len({each.properties["reward_id"] for each in told.of("Reward Unlocked")}) == 2


def test_a_completed_cycle_without_an_end_is_closed_in_time() -> None:
    endless = replace(THREE, days=None)
    told = taken_part(items(3), wait(days=62), items(1, ident="o2"), challenge=endless)
    assert told.progress == [4]
    told.tick(told.now + 2 * 86400)
    told.beat(items(1, ident="o3"))
    assert (told.progress, told.cycles[0].closed) == ([4], True)


# ── joining ──────────────────────────────────────────────────────────────────────────────────────


def test_what_is_joined_counts_from_then_on() -> None:
    told = taken_part(items(5), join("offer"), items(6), challenge=OFFER)
    assert told.progress == [6000]


def test_the_same_offer_twice_runs_twice_at_once() -> None:
    told = taken_part(join("offer"), join("offer").after(days=3), items(10), challenge=OFFER)
    assert (told.progress, told.states) == ([10000, 10000], ["unlocked"] * 2)


def test_of_two_words_of_joining_once_the_earlier_holds_come_when_it_may() -> None:
    once = replace(OFFER, repeat="none", categories=("tea",))
    told = taken_part(
        items(1, category="tea"),
        join("offer"),
        items(2, category="tea"),
        join("offer").late(hours=3.5),
        items(4, category="tea").after(days=6.9),
        challenge=once,
    )
    assert (told.progress, told.cycles[0].started) == ([3000], told.cycles[0].ends - 7 * 86400)


def test_an_offer_that_is_not_repeated_is_joined_once() -> None:
    once = replace(OFFER, repeat="none")
    told = taken_part(join("offer"), join("offer"), wait(days=200), join("offer"), challenge=once)
    assert told.notes == ["already_enrolled"] * 2


@pytest.mark.parametrize(
    ("beat", "note"),
    [
        (join("elsewhere"), "unknown_challenge"),
        (join("offer").late(days=10), "too_late"),
    ],
)
def test_a_joining_that_leads_nowhere_is_noted(beat: Story, note: str) -> None:
    assert taken_part(beat, challenge=OFFER).notes == [note]


def test_nobody_joins_what_is_joined_by_buying() -> None:
    assert taken_part(join("three"), challenge=THREE).notes == ["joined_by_itself"]


def test_an_order_that_arrives_before_its_joining_counts() -> None:
    told = taken_part(items(10), join("offer").late(hours=1.5), challenge=OFFER)
    assert (told.progress, told.states) == ([10000], ["unlocked"])


def test_certain_lines_that_arrive_before_their_joining_count() -> None:
    tea = replace(OFFER, categories=("tea",))
    told = taken_part(
        items(1, ident="o1", category="tea"),
        items(2, ident="o2", category="pots"),
        items(4, ident="o3", category="tea"),
        refund("o3", back("beans"), key="r"),
        join("offer").late(hours=2.5),
        challenge=tea,
    )
    assert told.progress == [3000]


def test_actions_that_arrive_before_their_joining_count() -> None:
    joined = replace(REVIEWS, join="opt_in", days=7)
    told = taken_part(saw("Product Reviewed"), join("reviews").late(hours=1.5), challenge=joined)
    assert told.progress == [1]


def test_what_waits_for_a_joining_waits_72_hours() -> None:
    joined = replace(REVIEWS, join="opt_in", days=30, repeat="none")
    told = taken_part(
        saw("Product Reviewed"), saw("Product Reviewed").after(days=3.5), challenge=joined
    )
    assert len(told.customer.book.early) == 1
    continued = taken_part(
        join("reviews"), saw("Product Reviewed"), saw("Product Reviewed"), challenge=joined
    )
    assert continued.customer.book.early == []


# ── taking back ──────────────────────────────────────────────────────────────────────────────────


def test_a_refund_takes_its_pieces_away() -> None:
    told = taken_part(items(2), refund("o1", back("beans"), key="r1"), challenge=THREE)
    assert (told.progress, len(told.of("Challenge Progressed"))) == ([1], 1)


def test_a_cancellation_takes_everything_away() -> None:
    assert taken_part(items(2), cancel("o1"), challenge=HUNDRED).progress == [0]


def test_a_refund_of_another_order_changes_nothing() -> None:
    once = replace(THREE, categories=("tea",))
    told = taken_part(items(1, category="tea"), items(2), refund("o2", key="r"), challenge=once)
    assert told.progress == [1]


def test_rolled_back_and_completed_again_is_one_reward() -> None:
    told = taken_part(items(3), refund("o1", key="r"), items(3), challenge=THREE)
    assert told.names[-2:] == ["Challenge Completed", "Reward Unlocked"]
    assert told.states == ["unlocked"]


def test_a_refund_after_the_end_still_rolls_back() -> None:
    told = taken_part(items(3), wait(days=20), refund("o1", key="r"), challenge=THREE)
    assert (told.states, told.reasons[-1]) == (["revoked"], "reward_revoked")


def test_a_refund_after_the_enrolment_is_forgotten_changes_nothing() -> None:
    told = taken_part(items(3), wait(days=75), refund("o1", key="r"), challenge=THREE)
    assert told.of("Challenge Rolled Back") == []


def test_a_rollback_without_a_reward_says_so() -> None:
    told = taken_part(items(3), refund("o1", key="r"), challenge=replace(THREE, reward=None))
    assert told.reasons == ["no_reward"]


def test_a_refund_that_came_first_counts_from_the_start() -> None:
    told = taken_part(refund("o1", back("beans"), key="r"), items(3, ident="o1"), challenge=THREE)
    assert (told.progress, told.of("Challenge Completed")) == ([2], [])


def test_a_message_id_that_is_an_order_id_loses_nothing_by_a_refund() -> None:
    told = taken_part(
        saw("Product Reviewed").under("o1"),
        items(1, ident="o1"),
        refund("o1", key="r"),
        challenge=REVIEWS,
    )
    assert told.progress == [1]


def test_a_refund_that_comes_too_late_for_challenges_leaves_them() -> None:
    told = taken_part(items(3), refund("o1", key="r").after(days=40).late(days=31), challenge=THREE)
    assert told.progress == [3]


def withdrawn(told: Told, action: str, key: str) -> Told:
    """What follows where another customer's events take back what they brought to this one."""
    turn = Turn(told.world, told.customer, told.who, told.now, "later", told.decisions, [], [])
    enrolments.withdraw(turn, action, key)
    return told


def test_an_action_that_is_withdrawn_counts_no_more() -> None:
    told = taken_part(*(saw("Product Reviewed").under(key) for key in "ab"), challenge=REVIEWS)
    withdrawn(withdrawn(told, "Product Shared", "a"), "Product Reviewed", "c")
    assert (told.progress, told.states) == ([2], ["unlocked"])
    withdrawn(told, "Product Reviewed", "a")
    assert (told.progress, told.states) == ([1], ["revoked"])


# ── edits ────────────────────────────────────────────────────────────────────────────────────────


def test_the_enrolled_finish_on_their_own_version() -> None:
    harder = changed(challenges=(replace(THREE, goal=9),))
    told = taken_part(items(1), publish(harder), items(2), challenge=THREE)
    assert told.states == ["unlocked"]


def test_the_next_cycle_is_on_the_new_version() -> None:
    harder = changed(challenges=(replace(WEEKLY, goal=9),))
    told = taken_part(items(1), publish(harder), items(3).after(days=7), items(5), challenge=WEEKLY)
    assert (told.progress, told.states) == ([1, 8], [])


def test_a_late_event_of_before_the_edit_begins_no_second_window() -> None:
    harder = changed(challenges=(replace(WEEKLY, goal=9),))
    told = taken_part(items(1), publish(harder), items(1).late(hours=5), challenge=WEEKLY)
    assert told.progress == [1]


def test_an_edited_challenge_that_is_done_once_is_not_done_again() -> None:
    harder = changed(challenges=(replace(THREE, goal=9),))
    told = taken_part(items(3), publish(harder), items(3).after(days=7), challenge=THREE)
    assert told.progress == [3]


def test_a_refund_reaches_an_outdated_version() -> None:
    harder = changed(challenges=(replace(THREE, goal=9),))
    told = taken_part(items(3), publish(harder), refund("o1", key="r"), challenge=THREE)
    assert (told.progress, told.states) == ([0], ["revoked"])


def test_a_period_keeps_its_version_to_the_end() -> None:
    harder = changed(challenges=(replace(MONTHLY, goal=9),))
    told = taken_part(items(1), publish(harder), items(2), items(1), challenge=MONTHLY)
    assert told.progress == [4]


def test_a_challenge_that_is_taken_out_is_finished_by_the_enrolled() -> None:
    told = taken_part(items(1), publish(changed()), items(2), challenge=THREE)
    assert told.states == ["unlocked"]


def test_a_version_that_no_longer_picks_a_line_keeps_the_enrolled() -> None:
    tea = replace(WEEKLY, categories=("tea",))
    any_ = changed(challenges=(WEEKLY,))
    told = taken_part(items(1, category="tea"), publish(any_), items(2), challenge=tea)
    assert told.progress == [1]


# ── in one order ─────────────────────────────────────────────────────────────────────────────────

AT_ONCE = replace(HUNDRED, in_one_order=True)


def test_small_orders_do_not_add_up_where_one_must_be_worth_it() -> None:
    told = tell(order(total=60), order(total=60), programme=changed(challenges=(AT_ONCE,)))
    assert (told.progress, told.of("Challenge Completed")) == ([6000], [])
    told.beat(order("o3", total=100))
    assert told.names.count("Challenge Completed") == 1


def test_a_refund_leaves_the_largest_order_that_is_kept() -> None:
    story = (order(total=60), items(10), refund("o2", back("beans", 5), key="r1"))
    told = tell(*story, programme=changed(challenges=(AT_ONCE,)))
    assert (told.progress, told.states) == ([6000], ["revoked"])


# ── versions ─────────────────────────────────────────────────────────────────────────────────────


def test_what_is_said_as_it_is_by_default_makes_no_new_version() -> None:
    plain = Count(id="three", name="Three bags", goal=3)
    assert replace(plain, repeat="none", categories=(), days=None).version == plain.version
    assert {replace(plain, days=7).version, replace(plain, goal=4).version} != {plain.version}


def test_a_key_of_a_later_release_makes_no_new_version() -> None:
    class Later(Count, frozen=True, tag="count", kw_only=True):
        colour: str = "blue"

    plain = {"id": "three", "name": "Three bags", "goal": 3}
    now, later, red = Count(**plain), Later(**plain), Later(**plain, colour="red")  # type: ignore[arg-type]
    assert now.version == later.version != red.version
    assert Spend(id="three", name="Three bags", goal=Decimal(3)).version != now.version
