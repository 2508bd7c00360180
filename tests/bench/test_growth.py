"""The growth benchmark grows what it says, and tells it in the shape that readers expect."""

import json

import pytest

from bench import growth
from policies.worlds import founded


@pytest.mark.parametrize("n", growth.POLICIES)
def test_of_the_policies_beyond_the_first_few_a_stated_share_can_be_touched(n: int) -> None:
    programme = growth.with_policies(n)
    seen = [rule for rule in programme.policies if rule.on in growth.SEEN]
    watching = [rule for rule in programme.policies if rule.score is not None]
    more = n - growth.FEW
    assert len(programme.policies) == n
    assert len(seen) - growth.FEW == pytest.approx(growth.TOUCHED * more, abs=1)
    assert len(watching) == pytest.approx(growth.WATCHING * more, abs=10)
    assert founded(programme).programme is programme


def test_everybody_has_as_many_challenges_as_there_are() -> None:
    assert len(growth.with_challenges(20).challenges) == 20


def test_the_figures_have_the_shape_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(growth, "calm_the_collector", lambda: None)  # this process lives on
    monkeypatch.setattr(growth, "WARM", 40)
    monkeypatch.setattr(growth, "POLICIES", (10, 20))
    monkeypatch.setattr(growth, "CHALLENGES", (1, 2))
    monkeypatch.setattr(growth, "CUSTOMERS", (500, 1_000))
    growth.main(["--json", "--rounds", "1", "--events", "500"])
    told = json.loads(capsys.readouterr().out)
    assert told["policies"].keys() == {"10", "20"}
    assert told["customers"].keys() == {"500", "1000"}
    assert told["challenges"].keys() == {"1", "2"}
    assert told["ratios"].keys() == {"policies", "customers", "challenges"}
    growth.main(["--rounds", "1", "--events", "500"])
    assert "µs an event" in capsys.readouterr().out
