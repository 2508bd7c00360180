"""The retention policy: it fires when a score has risen over its line and stayed there, once."""

from math import exp, log1p
from typing import Any

from engine.dates import DAY
from policies import worlds
from tests.support.shop import checkout, consent, crossing, knows, live, members, outcomes, policy
from tests.support.stories import START, Story, Told, continue_with, order, view, wait

# Over the line after about three weeks without an order: log(1 + 20) = 3.04.
SILENCE = knows("log_days_since_order", 3.0, bias=-8.2)


def story(*beats: Story, **rule: Any) -> Told:
    win_back = policy(id="win_back", score=crossing(), cool_down_days=14, **rule)
    return live(consent(), order(total=20), *beats, programme=members(win_back), scoring=[SILENCE])


def test_silence_lifts_the_score_and_is_answered_once() -> None:
    told = story(*[wait(days=7)] * 8)
    assert outcomes(told) == [("Message Decided", "condition_met")]
    (decision,) = told.of("Message Decided")
    assert decision.rule == "win_back"
    assert decision.properties["scores"]["churn"]["score"] >= 0.7


def test_it_takes_two_evaluations_a_day_apart() -> None:
    told = story(*[wait(days=1)] * 60)
    (decision,) = told.of("Message Decided")
    silent = (decision.at - told.customer.book.orders["o1"].at) / DAY
    assert churn(silent - 1) >= 0.7
    assert churn(silent - 1 - 7) < 0.7


def test_a_score_that_falls_back_before_the_second_look_was_a_tremble() -> None:
    (decision,) = story(*[wait(days=1)] * 60).of("Message Decided")
    first_look = (decision.at - START) / DAY - 1
    told = story(wait(days=first_look), order(total=20).after(hours=1), *[wait(days=1)] * 5)
    assert outcomes(told) == []
    assert told.customer.watches == {}


def test_between_the_lines_nothing_is_left_or_fired() -> None:
    told = story(*[wait(days=7)] * 8)
    assert told.customer.watches["win_back"].above
    again = story(*[wait(days=7)] * 8, view(), view())
    assert len(again.of("Message Decided")) == 1


def test_who_comes_back_and_falls_silent_again_is_written_to_again() -> None:
    told = story(*[wait(days=7)] * 8, order(total=20), *[wait(days=7)] * 8)
    assert outcomes(told) == [("Message Decided", "condition_met")] * 2


def test_the_condition_is_asked_as_for_every_policy() -> None:
    told = story(*[wait(days=7)] * 8, when="orders >= 2")
    assert outcomes(told) == []


def test_one_evaluation_is_enough_where_the_programme_says_so() -> None:
    eager = policy(id="eager", score=crossing(evaluations=1))
    told = live(
        consent(), order(total=20), checkout().after(days=40),
        programme=members(eager), scoring=[SILENCE],
    )  # fmt: skip
    assert outcomes(told)[-1] == ("Message Decided", "condition_met")


def test_a_second_look_for_a_policy_that_is_gone_is_called_off() -> None:
    (decision,) = story(*[wait(days=1)] * 60).of("Message Decided")
    first_look = (decision.at - START) / DAY - 1
    told = story(wait(days=first_look + 0.01))
    assert told.customer.watches["win_back"].seen == 1
    told.world = worlds.founded(members())
    told.tick(told.now + 2 * DAY)
    assert told.customer.due > told.now
    assert outcomes(told) == []


def churn(days: float) -> float:
    return 1 / (1 + exp(8.2 - 3.0 * log1p(days)))


def test_a_score_back_under_its_line_leaves_nothing_behind_but_the_rest() -> None:
    (decision,) = story(*[wait(days=1)] * 60).of("Message Decided")
    first_look = (decision.at - START) / DAY - 1
    told = continue_with(story(wait(days=first_look + 0.01)), order("o2", total=20))
    assert told.customer.watches == {}
    rested = continue_with(story(wait(days=first_look + 2)), order("o2", total=20))
    assert rested.customer.watches["win_back"].rests > rested.now
