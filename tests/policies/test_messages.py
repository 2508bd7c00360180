"""Who is told what: the gates in their order, deferral, caps, and what is written down."""

from engine.dates import DAY, HOUR
from engine.programme import Caps, Holdout, Message, Quiet
from engine.state import NOTICES
from policies import worlds
from policies.actions import Notice, notices
from tests.support.shop import checkout, consent, live, members, outcomes, policy
from tests.support.stories import changed, order, saw, wait

DECIDED, DEFERRED, SUPPRESSED = "Message Decided", "Message Deferred", "Message Suppressed"
EVENING = wait(hours=13)  # stories begin at 10:00 in Vienna


def test_nobody_gets_marketing_that_they_did_not_ask_for() -> None:
    told = live(checkout(), programme=members(policy()))
    assert outcomes(told) == [(SUPPRESSED, "no_consent")]


def test_a_message_that_is_not_sent_says_what_led_to_it_and_how_far_it_came() -> None:
    told = live(checkout(), programme=members(policy(when="orders < 1")))
    [suppressed] = told.of(SUPPRESSED)
    assert suppressed.properties["numbers"] == {"orders": 0.0}
    assert suppressed.properties["scores"]["churn"]["version"] == "prior"
    assert suppressed.properties["passed"] == ["Member"]


def test_who_said_yes_is_written_to_and_the_decision_says_why() -> None:
    rule = policy(when="orders < 1", message=Message(title="Hello {{ tier }}", body="{{ orders }}"))
    told = live(consent(), checkout(), programme=members(rule))
    (decision,) = told.of(DECIDED)
    assert decision.rule == "hello"
    assert decision.properties["title"] == "Hello "
    assert decision.properties["body"] == "0"
    assert decision.properties["numbers"] == {"orders": 0.0}
    assert decision.properties["scores"]["churn"]["version"] == "prior"


def test_a_yes_is_for_one_channel_only() -> None:
    told = live(consent("push"), checkout(), programme=members(policy()))
    assert outcomes(told) == [(SUPPRESSED, "no_consent")]


def test_a_no_takes_the_yes_back() -> None:
    told = live(consent(), consent(granted=False), checkout(), programme=members(policy()))
    assert outcomes(told) == [(SUPPRESSED, "no_consent")]


def test_what_a_purchase_makes_necessary_needs_no_consent_and_knows_no_holdout_or_cap() -> None:
    rules = [policy(id=name, purpose="transactional") for name in ("one", "two")]
    programme = members(*rules, holdout=Holdout(share=1.0))
    told = live(checkout(), programme=programme)
    assert outcomes(told) == [(DECIDED, "condition_met")] * 2


def test_the_held_out_are_left_alone() -> None:
    told = live(consent(), checkout(), programme=members(policy(), holdout=Holdout(share=1.0)))
    assert outcomes(told) == [(SUPPRESSED, "holdout")]


def test_who_unsubscribed_hears_nothing_more() -> None:
    silent = saw("Unsubscribed", channel="email")
    told = live(consent(), silent, checkout(), programme=members(policy()))
    assert outcomes(told) == [(SUPPRESSED, "unsubscribed")]


def test_unsubscribing_without_a_channel_is_for_all_of_them() -> None:
    told = live(consent(), saw("Unsubscribed"), checkout(), programme=members(policy()))
    assert outcomes(told) == [(SUPPRESSED, "unsubscribed")]


def test_a_day_cap_is_a_calendar_day_of_the_member() -> None:
    rules = [policy(id="one"), policy(id="two", on="Cart Viewed")]
    story = (consent(), checkout(), saw("Cart Viewed"), saw("Cart Viewed").after(hours=24))
    told = live(*story, programme=members(*rules))
    assert [reason for _, reason in outcomes(told)] == [
        "condition_met", "day_cap", "condition_met",
    ]  # fmt: skip


def test_a_week_cap_is_seven_rolling_days() -> None:
    rule = policy(cool_down_days=1)
    days = [checkout().after(days=1) for _ in range(9)]
    programme = members(rule, caps=Caps(per_day=1, per_week=3))
    told = live(consent(), *days, programme=programme)
    assert [reason for _, reason in outcomes(told)] == [
        *["condition_met"] * 3, *["week_cap"] * 4, *["condition_met"] * 2,
    ]  # fmt: skip


def test_our_own_pages_are_not_capped_and_fill_a_short_inbox() -> None:
    names = [f"n{n}" for n in range(NOTICES + 2)]
    rules = [policy(id=name, channel="onsite", message=Message(title=name)) for name in names]
    told = live(checkout(), programme=members(*rules))
    assert len(told.of(DECIDED)) == NOTICES + 2
    assert [notice.title for notice in notices(told.customer)] == names[2:]


def test_a_text_that_is_said_again_takes_the_earlier_ones_place() -> None:
    rules = [policy(channel="onsite"), policy(id="other", channel="onsite", on="Cart Viewed")]
    told = live(checkout(), saw("Cart Viewed"), checkout(), programme=members(*rules))
    *_, last = told.of(DECIDED)
    assert len(told.of(DECIDED)) == 3
    assert notices(told.customer) == [Notice(last.id, last.at, "Hello")]


def test_nobody_is_texted_at_night_and_the_morning_asks_again() -> None:
    rule = policy(channel="sms")
    told = live(consent("sms"), EVENING, checkout(), wait(hours=12), programme=members(rule))
    assert outcomes(told) == [(DEFERRED, "quiet_hours"), (DECIDED, "condition_met")]
    deferred, decided = told.of(DEFERRED, DECIDED)
    assert decided.at == deferred.properties["until"]


def test_a_deferred_message_dies_after_a_purchase() -> None:
    rule = policy(channel="sms")
    night = (consent("sms"), EVENING, checkout(), order(total=20), wait(hours=12))
    told = live(*night, programme=members(rule))
    assert outcomes(told) == [(DEFERRED, "quiet_hours"), (SUPPRESSED, "reason_gone")]


def test_a_deferred_message_dies_when_its_condition_no_longer_holds() -> None:
    rule = policy(channel="sms", when="orders < 1", cancel_on=None)
    night = (consent("sms"), EVENING, checkout(), order(total=20), wait(hours=12))
    told = live(*night, programme=members(rule))
    assert outcomes(told) == [(DEFERRED, "quiet_hours"), (SUPPRESSED, "reason_gone")]


def test_consent_is_asked_again_in_the_morning() -> None:
    rule = policy(channel="sms")
    night = (consent("sms"), EVENING, checkout(), consent("sms", granted=False), wait(hours=12))
    told = live(*night, programme=members(rule))
    assert outcomes(told) == [(DEFERRED, "quiet_hours"), (SUPPRESSED, "no_consent")]


def test_a_message_that_waited_too_long_is_dropped() -> None:
    rule = policy(channel="sms")
    quiet = Quiet(drop_hours=2)
    told = live(consent("sms"), EVENING, checkout(), programme=members(rule, quiet=quiet))
    assert outcomes(told) == [(SUPPRESSED, "waited_too_long")]


def test_quiet_hours_may_lie_within_one_day() -> None:
    rule = policy(channel="push")
    quiet = Quiet(start="12:00", end="14:00")
    story = (consent("push"), checkout(), checkout().after(hours=1), wait(hours=3))
    told = live(*story, programme=members(rule, quiet=quiet, caps=Caps(per_day=9)))
    assert [name for name, _ in outcomes(told)] == [DEFERRED, DECIDED]


def test_a_policy_that_spoke_rests() -> None:
    rule = policy(cool_down_days=14)
    programme = members(rule, caps=Caps(per_day=9, per_week=99))
    told = live(consent(), checkout(), checkout(), checkout().after(days=15), programme=programme)
    assert len(told.of(DECIDED)) == 2


def test_a_rest_that_is_over_is_forgotten_when_another_policy_speaks() -> None:
    rules = [policy(channel="onsite", cool_down_days=1)]
    rules += [policy(id="other", channel="onsite", on="Cart Viewed", cool_down_days=14)]
    told = live(checkout(), saw("Cart Viewed").after(days=2), programme=members(*rules))
    assert told.customer.rests == {"other": told.now + 14 * DAY}


def test_what_was_suppressed_is_said_once_a_day() -> None:
    told = live(checkout(), checkout(), checkout().after(days=1), programme=members(policy()))
    assert outcomes(told) == [(SUPPRESSED, "no_consent")] * 2


def test_a_late_event_leads_to_no_message() -> None:
    told = live(consent(), checkout().late(days=4), programme=members(policy()))
    assert outcomes(told) == []


def test_a_text_that_cannot_be_written_costs_its_own_message_only() -> None:
    broken = policy(id="broken", message=Message(title="{{ 1 | divided_by: orders }}"))
    told = live(consent(), checkout(), programme=members(broken, policy()))
    assert outcomes(told) == [(SUPPRESSED, "text_failed"), (DECIDED, "condition_met")]


def test_a_policy_that_is_gone_takes_its_deferred_message_along() -> None:
    told = live(consent("sms"), EVENING, checkout(), programme=members(policy(channel="sms")))
    gone = worlds.founded(changed(version="v2"))
    told.world = gone
    told.tick(told.now + 12 * HOUR)
    assert outcomes(told)[-1] == (SUPPRESSED, "policy_gone")


def test_messages_are_remembered_for_a_week_and_no_longer() -> None:
    rule = policy(cool_down_days=0)
    programme = members(rule, caps=Caps(per_day=9, per_week=99))
    told = live(consent(), checkout(), checkout().after(days=8), programme=programme)
    assert [told.now - at < 7 * DAY for at, _ in told.customer.book.sent] == [True]
