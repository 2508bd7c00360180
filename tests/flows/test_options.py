"""What the words of the command line mean, and what is said of those that mean nothing."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingsError
from flows.options import duration, moment, numbers, share, wanted


@given(st.integers(1, 300), st.data())
def test_all_replicas_together_take_every_partition_once(
    partitions: int, data: st.DataObject
) -> None:
    replicas = data.draw(st.integers(1, partitions))
    shares = [share(partitions, ordinal, replicas) for ordinal in range(replicas)]
    assert sorted(chain(*shares)) == list(range(partitions))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@given(st.sets(st.integers(0, 200), min_size=1))
def test_partitions_are_read_as_they_are_written(chosen: set[int]) -> None:
    assert numbers(",".join(map(str, chosen)), "--partitions") == sorted(chosen)


@pytest.mark.parametrize("text", ["", "a", "3-1", "-1", "1,,2", "0-2-4", "1.5", "99999"])
def test_what_are_no_partitions_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^--partitions: "):
        numbers(text, "--partitions")


@pytest.mark.parametrize("text", ["", "1", "h", "-1h", "0.5s", "1 h", "1w", "nan s"])
def test_what_is_no_duration_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^--tick: "):
        duration(text, "--tick")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", "is no moment"),
        ("2026-01-01T08:00:00", "does not say its zone"),
        ("1969-12-31T00:00:00Z", "is before 1970"),
    ],
)
def test_what_is_no_moment_is_named(text: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        moment(text, "--at")


@pytest.mark.parametrize(
    ("partitions", "ordinal", "replicas"),
    [("0-3", 0, 2), ("0-3", None, 2), (None, 1, None), (None, None, 2)],
)
def test_options_that_do_not_go_together_are_refused(
    partitions: str | None, ordinal: int | None, replicas: int | None
) -> None:
    with pytest.raises(SettingsError):
        wanted(partitions, ordinal, replicas)


@pytest.mark.parametrize(("ordinal", "replicas"), [(4, 4), (-1, 4), (0, 0), (0, 9)])
def test_a_replica_without_a_share_is_refused(ordinal: int, replicas: int) -> None:
    with pytest.raises(SettingsError):
        wanted(None, ordinal, replicas)(8)
