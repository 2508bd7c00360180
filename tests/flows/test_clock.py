"""The clock's hand: the wall clock's time, or compressed time from a given start."""

import pytest

from flows import clock
from tests.support.records import START


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock: its last entry is now."""
    told = [100.0]
    monkeypatch.setattr("flows.clock.time.monotonic", lambda: told[-1])
    return told


def test_an_ordinary_clock_tells_the_wall_clocks_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.clock.time.time_ns", lambda: 1_767_254_400_123_456_789)
    assert clock.hand()() == 1_767_254_400_123


def test_compressed_time_runs_from_its_start_so_many_times_as_fast(seconds: list[float]) -> None:
    hand = clock.hand(START, 3600.0)
    assert hand() == START * 1000
    seconds.append(101.5)
    assert hand() == (START + 1.5 * 3600) * 1000


def test_a_speed_without_a_start_runs_from_the_present(
    seconds: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.clock.time.time", lambda: START)
    hand = clock.hand(speed=60.0)
    seconds.append(101.0)
    assert hand() == (START + 60.0) * 1000
