"""A published model scores as the pipeline that it was folded from."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.models import Snapshot

finite = st.floats(-100, 100)
spreads = st.floats(0.1, 10)


def snapshot(weights: list[float], means: list[float], sigmas: list[float]) -> Snapshot:
    """The scaler folded into the weights, inputs clipped to six standard deviations."""
    folded = [weight / sigma for weight, sigma in zip(weights, sigmas, strict=True)]
    bias = -sum(weight * mean for weight, mean in zip(folded, means, strict=True))
    lows = tuple(mean - 6 * sigma for mean, sigma in zip(means, sigmas, strict=True))
    highs = tuple(mean + 6 * sigma for mean, sigma in zip(means, sigmas, strict=True))
    return Snapshot("churn", "v1", "s1", tuple(folded), lows, highs, bias)


@given(st.lists(st.tuples(st.floats(-2, 2), finite, spreads, st.floats(-6, 6)), max_size=5))
def test_a_folded_scaler_gives_the_same_probability(parts: list[tuple[float, ...]]) -> None:
    weights, means, sigmas = ([part[n] for part in parts] for n in range(3))
    inputs = [mean + sigma * z for _, mean, sigma, z in parts]
    expected = 1 / (1 + exp(-sum(weight * z for weight, _, _, z in parts)))
    assert snapshot(weights, means, sigmas).score(inputs) == pytest.approx(expected, abs=1e-9)


def test_an_input_far_out_counts_as_six_standard_deviations() -> None:
    model = snapshot([1.0], [10.0], [2.0])
    assert model.score([1e9]) == model.score([22.0]) == 1 / (1 + exp(-6.0))
    assert model.score([-1e9]) == model.score([-2.0])


@pytest.mark.parametrize("weight", [1e6, -1e6])
def test_no_weights_overflow(weight: float) -> None:
    assert 0.0 <= snapshot([weight], [0.0], [1.0]).score([5.0]) <= 1.0


def test_other_inputs_than_weights_are_a_bug() -> None:
    with pytest.raises(ValueError, match="argument"):
        snapshot([1.0], [0.0], [1.0]).score([1.0, 2.0])
