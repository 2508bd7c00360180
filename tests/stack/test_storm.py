"""A short storm of faults on real processes; `make chaos` is the long one."""

import pytest

from tests.chaos.storm import run

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("kafka", ["embedded", pytest.param("apache", marks=pytest.mark.kafka)])
def test_a_storm_of_faults_loses_invents_and_changes_nothing(kafka: str) -> None:
    outcome = run(12.0, 7, kafka, lambda _: None)  # type: ignore[arg-type]
    assert outcome.faults.total() >= 20
    assert outcome.events > 1_000
    assert outcome.members > 50
    assert outcome.wrong == []
    assert (outcome.lost, outcome.invented, outcome.changed) == (0, 0, 0)
