"""The statistics of experiments, against frozen values of scipy and against simulations."""

from math import inf
from random import Random

import pytest

from policies.evidence import chi_square_tail, deviation, half_width, ratio_p


@pytest.mark.parametrize(
    ("value", "freedom", "tail"),
    [
        (3.0, 1, 0.08326451666355042),
        (5.5, 2, 0.06392786120670757),
        (10.0, 3, 0.01856613546304325),
        (14.0, 9, 0.1223252280386625),
        (20.0, 10, 0.029252688076961124),
        (0.0, 4, 1.0),
    ],
)
def test_the_tail_of_chi_square_is_scipys(value: float, freedom: int, tail: float) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(tail, rel=1e-12)


def test_a_ratio_alarm_is_rare_where_nothing_is_wrong_and_sure_where_much_is() -> None:
    chance = Random(1)
    even = [sum(chance.random() < 0.5 for _ in range(500)) for _ in range(2000)]
    alarms = sum(ratio_p([n, 500 - n], [250.0, 250.0]) < 0.01 for n in even)
    assert alarms < 40
    assert ratio_p([3400, 3000], [3200.0, 3200.0]) < 0.001


def test_an_arm_that_nobody_is_drawn_into_says_nothing_of_the_ratio() -> None:
    assert ratio_p([7, 10, 10], [0.0, 10.0, 10.0]) == ratio_p([10, 10], [10.0, 10.0]) == 1.0
    assert ratio_p([10], [10.0]) == 1.0


def test_looking_all_the_time_gives_false_alarms_as_seldom_as_is_said() -> None:
    """Where a z-test repeated at every look is wrong in more than a quarter of the cases."""
    chance, wrong, naive, runs = Random(7), 0, 0, 200
    for _ in range(runs):
        total, squares, missed, tested = 0.0, 0.0, False, False
        for n in range(1, 2001):
            value = chance.gauss(0.0, 1.0)
            total, squares = total + value, squares + value * value
            if n >= 50 and n % 10 == 0:
                mean = total / n
                spread = (squares / n - mean * mean) ** 0.5
                missed = missed or abs(mean) > half_width(n, spread)
                tested = tested or abs(mean) > 1.96 * spread / n**0.5
        wrong, naive = wrong + missed, naive + tested
    assert wrong / runs <= 0.05
    assert naive / runs > 0.25


def test_two_values_are_needed_to_tell_how_far_they_are_apart() -> None:
    assert deviation([]) == deviation([3.0]) == inf
    assert deviation([1.0, 3.0]) == pytest.approx(2**0.5)
