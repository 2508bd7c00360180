"""Restore drills: what an operator does after the worst night, and what must come of it."""

from collections.abc import Iterator
from typing import cast

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewPartitions

from bench.harness import ROASTERY
from engine.dates import DAY
from flows import control, keys
from flows.client import client_config
from flows.local import Kafka, Local
from flows.process import FAILED
from flows.recount import recount
from flows.topics import EVENTS, full_name
from policies.check import load
from tests.support.chaos import DAYS, PARTITIONS, START, Scene, town_log

pytestmark = pytest.mark.stack

READABLE = (
    "points", "pending", "debt", "tier", "benefits", "challenges", "rewards", "offers", "inbox",
    "affinity", "scores", "segments", "referral", "survivor",
)  # fmt: skip
"""What on-site code reads."""
Kinds = ["embedded", pytest.param("apache", marks=pytest.mark.kafka)]


@pytest.fixture(params=Kinds)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """A stack with the town's log in it."""
    kafka: Kafka = request.param
    with Local(kafka=kafka, partitions=str(PARTITIONS)) as local:
        made = Scene(local)
        made.tell(town_log())
        yield made
        made.end()


def profiles(scene: Scene) -> dict[bytes, list[bytes | None]]:
    """Everybody's readable fields, as bytes."""
    client = scene.store.client
    found = {}
    for partition in range(PARTITIONS):
        lead = keys.customer(partition, "").replace("{", "\\{")
        for key in client.scan_iter(match=f"{lead}*", count=1000):
            found[key] = cast(list[bytes | None], client.hmget(key, READABLE))
    return found


def test_an_empty_redis_is_filled_from_the_log_to_the_byte(scene: Scene) -> None:
    said, before = scene.finish(), profiles(scene)
    assert len(before) > 50
    scene.store.client.flushall()
    assert scene.finish() == said
    assert profiles(scene) == before


@pytest.mark.kafka
@pytest.mark.parametrize("scene", ["apache"], indirect=True)  # the embedded one adds none
def test_partitions_that_were_added_are_refused_with_the_mend(scene: Scene) -> None:
    scene.finish()
    before = scene.folded
    admin = AdminClient(client_config(scene.settings))
    wider = NewPartitions(full_name(scene.settings, EVENTS), PARTITIONS + 1)
    (done,) = admin.create_partitions([wider]).values()
    done.result(30.0)
    decide = scene.decide()
    assert decide.wait(60.0) == FAILED
    words = decide.last_words()
    assert f"/{PARTITIONS}" in words
    assert f"/{PARTITIONS + 1}" in words
    assert scene.folded == before


def test_a_programme_that_is_rolled_back_holds_from_its_record_on(scene: Scene) -> None:
    scene.finish()
    old, at = load(ROASTERY), START.timestamp() + (DAYS + 1) * DAY
    sender = scene.local.sender()
    for partition in range(PARTITIONS):
        at_ms = round(at * 1000)
        control.programme_published(sender, partition, old.version, ROASTERY, at_ms)
        control.tick(sender, partition, at_ms + 1000)
    sender.settle()
    scene.told = sum(scene.local.ends().values())
    scene.finish()
    report = recount(scene.settings)
    assert (report.differences, report.lines) == (0, [])
    for partition in range(PARTITIONS):
        kept = scene.store.world(partition)
        assert f"programme:{old.version}" in kept
