"""What the command line answers of decisions that stand in a real topic."""

from collections.abc import Iterator
from typing import Final

import msgspec
import pytest
from typer.testing import CliRunner, Result

from engine.decisions import Decision
from flows import cli
from flows.console import console
from flows.explain import OBJECTIONS, page
from flows.local import Local
from flows.topics import DECISIONS
from tests.support.chaos import PARTITIONS, Scene, town_log

pytestmark = pytest.mark.stack

OF_MESSAGES: Final = {"Message Decided", "Message Deferred", "Message Suppressed"}


@pytest.fixture(scope="module")
def decided() -> Iterator[tuple[Local, list[Decision]]]:
    """A stack in which a town has lived for six weeks, and what was decided there."""
    with Local(kafka="embedded", partitions=str(PARTITIONS)) as local:
        scene = Scene(local)
        scene.tell(town_log())
        scene.finish()
        told = msgspec.json.Decoder(Decision)
        yield local, [told.decode(value) for value in scene.topic(DECISIONS)]
        scene.end()


@pytest.fixture
def asked(decided: tuple[Local, list[Decision]], monkeypatch: pytest.MonkeyPatch) -> list[Decision]:
    """The decisions, with the command line set to this stack."""
    local, decisions = decided
    monkeypatch.setenv("PUNCHCARD_KAFKA", local.settings.kafka)
    monkeypatch.setenv("PUNCHCARD_REDIS", local.settings.redis)
    monkeypatch.setenv("PUNCHCARD_PARTITIONS", str(PARTITIONS))
    return decisions


def punchcard(*words: str) -> Result:
    return CliRunner().invoke(cli.app, words)


def test_every_name_and_every_reason_is_explained(asked: list[Decision]) -> None:
    of_each_sort = {(each.event, *each.because): each for each in asked}
    assert len(of_each_sort) > 20
    for decision in of_each_sort.values():
        answer = punchcard("explain", decision.id, "--customer", decision.customer)
        assert answer.exit_code == 0, answer.output
        for part in (decision.event, decision.id, decision.customer, decision.programme):
            assert part in answer.output
        asked_gates = decision.properties.get("passed") or OBJECTIONS.keys() & {*decision.because}
        assert ("asks for" in answer.output) is bool(asked_gates)


def test_every_decision_has_a_page(asked: list[Decision]) -> None:
    out = console()
    for decision in asked:
        with out.capture() as captured:
            for section in page(decision):
                out.print(section)
        assert decision.id in captured.get()


def test_every_word_about_a_message_names_its_gates_and_numbers(asked: list[Decision]) -> None:
    about = [each for each in asked if each.event in OF_MESSAGES and each.cause]
    assert {each.event for each in about} == OF_MESSAGES
    for decision in about:
        assert decision.properties.keys() >= {"passed", "numbers", "scores"}, decision


def test_a_decision_that_nobody_made_is_said_to_be_none(asked: list[Decision]) -> None:
    answer = punchcard("explain", "0" * 24)
    assert (answer.exit_code, asked != []) == (cli.BAD_NEWS, True)
    assert "there is no decision" in answer.output


def test_experiments_are_counted_from_the_topic(asked: list[Decision]) -> None:
    exposed = {each.customer for each in asked if each.event == "Experiment Exposed"}
    answer = punchcard("experiments")
    assert answer.exit_code == 0, answer.output
    assert exposed
    assert "arm" in answer.output
