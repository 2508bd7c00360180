"""What sets a policy off besides events and scores: time, and what we decided ourselves."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.challenges import Count
from engine.dates import DAY, HOUR, local
from engine.programme import After, Holdout, Message, Offer, PolicyRule, Schedule
from engine.state import WAITS, Journey
from policies import worlds
from tests.support.lives import EVERYTHING, Coming, lives, spelled_out
from tests.support.lives import live as lived
from tests.support.shop import live, members, outcomes, policy
from tests.support.stories import (
    LADDER,
    START,
    Beat,
    Story,
    Told,
    continue_with,
    order,
    redeem,
    saw,
    view,
    wait,
)

VIENNA = ZoneInfo("Europe/Vienna")
CART = saw("Product Added", product_id="p1")


def onsite(**rule: object) -> PolicyRule:
    """A policy that speaks on our own pages, and that nothing but time sets off."""
    return policy(**{"on": None, "channel": "onsite", **rule})


def identified(**traits: str) -> Beat:
    return saw("identify", **traits)


def said(told: Told) -> list[str]:
    return [each.rule for each in told.of("Message Decided")]


def moments(told: Told) -> list[str]:
    """When something was said, by the clock in Vienna."""
    return [
        local(each.at, VIENNA).strftime("%a %d %b %H:%M") for each in told.of("Message Decided")
    ]


# ── so long after an event ───────────────────────────────────────────────────────────────────────

ABANDONED = onsite(
    id="cart",
    after=After(event="Product Added", hours=4, unless="Order Completed"),
    when="carts_since_order >= 1",
)


def test_a_cart_is_asked_about_four_hours_after_the_last_addition() -> None:
    told = live(CART, CART.after(hours=3), *[wait(hours=1)] * 9, programme=members(ABANDONED))
    (decision,) = told.of("Message Decided")
    assert decision.at == START + 8 * HOUR
    assert decision.cause == f"alarms@{START + 8 * HOUR}"  # as for who was packed meanwhile


def test_an_order_calls_it_off() -> None:
    told = live(CART, order(total=20), wait(days=2), programme=members(ABANDONED))
    assert outcomes(told) == []
    assert told.customer.journey is not None
    assert told.customer.journey.waits == {}


def test_another_event_does_not_call_it_off_and_an_order_without_a_cart_calls_nothing_off() -> None:
    told = live(order(total=20), CART, view(), wait(days=2), programme=members(ABANDONED))
    assert said(told) == ["cart"]


def test_what_comes_late_rings_as_late_as_it_must_and_an_older_one_changes_nothing() -> None:
    late = live(CART.late(hours=9), wait(hours=1), programme=members(ABANDONED))
    assert said(late) == ["cart"]
    older = live(CART, CART.late(hours=3), wait(hours=9), programme=members(ABANDONED))
    assert older.of("Message Decided")[0].at == START + 5 * HOUR


def test_a_policy_that_is_gone_does_not_ring() -> None:
    told = live(CART, programme=members(ABANDONED))
    told.world = worlds.founded(members())
    told.tick(told.now + DAY)
    assert (outcomes(told), told.customer.due > told.now) == ([], True)


def test_so_many_wait_at_one_time_and_no_more() -> None:
    many = [onsite(id=f"w{n}", after=After(event="Product Added", hours=4)) for n in range(40)]
    told = live(CART, wait(hours=5), programme=members(*many))
    assert len(said(told)) == WAITS
    assert told.notes.count("too_many_waits") == 40 - WAITS


# ── at a time of day ─────────────────────────────────────────────────────────────────────────────


def scheduled(*story: Story, **schedule: object) -> Told:
    rule = onsite(id="clock", schedule=Schedule(**schedule))  # type: ignore[arg-type]
    return live(*story, programme=members(rule))


def test_a_time_of_day_is_the_members_own() -> None:
    told = scheduled(view(), wait(days=2), at="10:30")
    assert moments(told) == ["Tue 06 Jan 10:30", "Wed 07 Jan 10:30"]
    away = scheduled(view().where("Asia/Tokyo"), wait(days=1), at="10:30")
    assert moments(away) == ["Tue 06 Jan 02:30"]


def test_days_of_the_week() -> None:
    told = scheduled(view(), wait(days=9), at="18:00", days=("mon", "thu"))
    assert [moment[:3] for moment in moments(told)] == ["Mon", "Thu", "Mon"]


def test_a_day_of_the_month_that_a_month_has_not_is_its_last() -> None:
    told = scheduled(view(), wait(days=120), day=31)
    assert [moment[4:10] for moment in moments(told)] == ["31 Jan", "28 Feb", "31 Mar", "30 Apr"]


def test_a_birthday_comes_every_year_and_its_year_is_not_kept() -> None:
    told = scheduled(identified(birthday="1990-02-10"), wait(days=500), yearly="birthday")
    assert moments(told) == ["Tue 10 Feb 10:00", "Wed 10 Feb 10:00"]
    assert told.customer.book.birthday == 210


def test_the_29th_of_february_is_the_28th_where_there_is_none() -> None:
    told = scheduled(identified(birthday="--02-29"), wait(days=60), yearly="birthday")
    assert moments(told) == ["Sat 28 Feb 10:00"]


def test_the_newest_word_on_a_birthday_holds_and_nonsense_is_noted() -> None:
    told = scheduled(
        identified(birthday="1990-02-10"),
        identified(birthday="1990-03-10").late(hours=9),
        identified(birthday="1990-02-31"),
        identified(birthday="yesterday"),
        yearly="birthday",
    )
    assert told.customer.book.birthday == 210
    assert told.notes == ["unknown_birthday"] * 2


def test_an_enrolment_is_remembered_a_year_later() -> None:
    told = scheduled(saw("Loyalty Enrolled"), wait(days=400), yearly="enrolment")
    assert moments(told) == ["Tue 05 Jan 10:00"]
    assert moments(scheduled(view(), wait(days=400), yearly="enrolment")) == []


def test_who_flies_east_hears_it_late_that_day_and_who_flies_west_once() -> None:
    weekly = {"at": "11:30", "days": ("mon",)}
    tokyo = view().where("Asia/Tokyo").after(days=6.5)
    east = scheduled(view(), tokyo, wait(days=2), **weekly)
    assert moments(east) == ["Mon 05 Jan 11:30", "Mon 12 Jan 11:30"]
    west = scheduled(
        view().where("Asia/Tokyo"), wait(days=7), view().where("America/New_York"), wait(days=8),
        **weekly,
    )  # fmt: skip
    assert moments(west) == ["Mon 12 Jan 03:30", "Mon 19 Jan 17:30"]


def test_a_day_with_a_clock_change_has_its_moment_once() -> None:
    told = scheduled(view(), wait(days=85), at="02:30", days=("sun",))
    last = told.of("Message Decided")[-1]
    assert datetime.fromtimestamp(last.at, UTC).isoformat() == "2026-03-29T01:30:00+00:00"
    assert len({local(each.at, VIENNA).date() for each in told.of("Message Decided")}) == len(
        told.of("Message Decided")
    )


def test_a_schedule_that_is_published_later_begins_with_the_next_pulse_or_event() -> None:
    told = live(view(), programme=members())
    told.world = worlds.founded(members(onsite(schedule=Schedule(at="10:30"))))
    told.beat(view())
    told.tick(told.now + DAY)
    assert said(told) == ["hello"]
    sooner = live(view(), programme=members(onsite(schedule=Schedule(day=28))))
    sooner.world = worlds.founded(members(onsite(schedule=Schedule(at="10:30"))))
    sooner.tick(sooner.now + 9 * DAY)
    assert len(said(sooner)) >= 2


# ── what we decided ourselves ────────────────────────────────────────────────────────────────────


def test_a_decision_of_the_same_step_sets_a_policy_off() -> None:
    rule = onsite(id="up", on="Tier Upgraded", when='tier == "silver"')
    told = live(order(total=600), programme=members(rule, tiers=LADDER))
    (decision,) = told.of("Message Decided")
    assert (decision.rule, decision.cause) == ("up", "m1")


def test_a_reward_that_an_event_unlocked_is_seen_by_the_policies_of_the_same_event() -> None:
    bags = Count(id="bags", name="Bags", goal=1, of="orders", reward="bonus")
    rules = [
        onsite(id="gift", on="Reward Unlocked", message=Message(title="{{ pending }}")),
        onsite(id="done", on="Challenge Completed", reward="cup"),
    ]
    told = live(order(total=20), programme=members(*rules, challenges=(bags,)))
    assert said(told) == ["gift", "done"]
    assert told.names.count("Reward Unlocked") == 2


def test_what_a_policy_gave_sets_others_off_and_nothing_goes_round_for_ever() -> None:
    rules = [
        onsite(id="a", on="Order Completed", reward="cup"),
        onsite(id="b", on="Reward Unlocked", reward="cup", message=None),
        onsite(id="c", on="Reward Unlocked", reward="bonus", slot="s"),
        onsite(id="d", on="Points Pending", slot="s"),
        onsite(id="e", on="Order Completed", slot="s", priority=-1),
    ]
    told = live(order(total=20), programme=members(*rules))
    assert told.names.count("Reward Unlocked") == 2
    assert [each.rule for each in told.of("Message Suppressed")] == ["e", "c"]
    assert said(told) == ["a", "d"]


def test_a_chain_of_deeds_ends_after_some_rounds() -> None:
    chain = [
        onsite(id="r1", on="Order Completed", message=None, reward="cup"),
        onsite(id="r2", on="Reward Unlocked", message=None, challenge="own"),
        onsite(id="r3", on="Challenge Enrolled", message=None, reward="bonus"),
        onsite(id="r4", on="Points Earned", message=None, offer=Offer(title="More")),
        onsite(id="r5", on="Reward Offered", message=None, tag="never"),
    ]
    own = Count(id="own", name="Own", goal=9, days=9, join="opt_in")
    told = live(order(total=20), programme=members(*chain, challenges=(own,)))
    assert [each.rule for each in told.of("Action Decided")] == ["r1", "r2", "r3", "r4"]
    assert len({each.id for each in told.decisions}) == len(told.decisions)


def test_a_timers_decision_sets_a_policy_off_at_that_moment() -> None:
    rule = onsite(id="yours", on="Points Released", message=Message(title="{{ points }} points"))
    told = live(order(total=20), wait(days=20), programme=members(rule))
    (decision,), (released,) = told.of("Message Decided"), told.of("Points Released")
    assert decision.at == released.at
    assert decision.properties["title"] == "20 points"
    assert decision.cause == f"policies@{released.at}"


def test_an_event_that_is_also_a_decision_sets_a_policy_off_once() -> None:
    rule = onsite(id="back", on="Redemption Released", purpose="transactional")
    story = (
        order(total=20),
        wait(days=15),
        saw("Redemption Requested", redemption_id="r", points=9),
    )
    by_hand = live(
        *story,
        saw("Redemption Released", redemption_id="r").after(hours=0.1),
        programme=members(rule),
    )
    assert said(by_hand) == ["back"]
    lapsed = live(*story, wait(days=1), programme=members(rule))
    assert said(lapsed) == ["back"]


def test_a_late_event_sets_nothing_off() -> None:
    rule = onsite(id="up", on="Tier Upgraded")
    told = live(order(total=600).late(days=4), programme=members(rule, tiers=LADDER))
    assert said(told) == []


def test_points_that_are_spent_are_told_of() -> None:
    rule = onsite(id="spent", on="Points Redeemed")
    told = live(order(total=200), wait(days=20), redeem(50), programme=members(rule))
    assert said(told) == ["spent"]


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────

BUSY = members(
    onsite(id="cart", after=After(event="Order Completed", hours=30, unless="Order Refunded")),
    onsite(id="monday", schedule=Schedule(at="02:30", days=("mon",)), reward="bonus"),
    onsite(id="month", schedule=Schedule(day=31), tag="m"),
    onsite(id="year", schedule=Schedule(yearly="enrolment"), untag="m"),
    onsite(id="gift", on="Reward Unlocked", purpose="transactional", slot="s"),
    onsite(id="up", on="Tier Upgraded", slot="s", reward="cup"),
    onsite(id="done", on="Challenge Completed", priority=3, slot="s"),
    policy(id="text", on="Points Pending", channel="sms", purpose="transactional"),
    challenges=EVERYTHING.challenges,
    tiers=EVERYTHING.tiers,
    holdout=Holdout(share=0.0),
)


@given(lives(), st.lists(st.floats(0.0, 1.0), max_size=20))
def test_extra_ticks_change_nothing(life: list[Coming], ticks: list[float]) -> None:
    life = spelled_out(Told(worlds.founded(BUSY)), life)
    start, end = life[0].now, life[-1].now + 60 * DAY

    def told(*moments: float) -> Told:
        told = Told(worlds.founded(BUSY))
        beats: list[tuple[float, Coming | None]] = [(coming.now, coming) for coming in life]
        times: list[tuple[float, Coming | None]] = [(moment, None) for moment in (*moments, end)]
        for now, coming in sorted([*beats, *times], key=lambda beat: beat[0]):
            if coming is None:
                told.tick(now)
            else:
                lived(told, [coming])
        return told

    many, without = told(*(start + part * (end - start) for part in ticks)), told()
    assert many.decisions == without.decisions
    assert many.customer == without.customer


@given(lives())
def test_an_id_is_said_once_and_a_policy_at_most_once_a_cause(life: list[Coming]) -> None:
    told = lived(Told(worlds.founded(BUSY)), life)
    told.tick(told.now + 60 * DAY)
    assert len({each.id for each in told.decisions}) == len(told.decisions)
    fates = told.of("Message Decided", "Message Deferred", "Message Suppressed", "Action Decided")
    assert len({(each.rule, each.cause) for each in fates}) == len(fates)


@given(lives())
def test_what_waits_is_bounded_and_lies_ahead(life: list[Coming]) -> None:
    told = Told(worlds.founded(BUSY))
    for coming in life:
        lived(told, [coming])
        journey = told.customer.journey or Journey()
        assert len(journey.waits) <= WAITS
        assert told.customer.due <= max(told.now, min([journey.clock, *journey.waits.values()]))
        assert journey.clock > told.now


@pytest.mark.parametrize("zone", ["Europe/Vienna", "America/New_York", "Asia/Tokyo"])
def test_a_daily_word_comes_every_day_of_a_year_at_its_hour(zone: str) -> None:
    programme = members(onsite(id="daily", schedule=Schedule(at="09:15")))
    told = continue_with(Told(worlds.founded(programme)), view().where(zone), wait(days=365))
    clocks = [local(each.at, ZoneInfo(zone)) for each in told.of("Message Decided")]
    assert {clock.strftime("%H:%M") for clock in clocks} == {"09:15"}
    assert len({clock.date() for clock in clocks}) == len(clocks) >= 364
