"""What experiments have come to, from decisions in any order."""

from typing import Any

import msgspec

from engine.decisions import Decision
from flows import trials
from flows.console import console

HALVES = {"three": 0.5, "two": 0.5}


def told(event: str, who: str, at: float = 0.0, **properties: Any) -> bytes:
    """A decision as it stands in the topic."""
    about = (f"{event}{who}{at}", event, who, "m1", "v1", "goal", at)
    return msgspec.json.encode(Decision(*about, (), {"experiment": "goal", **properties}))


def exposed(who: str, arm: str, odds: dict[str, float] = HALVES) -> bytes:
    return told("Experiment Exposed", who, arm=arm, odds=odds)


def measured(who: str, spent: int, at: float = 1.0) -> bytes:
    return told("Experiment Measured", who, at, arm="two", spent=spent, currency="EUR")


def people(three: int, two: int) -> list[bytes]:
    """So many exposed in each arm."""
    return [
        *(exposed(f"a{n}", "three") for n in range(three)),
        *(exposed(f"b{n}", "two") for n in range(two)),
    ]


def report(*values: bytes) -> trials.Report:
    """Of the one experiment."""
    [(name, trial)] = trials.count(values).items()
    return trials.report(name, trial)


def shown(*values: bytes) -> str:
    """As the terminal has it."""
    out = console()
    with out.capture() as captured:
        for part in trials.tables(trials.count(values)):
            out.print(part)
    return captured.get()


def test_the_mean_is_of_those_whose_window_is_over_by_the_newest_word() -> None:
    spent = [measured("b0", 900, at=2.0), measured("b0", 5000, at=1.0), measured("b1", 300)]
    two = report(*people(3, 3), *spent).arms[1]
    assert (two.name, two.members, two.measured, two.mean) == ("two", 3, 2, 600.0)


def test_repeats_change_nothing() -> None:
    values = [*people(5, 4), measured("a0", 100)]
    assert report(*values, *values) == report(*values)


def test_who_is_excluded_is_in_no_arm() -> None:
    left_out = told("Experiment Excluded", "b0", arm="two", member="b0")
    found = report(*people(2, 2), measured("b0", 100), left_out)
    assert [(arm.members, arm.measured) for arm in found.arms] == [(2, 0), (1, 0)]
    assert found.excluded == 1


def test_arms_that_are_too_uneven_raise_an_alarm() -> None:
    assert report(*people(60, 15)).alarm
    assert not report(*people(31, 29)).alarm
    assert "ALARM" in shown(*people(60, 15))


def test_where_weights_were_changed_the_ratio_is_not_judged() -> None:
    other = exposed("c", "two", {"three": 0.1, "two": 0.9})
    found = report(*people(60, 15), other)
    assert (found.p, found.alarm) == (None, False)
    assert "Weights were changed" in shown(*people(60, 15), other)


def test_other_decisions_are_not_looked_at() -> None:
    odd = told("Message Decided", "c", title="Experiment Exposed")
    assert trials.count([odd, b'{"event": "Points Earned"}']) == {}


def test_the_table_says_what_was_spent_and_how_sure_that_is() -> None:
    spent = [measured(f"b{n}", 1000 + n % 7) for n in range(30)]
    said = shown(*people(30, 30), *spent)
    assert "10.03 EUR" in said
    assert "± 0.0" in said
    assert "as even as they were drawn" in said
    left_out = told("Experiment Excluded", "b0", arm="two", member="b0")
    assert "1 left out after a merge" in shown(*people(2, 2), left_out)
