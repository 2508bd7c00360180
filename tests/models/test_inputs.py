import struct
from math import isfinite, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import CATALOGUE, INDEX, Memories, numbers
from policies.models.inputs import LOGARITHMS, NAMES, inputs, pack, unpack
from tests.features.stories import START, Told, after, as_heard, remember, stories

PLACES = {name: place for place, name in enumerate(NAMES)}


def test_an_input_is_the_logarithm_of_its_number_or_the_number() -> None:
    given = inputs([float(place) for place in range(len(CATALOGUE))])
    assert given[PLACES["log_orders"]] == log1p(INDEX["orders"])
    assert given[PLACES["gap_cv"]] == INDEX["gap_cv"]


@pytest.mark.parametrize("name", LOGARITHMS)
def test_what_has_a_logarithm_is_never_below_zero(name: str) -> None:
    assert CATALOGUE[INDEX[name]].low >= 0.0


@given(story=stories())
def test_inputs_are_finite(story: list[Told]) -> None:
    assert all(map(isfinite, inputs(numbers(remember(*as_heard(story)), after(story)))))


def test_there_are_as_many_inputs_as_names() -> None:
    assert len(inputs(numbers(Memories(), START))) == len(NAMES)


@given(st.lists(st.floats(0, 65504, width=16), min_size=len(NAMES), max_size=len(NAMES)))
def test_packed_inputs_come_back(given: list[float]) -> None:
    assert unpack(pack(given)) == given


def test_inputs_are_packed_alike_on_every_machine() -> None:
    assert pack([1.0] * len(NAMES)) == bytes.fromhex("003c") * len(NAMES)


def test_bytes_of_other_inputs_are_not_read() -> None:
    with pytest.raises(struct.error):
        unpack(bytes(4))
