"""Tiers: up at once, down late and one step at a time (DOMAIN §6)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from engine.programme import Ladder
from tests.support.stories import (
    LADDER,
    Story,
    Told,
    back,
    changed,
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
TIERED = changed(tiers=LADDER)


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
    told = climbed(order(total=1000), wait(days=725))
    assert (told.tier, told.of("Tier Downgrade Warned")) == ("gold", [])
    told.tick(datetime(2028, 1, 1, tzinfo=VIENNA).timestamp())
    [warned] = told.of("Tier Downgrade Warned")
    assert (told.tier, warned.properties["until"] - warned.at) == ("gold", 30 * 86400)
    told.tick(warned.properties["until"] - 1)
    assert told.tier == "gold"
    told.tick(warned.properties["until"])
    assert (told.tier, told.reasons[-1]) == ("silver", "spend_below_threshold")


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
    assert (told.tier, told.of("Tier Downgrade Warned")) == ("bronze", [])


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
