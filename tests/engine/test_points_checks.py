"""What multipliers and bonuses must be, and what is told when they are not."""

import pytest

from engine.loading import check_programme, load_programme

HEAD = """
name = "Shop"
currency = "EUR"
zone = "Europe/Vienna"
salt = "s"
"""
TIERS = '\n[[tiers.steps]]\nid = "silver"\nname = "Silver"\n'


def mistakes(text: str) -> list[str]:
    return [str(mistake) for mistake in check_programme(HEAD + text, {}, [])]


def multiplier(*lines: str, factor: str = '"2"') -> str:
    head = f'[[points.multipliers]]\nid = "more"\nname = "More"\nmultiplier = {factor}\n'
    return head + "\n".join(lines)


def bonus(spend: str) -> str:
    return f'[[points.bonuses]]\nid = "big"\nname = "Big"\nspend = {spend}\npoints = 10\n'


def test_a_programme_may_have_them() -> None:
    text = (
        multiplier('starts = "2026-12-01"', 'ends = "2026-12-24"', 'tiers = ["silver"]')
        + TIERS
        + bonus('"50"')
    )
    assert mistakes(text) == []
    assert load_programme(HEAD + text).points.multipliers[0].tiers == ("silver",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (multiplier(factor='"1"'), ": 1 is out of bounds (write an amount above 1"),
        (multiplier(factor='"5.1"'), ": 5.1 is out of bounds"),
        (multiplier(factor='"1.255"'), ": 1.255 is out of bounds"),
        (multiplier('starts = "2026-02-30"'), ": there is no 2026-02-30"),
        (multiplier('ends = "24.12.2026"'), ': "24.12.2026" does not fit'),
        (
            multiplier('starts = "2026-12-24"', 'ends = "2026-12-01"'),
            ": 2026-12-01 is before 2026-12-24, the first day",
        ),
        (multiplier('weekdays = ["sunday"]'), ': "sunday" does not fit'),
        (
            multiplier('tiers = ["sliver"]') + TIERS,
            ': there is no tier "sliver"; did you mean "silver"? (there are silver)',
        ),
        (multiplier('tiers = ["gold"]'), "(delete it: there are no tiers)"),
        (bonus('"0"'), ": is nothing"),
        (bonus('"0.001"'), ": 0.001 is finer than the coins of EUR"),
        ('[points]\nsource = "shop"\n' + multiplier(), ": the shop reckons"),
        ('[points]\nworth = "0"\n', ""),
    ],
)
def test_a_mistake_is_told_with_its_mend(text: str, told: str) -> None:
    found = mistakes(text)
    assert len(found) == bool(told)
    assert all(told in each for each in found)
