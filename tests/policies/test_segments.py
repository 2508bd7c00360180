"""Groups of members: who enters and leaves, when it is looked at, and what hangs on it."""

from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.dates import DAY, NEVER
from engine.decisions import Decision
from engine.programme import Holdout, Message, Programme, SegmentRule
from engine.turn import Turn
from policies import worlds
from policies.mind import Mind
from policies.rulebook import compile_rules
from tests.support.lives import EVERYTHING, Coming, lives
from tests.support.lives import live as lived
from tests.support.shop import live, members, outcomes, policy
from tests.support.stories import LADDER, Story, Told, order, refund, saw, view, wait

ENTERED, LEFT = "Segment Entered", "Segment Left"


def told_of(*story: Story, segments: Sequence[SegmentRule], **tables: object) -> Told:
    return live(*story, programme=members(segments=tuple(segments), **tables))


def inside(told: Told) -> list[str]:
    journey = told.customer.journey
    return [] if journey is None else sorted(journey.segments or ())


def changes(told: Told) -> list[tuple[str, str]]:
    return [(each.event.split()[1], each.rule) for each in told.of(ENTERED, LEFT)]


BUYERS = SegmentRule(id="buyers", when="orders >= 1")
GUESTS = SegmentRule(id="lookers", when="orders == 0")
AWAY = SegmentRule(id="away", when="orders >= 1 and days_since_order >= 30")
RICH = SegmentRule(id="rich", when='tier == "silver"')


def test_a_newcomer_has_an_initial_segment() -> None:
    told = told_of(saw("Loyalty Enrolled"), segments=[GUESTS, BUYERS])
    assert inside(told) == ["lookers"]


def test_a_change_is_said_once_with_its_reason_and_its_numbers() -> None:
    told = told_of(view(), view(), order(total=20), view(), segments=[GUESTS, BUYERS])
    assert changes(told) == [("Entered", "lookers"), ("Left", "lookers"), ("Entered", "buyers")]
    *_, left, entered = told.of(ENTERED, LEFT)
    assert (left.because, entered.because) == (("condition_gone",), ("condition_met",))
    assert entered.properties["numbers"] == {"orders": 1.0}
    assert entered.cause == "m3"


def test_what_only_time_moves_is_seen_on_the_members_own_pulse() -> None:
    told = told_of(order(total=20), *[wait(days=1)] * 40, segments=[AWAY])
    (entered,) = told.of(ENTERED)
    assert entered.cause.startswith("pulse@")
    assert 30 * DAY <= entered.at - told.customer.book.orders["o1"].at <= 38 * DAY


def test_a_tier_moves_those_that_read_it_at_once() -> None:
    told = told_of(order(total=600), refund("o1"), segments=[RICH], tiers=LADDER)
    assert changes(told) == [("Entered", "rich"), ("Left", "rich")]


def test_a_segment_may_read_others_and_follows_them_in_the_same_step() -> None:
    rules = [
        SegmentRule(id="lost", when="away and not rich"),
        AWAY,
        RICH,
        SegmentRule(id="back", when="not lost and buyers"),
        BUYERS,
    ]
    told = told_of(order(total=20), *[wait(days=7)] * 6, order(total=20), segments=rules)
    assert inside(told) == ["back", "buyers"]
    assert changes(told)[:2] == [("Entered", "buyers"), ("Entered", "back")]
    assert ("Entered", "lost") in changes(told)
    assert changes(told)[-3:] == [("Left", "away"), ("Left", "lost"), ("Entered", "back")]


def test_a_lower_line_to_leave_keeps_who_trembles_between_the_two() -> None:
    keen = SegmentRule(id="keen", when="visits_14d >= 2.5", leaves="visits_14d < 1")
    days = [view().after(days=1) for _ in range(4)]
    told = told_of(*days, *[wait(days=1)] * 60, view(), segments=[keen])
    assert changes(told) == [("Entered", "keen"), ("Left", "keen")]
    (left,) = told.of(LEFT)
    assert left.at - told.of(ENTERED)[0].at > 14 * DAY


def test_nobody_leaves_before_the_shortest_stay_is_over() -> None:
    rule = replace(BUYERS, stay_days=10)
    told = told_of(order(total=20), refund("o1"), segments=[rule])
    assert inside(told) == ["buyers"]
    told.tick(told.now + 9 * DAY)
    assert inside(told) == ["buyers"]
    told.tick(told.now + 10 * DAY)
    assert inside(told) == []


def test_who_was_in_a_segment_that_is_gone_is_in_it_no_more() -> None:
    told = told_of(order(total=20), segments=[BUYERS])
    told.world = worlds.founded(members())
    told.tick(told.now + 8 * DAY)
    assert inside(told) == []
    assert told.of(LEFT)[0].because == ("segment_gone",)


def test_policies_are_set_off_by_entering_and_by_leaving() -> None:
    rules = [
        policy(id="hello", on=None, entered="buyers", channel="onsite"),
        policy(id="sorry", on=None, left="buyers", channel="onsite"),
        policy(id="any", on="Segment Entered", channel="onsite", when="buyers"),
    ]
    story = (view(), order(total=20), view(), refund("o1"))
    told = live(*story, programme=members(*rules, segments=(BUYERS,)))
    assert [each.rule for each in told.of("Message Decided")] == ["hello", "any", "sorry"]


def test_a_deferred_message_dies_when_its_member_has_left_the_segment() -> None:
    rule = policy(id="hello", on=None, entered="buyers", channel="sms", purpose="transactional")
    late = (wait(hours=13), order(total=20), refund("o1"), wait(hours=12))
    told = live(*late, programme=members(replace(rule, cancel_on="nothing"), segments=(BUYERS,)))
    assert outcomes(told) == [
        ("Message Deferred", "quiet_hours"),
        ("Message Suppressed", "reason_gone"),
    ]


def test_a_message_may_speak_of_a_segment() -> None:
    text = "{% if buyers %}Thanks{% else %}Hello{% endif %}"
    rule = policy(channel="onsite", on="Order Completed", message=Message(title=text))
    told = live(order(total=20), programme=members(rule, segments=(BUYERS,)))
    assert told.of("Message Decided")[0].properties["title"] == "Thanks"


def test_an_event_that_can_touch_none_looks_at_none() -> None:
    rules = compile_rules(members(segments=(BUYERS, GUESTS, AWAY, RICH)))
    assert "Product Viewed" not in rules.segments.by_event
    assert {each.rule.id for each in rules.segments.by_event["Order Completed"]} == {
        "buyers", "lookers", "away", "rich",
    }  # fmt: skip
    assert [each.rule.id for each in rules.segments.standing] == ["rich"]


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────

EVERY = (
    BUYERS,
    GUESTS,
    AWAY,
    RICH,
    SegmentRule(id="owing", when="debt > 0 or points >= 100"),
    SegmentRule(id="risky", when="churn >= 0.5 and buyers"),
    SegmentRule(id="both", when="owing and not lookers or tagged_seen and done_teas"),
)
SHOP: Programme = replace(
    EVERYTHING,
    segments=EVERY,
    holdout=Holdout(share=0.0),
    policies=(
        policy(id="tagging", on="Product Viewed", message=None, tag="seen", channel="onsite"),
    ),
)


def balanced(said: list[Decision]) -> bool:
    """Entered and left take turns, for each segment."""
    for ident in {each.rule for each in said}:
        names = [each.event for each in said if each.rule == ident]
        if names[::2] != [ENTERED] * len(names[::2]) or names[1::2] != [LEFT] * len(names[1::2]):
            return False
    return True


@given(lives())
def test_entering_and_leaving_take_turns_and_say_who_is_inside(life: list[Coming]) -> None:
    told = lived(Told(worlds.founded(SHOP)), life)
    said = told.of(ENTERED, LEFT)
    assert balanced(said)
    last = {each.rule: each.event for each in said}
    assert inside(told) == sorted(ident for ident, event in last.items() if event == ENTERED)


@given(lives())
def test_after_a_pulse_who_is_inside_is_whom_the_condition_holds_for(life: list[Coming]) -> None:
    told = lived(Told(worlds.founded(SHOP)), life)
    moment = told.customer.pulse
    assume(moment < NEVER)
    told.tick(moment)
    turn = Turn(told.world, told.customer, told.who, moment, "", [], [], [])
    mind = told.world.mind
    mind.score(turn)
    assert isinstance(mind, Mind)
    every = mind.rules.segments.every
    assert inside(told) == sorted(each.rule.id for each in every if each.holds(turn))


@given(lives(), st.lists(st.floats(0.0, 1.0), max_size=20))
def test_extra_ticks_move_nobody(life: list[Coming], ticks: list[float]) -> None:
    end = life[-1].now + 30 * DAY

    def told(*moments: float) -> Told:
        told = Told(worlds.founded(SHOP))
        beats: list[tuple[float, Coming | None]] = [(coming.now, coming) for coming in life]
        times: list[tuple[float, Coming | None]] = [(moment, None) for moment in (*moments, end)]
        for now, coming in sorted([*beats, *times], key=lambda beat: beat[0]):
            if coming is None:
                told.tick(now)
            else:
                lived(told, [coming])
        return told

    start = life[0].now
    many = told(*(start + part * (end - start) for part in ticks))
    assert many.decisions == told().decisions


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.id)
def test_each_is_looked_at_by_the_events_that_move_what_it_reads(rule: SegmentRule) -> None:
    (found,) = [each for each in compile_rules(SHOP).segments.every if each.rule.id == rule.id]
    assert "Order Completed" in found.events
