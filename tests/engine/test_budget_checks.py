"""What a budget must be, in one sentence each."""

import pytest

from engine.loading import check_programme

HEAD = """
name = "Shop"
currency = "EUR"
zone = "Europe/Vienna"
salt = "s"
rewards = [{ id = "cup", name = "A cup", kind = "coupon" }]
"""


def mistakes(budget: str) -> list[str]:
    return [
        str(each) for each in check_programme(f"{HEAD}\n[[budgets]]\nid = 'b'\n{budget}", {}, [])
    ]


@pytest.mark.parametrize("budget", ["units = 3", "units = 3\nperiod = 'day'"])
def test_a_budget_of_rewards_is_fine(budget: str) -> None:
    assert mistakes(f"rewards = ['cup']\n{budget}") == []


@pytest.mark.parametrize(
    ("budget", "part"),
    [
        ("rewards = ['cup']", "limits nothing"),
        ("rewards = []\nunits = 3", "no reward draws on it"),
        ("rewards = ['cap']\nunits = 3", 'there is no reward "cap"; did you mean "cup"?'),
        ("rewards = ['cup']\nmoney = '5'", '"cup" has no cost'),
        ("rewards = ['cup']\nunits = 3\nmoney = '0'", "is nothing"),
        ("rewards = ['cup']\nmoney = 0.5", "0.5 is not exact"),
        ("rewards = ['cup']\nunits = 3\nperiod = 'hour'", "does not fit"),
    ],
)
def test_a_budget_that_cannot_be_kept_is_refused(budget: str, part: str) -> None:
    assert any(part in each for each in mistakes(budget)), mistakes(budget)


def test_an_experiment_cannot_change_a_budget() -> None:
    arms = "[[experiments]]\nid = 'e'\nname = 'E'\n[[experiments.arms]]\nid = 'a'\n"
    arms += "[[experiments.arms]]\nid = 'c'\nset = {{ \"{}\" = {} }}\n"
    budget = "rewards = ['cup']\nunits = 3\n"
    found = mistakes(budget + arms.format("budgets.b.units", "9"))
    assert any("they are everybody's" in each for each in found), found
    assert mistakes(budget + arms.format("rewards.cup.valid_days", "9")) == []
