"""Each label is learnt once, whatever repeats and whoever dies; versions leave when worth it."""

from typing import Any

import msgspec
import pytest

from engine.decisions import Outcome
from engine.errors import FencedError, LogError, StoreError
from engine.models import Snapshot
from flows import control
from flows.embedded import RedisServer
from flows.learn import School, Shelf
from flows.record import Batch, Record
from flows.settings import Settings
from flows.topics import Identity
from policies.models.inputs import NAMES, SCHEMA

pytestmark = pytest.mark.stack
LOG = Identity("cluster", "topic", 2)
EAGER = Settings(learn_labels=1)


class Post:
    """A sender that keeps what it is handed."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, bytes, int]] = []
        self.settled = 0

    def send(self, topic: str, key: bytes | None, value: bytes, **more: Any) -> None:
        assert more["headers"] == {"source": control.LEARN}
        self.sent.append((more["partition"], value, more["at_ms"]))

    def settle(self) -> None:
        self.settled += 1


@pytest.fixture
def shelf(redis_server: RedisServer) -> Shelf:
    return Shelf(redis_server.client())


def label(n: int, *, model: str = "churn") -> Outcome:
    """A label that one input tells: whoever ordered long ago is lost."""
    lost = n % 2 == 0
    inputs = [0.0] * len(NAMES)
    inputs[0] = 4.0 + n % 3 / 10 if lost else 1.0 + n % 3 / 10
    return Outcome(f"q{n}", "c1", model, "prior", SCHEMA, float(n), n + 28.0, inputs, lost, 0.5)


def batch(*numbers: int, partition: int = 0, first: int = 0, **more: Any) -> list[Batch]:
    """Labels as `publish` has sent them: `seq` is the place in the outbox."""
    records = [
        Record(first + place, float(n), b"c1", msgspec.json.encode(label(n, **more)), "", (n, 0))
        for place, n in enumerate(numbers)
    ]
    return [Batch(partition, records)]


def school(shelf: Shelf, post: Post | None = None, settings: Settings = EAGER) -> School:
    return School(settings, Shelf(shelf.client), post or Post(), LOG)  # type: ignore[arg-type]


def labels(taught: School) -> float:
    return taught.learners["churn"].metrics()["labels"]


def test_a_label_that_comes_again_is_not_learnt_again(shelf: Shelf) -> None:
    taught = school(shelf)
    taught.take(batch(1, 2, 3))
    taught.take(batch(2, 3, 4, first=3))
    assert labels(taught) == 4


def test_a_successor_goes_on_where_the_last_one_saved(shelf: Shelf) -> None:
    taught = school(shelf)
    taught.take(batch(*range(1, 50)))
    successor = school(shelf)
    assert successor.learnt.offsets == {0: 49, 1: 0}
    successor.take(batch(49, 50, first=48))
    assert labels(successor) == 50


def test_two_learners_at_once_fence_each_other(shelf: Shelf) -> None:
    one, other = school(shelf), school(shelf)
    one.take(batch(1))
    with pytest.raises(FencedError):
        other.take(batch(1))
    assert labels(school(shelf)) == 1


def test_a_lost_redis_ends_the_learner(shelf: Shelf, redis_server: RedisServer) -> None:
    taught = school(shelf)
    redis_server.kill()
    with pytest.raises(StoreError):
        taught.take(batch(1))


def test_no_version_leaves_before_the_model_beats_the_base_rate(shelf: Shelf) -> None:
    post = Post()
    taught = school(shelf, post)
    taught.take(batch(*range(1, 20)))
    assert post.sent == []
    taught.take(batch(*range(20, 800), first=19))
    partitions = [partition for partition, _, _ in post.sent]
    assert partitions == [0, 1]


def test_a_version_is_stamped_with_the_labels_time_and_named_by_its_bytes(shelf: Shelf) -> None:
    post = Post()
    taught = school(shelf, post)
    taught.take(batch(*range(1, 800)))
    (_, value, at_ms), *_ = post.sent
    body = msgspec.json.decode(value)
    snapshot = msgspec.convert(body["snapshot"], Snapshot)
    assert at_ms == int((799 + 28.0) * 1000)
    assert snapshot == taught.learners["churn"].snapshot()
    assert body["messageId"] == f"model-{snapshot.version}"


def test_labels_of_a_model_that_this_release_has_not_are_passed_over(shelf: Shelf) -> None:
    taught = school(shelf)
    taught.take(batch(1, model="horoscope"))
    assert taught.learnt.offsets[0] == 1


def test_another_topic_than_the_one_learnt_from_is_refused(shelf: Shelf) -> None:
    school(shelf).take(batch(1))
    with pytest.raises(LogError, match="was taken on log"):
        School(EAGER, Shelf(shelf.client), Post(), Identity("cluster", "new", 2))  # type: ignore[arg-type]
