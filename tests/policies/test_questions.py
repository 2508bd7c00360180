"""What the models are asked, and when the answers leave."""

import pytest

from engine.dates import DAY
from engine.decisions import Effects, Outcome
from engine.programme import Scores
from engine.state import Question
from policies import worlds
from policies.models.inputs import NAMES, SCHEMA
from policies.questions import DORMANT
from tests.support.shop import members
from tests.support.stories import Story, Told, continue_with, order, view, wait

DAILY = members(scores=Scores(every_days=7))


class Listening(Told):
    """A story that also keeps the answers."""

    def __init__(self) -> None:
        super().__init__(worlds.founded(DAILY))
        self.heard: list[Outcome] = []

    def _kept(self, effects: Effects) -> Effects:
        self.heard += effects.outcomes
        return super()._kept(effects)


def listen(*story: Story) -> tuple[Told, list[Outcome]]:
    told = Listening()
    continue_with(told, *story)
    return told, told.heard


def repeated(times: int, *story: Story) -> list[Story]:
    return list(story) * times


def test_both_answers_leave_together_when_the_horizon_has_passed() -> None:
    _, heard = listen(order(total=20), *[wait(days=1)] * 60)
    churn = [outcome for outcome in heard if outcome.model == "churn"]
    assert churn
    assert all(outcome.answered - outcome.asked == 28 * DAY for outcome in churn)
    assert all(outcome.answer for outcome in churn)


def test_a_purchase_within_the_horizon_is_no_churn() -> None:
    _, heard = listen(order(total=20), *repeated(10, wait(days=7), order(total=20)))
    churn = [outcome for outcome in heard if outcome.model == "churn"]
    assert churn
    assert not any(outcome.answer for outcome in churn)


def test_every_yes_of_a_lopsided_question_is_kept_and_one_in_five_noes_stands_for_all() -> None:
    _, quiet = listen(order(total=20), *[wait(days=1)] * 300)
    _, busy = listen(order(total=20), *repeated(100, wait(days=3), order(total=20)))
    noes = [outcome for outcome in quiet if outcome.model == "purchase_7d"]
    yeses = [outcome for outcome in busy if outcome.model == "purchase_7d"]
    assert {outcome.weight for outcome in noes} == {5.0}
    assert {outcome.weight for outcome in yeses if outcome.answer} == {1.0}
    assert 0 < len(noes) < 25
    assert len(yeses) > 35


def test_the_inputs_are_those_of_the_moment_that_was_asked_about() -> None:
    _, heard = listen(order(total=20), *[wait(days=1)] * 40)
    first = next(outcome for outcome in heard if outcome.model == "churn")
    assert first.schema == SCHEMA
    orders = first.inputs[NAMES.index("log_orders")]
    assert orders == pytest.approx(0.6931, abs=1e-4)


def test_who_never_bought_is_not_asked_about_churn() -> None:
    _, heard = listen(view(), *[wait(days=1)] * 60)
    assert {outcome.model for outcome in heard} <= {"purchase_7d"}


def test_who_is_long_gone_is_not_asked_about_any_more_until_the_next_event() -> None:
    told, _ = listen(order(total=20), *[wait(days=10)] * (DORMANT // 10 + 3))
    assert told.customer.book.questions == [] or told.customer.pulse == float("inf")
    assert told.customer.pulse == float("inf")
    told.beat(view())
    assert told.customer.pulse == told.now + 7 * DAY
    assert told.customer.due <= told.customer.pulse


def test_a_question_of_another_release_is_dropped_and_noted() -> None:
    told, heard = listen(order(total=20))
    told.customer.book.questions = [
        Question(told.now, b"old", {"churn": (0.5, "v")}, "other"),
        Question(told.now, b"old", {"horoscope": (0.5, "v")}, SCHEMA[:8]),
    ]
    told.customer.due = told.now + 28 * DAY
    told.tick(told.now + 29 * DAY)
    assert told.notes.count("question_of_another_release") == 2
    assert all(outcome.asked != told.now for outcome in heard)


def test_extra_ticks_change_no_answer() -> None:
    _, often = listen(order(total=20), *[wait(days=1)] * 60)
    _, seldom = listen(order(total=20), wait(days=60))
    assert {o.id: o for o in often} == {o.id: o for o in seldom}
