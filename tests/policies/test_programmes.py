"""The programmes that are shipped, and what is told when somebody makes a mistake in one."""

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.challenges import KINDS
from engine.checks.policies import TRIGGERS
from engine.errors import ProgrammeError
from engine.programme import Programme
from policies.check import check, load
from tests.policies.slips import SLIPS, Slip

FOLDER: Final = Path(__file__).parents[2] / "policies" / "programmes"
SHIPPED: Final = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.toml"))}
ROASTERY: Final = SHIPPED["roastery"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_programme_has_no_mistakes(name: str) -> None:
    assert check(SHIPPED[name]) == []
    assert isinstance(load(SHIPPED[name]), Programme)


def test_the_roastery_shows_every_kind_of_challenge_reward_trigger_and_channel() -> None:
    roastery = load(ROASTERY)
    assert {type(each).__name__ for each in roastery.challenges} == {
        kind.__name__ for kind in KINDS
    }
    assert {each.kind for each in roastery.rewards} == {"points", "coupon", "free_item"}
    assert {each.channel for each in roastery.policies} == {"email", "sms", "push", "onsite"}
    assert {each.purpose for each in roastery.policies} == {"marketing", "transactional"}
    assert {each.score.model for each in roastery.policies if each.score} == {
        "churn",
        "purchase_7d",
    }
    assert len(roastery.policies) == 34
    assert {key for key in TRIGGERS for each in roastery.policies if getattr(each, key)} == {
        *TRIGGERS
    } - {"left"}
    deeds = {deed for each in roastery.policies for deed in each.deeds}
    assert deeds == {"reward", "offer", "tag"}


def test_every_reward_of_a_shipped_programme_can_be_won() -> None:
    for text in SHIPPED.values():
        programme = load(text)
        won = {challenge.reward for challenge in programme.challenges}
        for each in programme.policies:
            won |= {each.reward, *(variant.reward for variant in each.variants)}
        if programme.referral is not None:
            won |= {programme.referral.friend, programme.referral.referrer}
        assert {reward.id for reward in programme.rewards} <= won


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.where}: {slip.new}"[:60])
def test_a_slip_is_told_with_its_path_its_line_and_its_mend(slip: Slip) -> None:
    assert ROASTERY.count(slip.old) == 1
    text = ROASTERY.replace(slip.old, slip.new)
    (told,) = check(text)
    line = text[: text.index(slip.at or slip.new)].count("\n") + 1
    assert told.where == f"{slip.where}, line {line}"
    assert slip.problem in told.problem
    assert slip.mend in told.mend


def test_loading_stops_at_the_first_mistake() -> None:
    text = ROASTERY.replace("known and orders", "known and ordres")
    with pytest.raises(ProgrammeError) as caught:
        load(text.replace('"Loyalty Enrolled"', '"Loyalty Enroled"'))
    assert caught.value.where.startswith("policies[0] (welcome).on, line ")


edits = st.tuples(
    st.integers(0, len(ROASTERY)),
    st.integers(0, 40),
    st.sampled_from(["", "\n", '"', "[", "]", "{", "}", "=", "{{", "{%", "'", "0", "-", "#", "é"])
    | st.text(max_size=5),
)


@given(st.lists(edits, min_size=1, max_size=4))
def test_a_spoilt_roastery_gives_mistakes_and_nothing_else(
    spoils: list[tuple[int, int, str]],
) -> None:
    text = ROASTERY
    for start, length, instead in spoils:
        text = text[:start] + instead + text[start + length :]
    assert check(text) or load(text).name


@given(st.lists(st.sampled_from(ROASTERY.split("\n")), max_size=60).map("\n".join))
def test_shuffled_lines_give_mistakes_and_nothing_else(text: str) -> None:
    assert all(isinstance(mistake, ProgrammeError) for mistake in check(text))
