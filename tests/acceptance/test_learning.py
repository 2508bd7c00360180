"""Acceptance of what is learnt and remembered (DOMAIN §14): cases 20 and 21."""

import msgspec
import pytest

from features import CATALOGUE, numbers
from policies.models import TASKS, Task
from policies.models.inputs import NAMES
from policies.models.learner import Learner
from tests.models.test_learner import taught
from tests.support.shop import live, members
from tests.support.stories import Beat, Told, line, order, saw, view, wait

RECENCIES = [number.name for number in CATALOGUE if number.name.startswith("days_since")]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_acceptance_20_predicting_leaves_the_model_unchanged(task: Task) -> None:
    learner = taught(300, of=task)
    before, snapshot = learner.dump(), msgspec.msgpack.encode(learner.snapshot())
    for value in (-1e5, 0.0, 0.5, 3.0, 1e5):
        learner.predict([value] * len(NAMES))
        learner.snapshot().score([value] * len(NAMES))
    assert learner.dump() == before
    assert msgspec.msgpack.encode(learner.snapshot()) == snapshot
    assert Learner.load(task, before).dump() == before


@pytest.mark.parametrize(
    "older",
    [order("o2", line("b", 7.0)), view(), saw("Product Added", product_id="b", price=1.0)],
    ids=lambda beat: str(beat.name),
)
def test_acceptance_21_an_older_write_does_not_overwrite_a_newer_feature(older: Beat) -> None:
    newer = (view(), saw("Product Added", product_id="a", price=1.0), order("o1", line("a", 9.0)))
    alone = live(*newer, wait(days=1), programme=members())
    both = live(*newer, older.late(days=2).after(days=1), programme=members())
    assert recencies(both) == pytest.approx(recencies(alone))


def recencies(told: Told) -> list[float]:
    """How long ago each thing was last done (days)."""
    known = dict(
        zip([n.name for n in CATALOGUE], numbers(told.customer.memory, told.now), strict=True)
    )
    return [known[name] for name in RECENCIES]
