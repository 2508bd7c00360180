"""The command line: what it prints, how it ends, and what it starts without."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner, Result

from engine.events import Correction, CustomerErased, Fusion, MergeRequested, PointsCorrected
from engine.wire import decode
from features import CATALOGUE
from flows import cli, commands, control
from flows.control import objection
from flows.loopback import HOST, free_port
from flows.settings import Settings, describe
from policies.models import TASKS
from policies.view import STANDING

ROASTERY: Final = Path(__file__).parents[2] / "policies" / "programmes" / "roastery.toml"
WRONG: Final = """
name = "Wrong"
currency = "EURO"
zone = "UTC"
salt = "test"

[[policies]]
id = "hello"
on = "Order Completed"
when = "churm > 0.5"
[policies.message]
title = "Hello"
"""


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a broker nor a Redis."""
    monkeypatch.setenv("PUNCHCARD_KAFKA", f"{HOST}:{free_port()}")
    monkeypatch.setenv("PUNCHCARD_REDIS", f"redis://{HOST}:{free_port()}/0")


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.toml"
    path.write_text(WRONG)
    return path


def punchcard(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def sentence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *words: str | Path
) -> str:
    """What a command that cannot be done says on standard error."""
    monkeypatch.setattr("sys.argv", ["punchcard", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capfd.readouterr()
    assert ended.value.code == cli.FAILED
    assert said.out == ""
    return said.err


def test_a_programme_without_mistakes_is_fine() -> None:
    said = punchcard("programme", "check", ROASTERY)
    assert said.exit_code == 0
    assert f"{ROASTERY}: fine, version " in said.stdout


def test_every_mistake_is_told_with_its_file_and_place(wrong: Path) -> None:
    said = punchcard("programme", "check", ROASTERY, wrong)
    assert said.exit_code == cli.BAD_NEWS
    fine, *mistakes = said.stdout.splitlines()
    assert "fine" in fine
    assert len(mistakes) == 2
    assert all(line.startswith(f"{wrong}: ") for line in mistakes)
    assert 'did you mean "churn"' in said.stdout


def test_a_file_that_is_no_text_is_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    said = punchcard("programme", "check", path)
    assert said.exit_code == cli.BAD_NEWS
    assert "is no text in UTF-8" in said.stdout


def test_a_wrong_programme_is_not_published(wrong: Path) -> None:
    said = punchcard("programme", "publish", wrong)
    assert said.exit_code == cli.BAD_NEWS
    assert "not published" in said.stderr
    assert "did you mean" in said.stdout


def test_a_difference_is_told_in_a_marketers_words(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(ROASTERY.read_text().replace("days = 60\nrepeat", "days = 30\nrepeat"))
    said = punchcard("programme", "diff", ROASTERY, other)
    assert said.exit_code == 0
    assert said.stdout == (
        "challenges: the enrolled finish on the old version\n  days of espresso_three: 60 → 30\n"
    )
    [told] = json.loads(punchcard("programme", "diff", ROASTERY, other, "--json").stdout)
    assert (told["of"], told["key"], told["before"], told["after"]) == (
        ("espresso_three", "days", 60, 30)
    )


def test_a_programme_differs_in_nothing_from_itself() -> None:
    assert punchcard("programme", "diff", ROASTERY, ROASTERY).stdout == "no differences\n"


def test_programmes_with_mistakes_are_not_compared(wrong: Path) -> None:
    said = punchcard("programme", "diff", ROASTERY, wrong)
    assert said.exit_code == cli.BAD_NEWS
    assert all(line.startswith(f"{wrong}: ") for line in said.stdout.splitlines())


def test_the_schema_is_printed_as_it_is_shipped() -> None:
    shipped = ROASTERY.with_name("schema.json").read_text()
    assert punchcard("programme", "schema").stdout == shipped


@pytest.mark.parametrize("words", [["numbers"], ["programme", "numbers"]])
def test_numbers_lists_all_that_a_condition_may_name(words: list[str]) -> None:
    said = punchcard(*words)
    listed = {line.split()[0]: line for line in said.stdout.splitlines() if line.strip()}
    for number in CATALOGUE:
        assert number.unit in listed[number.name]
    assert {*(task.name for task in TASKS), *STANDING} <= listed.keys()


def test_settings_lists_every_variable_with_what_is_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PUNCHCARD_BATCH", "123")
    said = punchcard("settings")
    listed = {line.split()[0]: line for line in said.stdout.splitlines() if line.strip()}
    assert {name for name, _, _, _ in describe(Settings())} <= listed.keys()
    assert "123" in listed["PUNCHCARD_BATCH"]


def test_settings_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUNCHCARD_REDIS", "rediss://shop:hunter2@cache:6380/0")
    monkeypatch.setenv("PUNCHCARD_KAFKA_CONFIG", "sasl.username=shop;sasl.password=hunter3")
    said = punchcard("settings").stdout
    assert "shop:***@cache" in said
    assert "hunter" not in said


def test_a_wrong_setting_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PUNCHCARD_BATCH", "0")
    said = sentence(monkeypatch, capfd, "settings")
    assert said.startswith("punchcard: PUNCHCARD_BATCH: ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "start"),
    [
        (["show", "ann"], "PUNCHCARD_REDIS: "),
        (["journey", "ann"], "PUNCHCARD_REDIS: "),
        (["programme", "check", "nowhere.toml"], "nowhere.toml: cannot be read: "),
        (["programme", "publish", str(ROASTERY), "--at", "noon"], "--at: 'noon' is no moment"),
        (["replay", "nowhere.jsonl"], "nowhere.jsonl: cannot be read: "),
        (["replay", "-", "--tick", "1"], "--tick: '1' is no duration"),
        (["run", "decide", "--partitions", "x"], "--partitions: 'x' is no range"),
        (["run", "decide", "--ordinal", "1"], "--ordinal, --replicas: are only understood"),
        (["run", "clock", "--start", "2026-01-01"], "--start: '2026-01-01' does not say its zone"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    words: list[str],
    start: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    said = sentence(monkeypatch, capfd, *words)
    assert said.startswith(f"punchcard: {start}")
    assert len(said.splitlines()) == 1


def test_a_broker_that_does_not_answer_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("flows.topics.WAIT", 0.3)
    said = sentence(monkeypatch, capfd, "topics")
    assert said.startswith("punchcard: PUNCHCARD_KAFKA: ")
    assert len(said.splitlines()) == 1


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise KeyError("bug")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(KeyError):
        cli.main()


def test_the_help_names_every_command() -> None:
    said = punchcard("--help").stdout
    shown = {"run", "programme", "topics", "numbers", "show", "recount", "replay", "settings"}
    assert shown | {"dead-letters"} <= set(said.split())


@pytest.mark.parametrize("part", cli.PARTS)
def test_every_part_has_a_command(part: str) -> None:
    assert punchcard("run", part, "--help").exit_code == 0


def test_help_loads_nothing_of_the_engine() -> None:
    assert _loaded("import flows.cli") & {"bytewax", "redis", "confluent_kafka", "rich"} == set()


def test_decide_teaches_no_models() -> None:
    assert "river" not in _loaded("import flows.decide")


def _loaded(code: str) -> set[str]:
    """What has been imported after this code ran in a fresh interpreter."""
    told = f"{code}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("0", "--actor", "ann", "--reason", "late"), "says nothing"),
        (("50", "--actor", "ann", "--reason", " "), "says nothing"),
        (("50", "--actor", "", "--reason", "late"), "cannot be sent"),
    ],
)
def test_a_correction_that_would_be_refused_is_not_sent(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    told: str,
) -> None:
    assert told in sentence(monkeypatch, capfd, "points", "correct", "c1", *words)


def test_a_correction_is_sent_to_its_customer_with_who_and_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[str, bytes]] = []

    def commanded(sender: object, customer: str, record: bytes) -> None:
        sent.append((customer, record))

    class Quiet:
        def __init__(self, settings: Settings) -> None: ...

        def settle(self) -> None: ...

    monkeypatch.setattr(commands, "Sender", Quiet)
    monkeypatch.setattr(control, "commanded", commanded)
    said = punchcard("points", "correct", "c1", "-50", "--actor", "ann", "--reason", "twice")
    assert said.stdout.startswith("sent: -50 points for c1, id correction-")
    [(customer, record)] = sent
    event = decode(record)
    assert isinstance(event, PointsCorrected)
    assert (customer, event.customer) == ("c1", "c1")
    assert event.properties == Correction(points=-50, actor="ann", reason="twice")
    assert objection(control.ADMIN, event) is None
    punchcard("merge", "c1", "c2", "--actor", "ann", "--reason", "one person")
    punchcard("erase", "c1", "--actor", "ann", "--reason", "asked")
    (_, merge), (_, erasure) = sent[1:]
    wish, gone = decode(merge), decode(erasure)
    assert isinstance(wish, MergeRequested)
    assert wish.properties == Fusion("c2", actor="ann", reason="one person")
    assert isinstance(gone, CustomerErased)
