"""What a ladder must be, and what is told when it is not."""

import pytest

from engine.loading import check_programme, load_programme

HEAD = """
name = "Shop"
currency = "EUR"
zone = "Europe/Vienna"
salt = "s"
"""


def mistakes(ladder: str) -> list[str]:
    return [str(mistake) for mistake in check_programme(HEAD + ladder, {}, [])]


def steps(*told: str) -> str:
    return "".join(
        f'[[tiers.steps]]\nid = "t{n}"\nname = "T"\n{step}\n' for n, step in enumerate(told)
    )


def test_a_ladder_may_count_points() -> None:
    ladder = '[tiers]\nby = "points"\n' + steps("", "points = 100", "points = 300")
    assert mistakes(ladder) == []
    assert load_programme(HEAD + ladder).thresholds == (0, 100, 300)


@pytest.mark.parametrize(
    ("ladder", "where", "told"),
    [
        (
            steps("", 'spend = "9"\npoints = 100'),
            "tiers.steps[1] (t1).points",
            'the ladder counts spend (write spend instead, or write by = "points" under [tiers])',
        ),
        (
            '[tiers]\nby = "points"\n' + steps("", 'spend = "9"\npoints = 1'),
            "tiers.steps[1] (t1).spend",
            'the ladder counts points (write points instead, or write by = "spend" under [tiers])',
        ),
        (
            '[tiers]\nby = "points"\n' + steps("points = 5", "points = 9"),
            "tiers.steps[0] (t0).points",
            "the first step asks for 5 (write points = 0: everybody starts on the first step)",
        ),
        (
            '[tiers]\nby = "points"\n' + steps("", "points = 5", "points = 5"),
            "tiers.steps[2] (t2).points",
            "5 is no more than 5, the step before (write the steps from low to high)",
        ),
        (
            '[tiers]\nwindow = "calendar"\nperiod = "quarter"\ngrace_days = 400\n' + steps(""),
            "tiers.grace_days",
            "a quarter and 400 days' grace are 492 days (write fewer, or points.remember_days ="
            " 492; it is 400)",
        ),
        (
            steps('perks = ["A seat", ""]'),
            "tiers.steps[0] (t0).perks[1]",
            "is empty (write a text between the quotes, or delete it)",
        ),
    ],
)
def test_a_wrong_ladder_is_told(ladder: str, where: str, told: str) -> None:
    (mistake,) = mistakes(ladder)
    assert mistake.startswith(f"{where}, line ")
    assert mistake.endswith(f": {told}")


def test_orders_that_are_remembered_longer_may_count_longer() -> None:
    points = "[points]\nremember_days = 500\n"
    assert mistakes(points + '[tiers]\nwindow = "calendar"\ngrace_days = 60\n' + steps("")) == []
