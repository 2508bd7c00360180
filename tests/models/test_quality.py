from math import log

import pytest

from policies.models.quality import WINDOW, Judged, Quality, calibration_error


def judged(*examples: tuple[float, bool], base: float = 0.5, weight: float = 1.0) -> Quality:
    quality = Quality()
    for score, answer in examples:
        quality.judge(Judged(score, base, answer, weight))
    return quality


def test_a_record_without_examples_has_no_losses_and_the_prior_as_base_rate() -> None:
    assert judged().losses() == (0.0, 0.0)
    assert judged().base_rate(prior=0.3) == 0.3
    assert calibration_error(judged().deciles()) == 0.0


def test_the_losses_are_the_models_and_the_base_rates() -> None:
    loss, base = judged((0.8, True), (0.8, True), (0.1, False), base=0.5).losses()
    assert loss == pytest.approx(-(2 * log(0.8) + log(0.9)) / 3)
    assert base == pytest.approx(log(2))


def test_losses_can_be_those_of_the_newest_alone() -> None:
    quality = judged((0.01, True), (0.5, True), (0.5, False))
    assert quality.losses(newest=2)[0] == pytest.approx(log(2))


def test_an_example_that_stands_for_five_counts_five_times() -> None:
    quality = judged((0.5, True))
    quality.judge(Judged(0.2, 0.25, False, 5.0))
    losses = (log(2) - 5 * log(0.8)) / 6, (log(2) - 5 * log(0.75)) / 6
    assert quality.losses() == pytest.approx(losses)
    assert quality.base_rate(prior=0.5) == pytest.approx(1.5 / 7)


def test_a_wrong_certainty_is_bad_but_not_infinitely() -> None:
    assert 30 < judged((0.0, True)).losses()[0] < 40


def test_the_window_forgets_the_oldest() -> None:
    quality = judged(*[(0.9, True)] * 3, *[(0.2, False)] * WINDOW)
    assert len(quality.window) == WINDOW
    assert quality.losses()[0] == pytest.approx(-log(0.8))


def test_the_base_rate_remembers_what_has_left_the_window() -> None:
    quality = judged(*[(0.9, True)] * WINDOW, *[(0.2, False)] * WINDOW)
    assert quality.base_rate(prior=0.5) == pytest.approx(0.5)


def test_honest_scores_have_no_calibration_error() -> None:
    honest = [(0.25, True), *[(0.25, False)] * 3, *[(0.75, True)] * 3, (0.75, False)]
    honest = [example for example in honest for _ in range(5)]
    mixed = [*honest[0::5], *honest[1::5], *honest[2::5], *honest[3::5], *honest[4::5]]
    assert calibration_error(judged(*mixed).deciles()) == pytest.approx(0.0)


def test_scores_that_promise_too_much_have_one() -> None:
    assert calibration_error(judged(*[(0.9, True), (0.9, False)] * 50).deciles()) == pytest.approx(
        0.4
    )


def test_deciles_are_tenths_by_score() -> None:
    deciles = judged(*[(n / 100, n >= 95) for n in range(100)]).deciles()
    assert [decile.weight for decile in deciles] == [10.0] * 10
    assert (deciles[-1].yes, deciles[-2].yes) == (0.5, 0.0)
    assert deciles[-1].score == pytest.approx(0.945)


def test_few_examples_make_few_deciles() -> None:
    assert [decile.weight for decile in judged((0.1, False), (0.2, True)).deciles()] == [1.0, 1.0]
