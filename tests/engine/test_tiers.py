"""Tiers: up at once, down late and one step at a time (DOMAIN §6)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import tiers
from engine.dates import DAY
from engine.programme import Ladder, Points
from engine.turn import Turn
from tests.support.lives import Coming, Deed, live, lives
from tests.support.stories import (
    BY_POINTS,
    LADDER,
    Story,
    Told,
    back,
    changed,
    founded,
    items,
    line,
    order,
    publish,
    redeem,
    refund,
    tell,
    wait,
)

VIENNA = ZoneInfo("Europe/Vienna")
REVIEW = datetime(2028, 1, 1, tzinfo=VIENNA).timestamp()
"""When a tier that was reached in 2026 is looked at."""
CALENDAR = replace(LADDER, window="calendar")


def climbed(*story: Story, ladder: Ladder = LADDER) -> Told:
    return tell(*story, programme=changed(tiers=ladder))


def test_a_tier_is_reached_at_once() -> None:
    told = climbed(order(total=300), order(total=200))
    assert (told.tier, told.names[-1]) == ("silver", "Tier Upgraded")


def test_a_large_order_climbs_several_steps() -> None:
    [upgrade] = climbed(order(total=1000)).of("Tier Upgraded")
    assert (upgrade.properties["before"], upgrade.properties["tier"]) == ("bronze", "gold")


def test_the_order_that_crosses_earns_at_the_old_rate() -> None:
    told = climbed(order(total=600), order(total=100))
    assert told.points_of("Points Pending") == [600, 150]


def test_only_twelve_months_count() -> None:
    assert climbed(order(total=300), order(total=300).after(days=366)).tier == "bronze"


def test_a_tier_holds_to_the_end_of_the_next_period() -> None:
    told = climbed(order(total=600))
    assert told.customer.book.tier.until == datetime(2028, 1, 1, tzinfo=VIENNA).timestamp()


def test_spending_points_does_not_demote() -> None:
    told = climbed(order(total=600), wait(days=15), redeem(600), wait(days=30))
    assert told.tier == "silver"


def test_without_spend_there_is_a_warning_then_thirty_days_then_one_step_down() -> None:
    told = climbed(order(total=1000), wait(days=695))
    assert (told.tier, told.of("Tier Downgrade Warned")) == ("gold", [])
    told.tick(REVIEW)
    ahead, grace = told.of("Tier Downgrade Warned")
    assert (REVIEW - ahead.at, grace.at) == (30 * DAY, REVIEW)
    assert (ahead.because, grace.because) == (("review_ahead",), ("grace_begins",))
    assert ahead.properties["until"] == grace.properties["until"] == REVIEW + 30 * DAY
    told.tick(REVIEW + 30 * DAY - 1)
    assert told.tier == "gold"
    told.tick(REVIEW + 30 * DAY)
    assert (told.tier, told.reasons[-1]) == ("silver", "spend_below_threshold")


def test_the_warning_says_what_will_be_missing_at_the_review() -> None:
    told = climbed(
        order(total=600), order(total=300).after(days=350), order(total=50).after(days=300)
    )
    told.tick(REVIEW)
    ahead, grace = told.of("Tier Downgrade Warned")
    # The 300 of the day 350 still count on the day of the warning, and no longer at the review.
    assert [each.properties["missing"] for each in (ahead, grace)] == [450 * 100, 450 * 100]


def test_who_has_enough_for_the_review_is_not_warned() -> None:
    told = climbed(order(total=600), order(total=600).after(days=500))
    told.tick(REVIEW)
    assert told.of("Tier Downgrade Warned") == []


def test_who_catches_up_after_the_warning_hears_nothing_more() -> None:
    told = climbed(order(total=600), wait(days=710), order(total=600))
    told.tick(REVIEW + 40 * DAY)
    assert told.reasons == ["review_ahead"]


def test_a_refund_after_the_look_ahead_is_told_when_the_grace_begins() -> None:
    told = climbed(order(total=600), order(total=600).after(days=500), wait(days=210), refund("o2"))
    told.tick(REVIEW)
    assert told.reasons == ["grace_begins"]


def test_without_warning_days_only_the_grace_warns() -> None:
    told = climbed(order(total=600), ladder=replace(LADDER, warn_days=0))
    told.tick(REVIEW)
    assert told.reasons == ["grace_begins"]


def test_a_look_ahead_that_would_lie_in_the_past_is_left_out() -> None:
    told = climbed(order(total=600), ladder=replace(LADDER, period="month", warn_days=90))
    assert told.customer.book.tier.look == 0.0


def test_a_ladder_that_counts_points_lifts_by_what_orders_earned() -> None:
    told = climbed(order(total=300), order(total=200), ladder=BY_POINTS)
    assert told.tier == "silver"
    [upgrade] = told.of("Tier Upgraded")
    assert upgrade.cause == "m2"


def test_spending_points_does_not_demote_where_points_are_counted() -> None:
    told = climbed(order(total=600), wait(days=15), redeem(600), ladder=BY_POINTS)
    told.tick(REVIEW - 31 * DAY)
    assert (told.balance, told.tier) == (0, "silver")


def test_a_refund_takes_its_points_from_the_tier() -> None:
    told = climbed(order(total=100), order(total=450), refund("o2"), ladder=BY_POINTS)
    assert told.tier == "bronze"


def test_the_review_counts_points_too() -> None:
    told = climbed(order(total=600), wait(days=800), ladder=BY_POINTS)
    assert (told.tier, told.reasons[-1]) == ("bronze", "points_below_threshold")


def test_in_a_calendar_window_last_years_spend_lifts_nobody() -> None:
    december, january = order(total=300).after(days=350), order(total=300).after(days=20)
    assert climbed(december, january, ladder=CALENDAR).tier == "bronze"
    assert climbed(december, january).tier == "silver"


def test_a_calendar_review_counts_the_year_that_ends() -> None:
    told = climbed(order(total=600), order(total=600).after(days=400), ladder=CALENDAR)
    told.tick(REVIEW)
    assert (told.reasons, told.customer.book.tier.until) == (
        [],
        datetime(2029, 1, 1, tzinfo=VIENNA).timestamp(),
    )


def test_the_grace_after_a_calendar_year_still_adds_to_it() -> None:
    told = climbed(order(total=600), order(total=300).after(days=400), ladder=CALENDAR)
    told.tick(REVIEW)
    assert told.reasons == ["review_ahead", "grace_begins"]
    told.beat(order("o3", total=200).after(days=10))
    told.tick(REVIEW + 31 * DAY)
    assert (told.tier, told.of("Tier Downgraded")) == ("silver", [])


def test_a_calendar_tier_is_not_lost_to_a_small_return_in_the_next_year() -> None:
    bought = climbed(items(60), wait(days=400), ladder=CALENDAR)
    bought.beat(refund("o1", back("beans", 5), key="r1"))
    assert bought.tier == "silver"
    bought.beat(refund("o1", back("beans", 30), key="r2"))
    assert bought.tier == "bronze"


def test_a_step_that_is_gone_is_warned_of_without_an_amount() -> None:
    told = climbed(order(total=1000), publish(changed(tiers=Ladder(steps=LADDER.steps[:2]))))
    told.tick(REVIEW - 20 * DAY)
    [warned] = told.of("Tier Downgrade Warned")
    assert (warned.rule, warned.properties["missing"]) == ("silver", None)


def test_the_lower_tier_is_reviewed_at_the_end_of_the_period() -> None:
    told = climbed(order(total=1000), wait(days=400))
    told.tick(datetime(2028, 2, 1, tzinfo=VIENNA).timestamp())
    assert told.customer.book.tier.until == datetime(2029, 1, 1, tzinfo=VIENNA).timestamp()
    told.tick(datetime(2029, 2, 1, tzinfo=VIENNA).timestamp())
    assert (told.tier, told.customer.book.tier.until) == ("bronze", float("inf"))


def test_enough_spend_keeps_the_tier_for_another_period() -> None:
    told = climbed(order(total=600), order(total=600).after(days=500))
    told.tick(datetime(2028, 1, 1, tzinfo=VIENNA).timestamp())
    assert (told.tier, told.customer.book.tier.until) == (
        "silver",
        datetime(2029, 1, 1, tzinfo=VIENNA).timestamp(),
    )


def test_spend_within_the_grace_keeps_the_tier() -> None:
    told = climbed(order(total=600))
    told.tick(datetime(2028, 1, 1, tzinfo=VIENNA).timestamp())
    told.beat(order("o2", total=600).after(days=10))
    told.tick(datetime(2028, 2, 1, tzinfo=VIENNA).timestamp())
    assert (told.tier, told.of("Tier Downgraded")) == ("silver", [])


def test_without_grace_the_step_down_comes_at_once() -> None:
    told = climbed(order(total=600), wait(days=800), ladder=replace(LADDER, grace_days=0))
    assert (told.tier, told.reasons) == ("bronze", ["review_ahead", "spend_below_threshold"])


def test_months_and_quarters_are_periods_too() -> None:
    for period, end in [("month", (2026, 3, 1)), ("quarter", (2026, 7, 1))]:
        told = climbed(order(total=600), ladder=replace(LADDER, period=period))
        assert told.customer.book.tier.until == datetime(*end, tzinfo=VIENNA).timestamp()


def test_the_refund_of_the_order_that_lifted_demotes_at_once() -> None:
    told = climbed(order(total=100), order(total=450), refund("o2"))
    assert (told.tier, told.reasons) == ("bronze", ["order_refunded"])


def test_the_refund_of_another_order_waits_for_the_review() -> None:
    assert climbed(order(total=100), order(total=450), refund("o1")).tier == "silver"


def test_a_refund_that_leaves_enough_changes_nothing() -> None:
    told = climbed(items(60), refund("o1", back("beans", 5), key="r1"))
    assert (told.tier, told.of("Tier Downgraded")) == ("silver", [])


def test_an_order_that_lifted_twice_falls_as_far_as_it_comes_back() -> None:
    told = climbed(
        items(120),
        refund("o1", back("beans", 50), key="r1"),
        refund("o1", back("beans", 50), key="r2"),
    )
    falls = [each.properties["tier"] for each in told.of("Tier Downgraded")]
    assert falls == ["silver", "bronze"]


def test_no_refund_demotes_below_the_tier_before_its_order() -> None:
    told = climbed(
        order("o1", total=600),
        order("o2", total=350).after(days=300),
        order("o3", total=650).after(days=100),
        refund("o3"),
    )
    # o1 is out of the twelve months, so only 350 are left; but silver was not the work of o3.
    assert told.tier == "silver"


def test_two_orders_that_lifted_one_after_the_other_both_count() -> None:
    told = climbed(
        order("o1", line("a", 600)), order("o2", line("a", 600)), refund("o1"), refund("o2")
    )
    assert told.tier == "bronze"


def test_an_old_cause_is_forgotten_with_the_tier_that_it_gave() -> None:
    monthly = replace(LADDER, period="month", grace_days=0)
    told = climbed(
        order("o1", total=600),
        order("o2", total=10).after(days=370),
        order("o3", total=600).after(days=1),
        refund("o1"),
        ladder=monthly,
    )
    assert told.tier == "silver"


def test_an_edit_of_the_thresholds_applies_with_the_next_order() -> None:
    steps = (LADDER.steps[0], replace(LADDER.steps[1], spend=replace(LADDER.steps[1]).spend / 5))
    lower = changed(tiers=Ladder(steps=steps))
    told = climbed(order(total=150), publish(lower))
    assert told.customer.book.tier.level == 0
    told.beat(order("o2", total=1))
    assert told.tier == "silver"


def test_without_tiers_there_is_nothing_to_reach() -> None:
    assert tell(order(total=9999)).customer.book.tier.level == 0


def test_a_ladder_that_is_taken_away_is_stepped_down() -> None:
    told = climbed(order(total=600), publish(changed()))
    told.tick(datetime(2028, 3, 1, tzinfo=VIENNA).timestamp())
    assert told.customer.book.tier.level == 0


def test_an_order_that_comes_too_late_for_tiers_lifts_nobody() -> None:
    assert climbed(order(total=600).late(days=31)).tier == "bronze"


def test_a_refund_that_comes_too_late_for_tiers_demotes_nobody() -> None:
    assert climbed(order(total=600), refund("o1").after(days=40).late(days=31)).tier == "silver"


LADDERS = st.builds(
    lambda ladder, period: replace(
        ladder,
        period=period,
        steps=tuple(
            replace(step, spend=step.spend / 10, points=step.points // 10) for step in ladder.steps
        ),
    ),
    st.sampled_from([LADDER, BY_POINTS, CALENDAR]),
    st.sampled_from(["month", "year"]),
)
"""Ladders of every sort, on which an order or two move somebody."""


def lived(life: list[Coming], ladder: Ladder, *, years: bool = True) -> Told:
    """A life to its end, and years after, in which points may be spent at once."""
    told = live(Told(founded(changed(tiers=ladder, points=Points(pending_days=0)))), life)
    told.tick(life[-1].now + 1500 * DAY if years else life[-1].now)
    return told


def qualifies(told: Told) -> int:
    return tiers.qualifying(Turn(told.world, told.customer, told.who, told.now, "", [], [], []))


def spent_at(now: float, points: int) -> list[Coming]:
    """Points are spent at once, under ids of their own."""
    ident = f"{now}/{points}"
    return [
        Coming(now, Deed(now, beat.under(f"{ident}/{beat.name}"))) for beat in redeem(points, ident)
    ]


def moves(told: Told) -> list[tuple[str, str, float, tuple[str, ...]]]:
    """Every step on the ladder, and every warning."""
    names = ("Tier Upgraded", "Tier Downgraded", "Tier Downgrade Warned")
    return [(each.event, each.rule, each.at, each.because) for each in told.of(*names)]


@given(lives(), LADDERS, st.integers(1, 60))
def test_no_life_counts_less_or_is_on_another_step_because_points_were_spent(
    life: list[Coming], ladder: Ladder, points: int
) -> None:
    spender = [each for one in life for each in (one, *spent_at(one.now, points))]
    [spent, saved] = [lived(each, ladder, years=False) for each in (spender, life)]
    assert qualifies(spent) == qualifies(saved)
    for told in (spent, saved):
        told.tick(life[-1].now + 1500 * DAY)
    assert moves(spent) == moves(saved)


@given(lives(), LADDERS)
def test_orders_only_lift_refunds_only_lower_and_reviews_lower_by_one_step(
    life: list[Coming], ladder: Ladder
) -> None:
    told = lived(life, ladder)
    ids = [step.id for step in ladder.steps]
    for move in told.of("Tier Upgraded", "Tier Downgraded"):
        before, now = ids.index(move.properties["before"]), ids.index(move.properties["tier"])
        review = move.cause.startswith("tier@")
        assert now > before if move.event == "Tier Upgraded" else now < before
        assert not review or now == before - 1


@given(lives(), LADDERS)
def test_a_warning_is_followed_by_its_step_down_or_by_enough(
    life: list[Coming], ladder: Ladder
) -> None:
    told = lived(life, ladder)
    for warned in told.of("Tier Downgrade Warned"):
        assert warned.properties["missing"] > 0
        assert warned.properties["until"] >= warned.at
