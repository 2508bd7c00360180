"""What the latency benchmark makes of two clocks that do not know of each other."""

import pytest

from bench.latency import Seen, compare, estimate
from bench.load import Acked, Sent


def event(offset: int, *, partition: int = 0, at: float = 10.0) -> Acked:
    return Acked(partition, offset, due=at - 0.003, left=at - 0.002, at=at)


def test_an_event_is_readable_when_the_checkpoint_has_passed_it() -> None:
    seen = [Seen([0, 5, 6], [0.0, 10.5, 11.0])]  # 5 is the next offset: event 5 is not in yet
    found = compare(Sent([event(5)]), seen, since=0.0)
    assert found["p50_ms"] == pytest.approx(1000.0)


def test_partitions_are_not_confused() -> None:
    seen = [Seen([0, 9], [0.0, 12.0]), Seen([0, 9], [0.0, 10.25])]
    found = compare(Sent([event(3, partition=1)]), seen, since=0.0)
    assert found["p50_ms"] == pytest.approx(250.0)


def test_what_does_not_become_readable_is_behind() -> None:
    seen = [Seen([0, 4], [0.0, 10.1])]
    found = compare(Sent([event(3), event(4)], failed=2), seen, since=0.0)
    assert (found["lost"], found["behind"]) == (2, 1)


def test_the_warm_up_is_not_measured() -> None:
    seen = [Seen([0, 1, 2], [0.0, 19.0, 30.5])]
    sent = Sent([event(0, at=10.0), event(1, at=30.0)])
    found = compare(sent, seen, since=20.0)
    assert found["p99_ms"] == pytest.approx(500.0)


def test_a_histogram_forgets_what_was_before_the_first_scrape() -> None:
    before = {0.001: 0.0, 0.01: 0.0, 1.0: 900.0, float("inf"): 900.0}
    after = {0.001: 98.0, 0.01: 100.0, 1.0: 1000.0, float("inf"): 1000.0}
    assert estimate(before, after, 0.99) == pytest.approx(0.0055)
