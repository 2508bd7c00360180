"""Whatever happens to the processes, the same is decided: nothing lost, nothing invented.

Each test does its harm while one seeded log is being folded. Afterwards the recount must find no
difference, and what was said must be what an undisturbed fold says, each id with one content.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from functools import partial

import msgspec
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from bench.harness import ROASTERY
from engine.dates import DAY
from engine.wire import MAX_BYTES
from flows.child import Child
from flows.client import client_config
from flows.local import Kafka, Local
from flows.process import FAILED, FENCED, OK
from flows.profiles import Profiles
from flows.store import SCRIPT
from flows.topics import DECISIONS, EVENTS, TOPICS, ensure_topics, identify
from tests.support.chaos import (
    PARTITIONS,
    Said,
    Scene,
    Sent,
    everywhere,
    sent,
    town_log,
    undisturbed,
)
from tests.support.records import order, programme, tick
from tests.support.wire import Wire

pytestmark = pytest.mark.stack


@pytest.fixture(params=["embedded", pytest.param("apache", marks=pytest.mark.kafka)])
def local(request: pytest.FixtureRequest) -> Iterator[Local]:
    """A whole stack, and no part of ours running yet."""
    with Local(kafka=request.param, partitions=str(PARTITIONS)) as started:
        yield started


@pytest.fixture
def empty(local: Local) -> Iterator[Scene]:
    """The stack with nothing in its log."""
    scene = Scene(local)
    yield scene
    scene.end()


@pytest.fixture
def scene(empty: Scene) -> Scene:
    """The stack with the town's log in it."""
    empty.tell(town_log())
    return empty


@pytest.fixture(scope="module")
def expected() -> Said:
    """What must come out."""
    return undisturbed(town_log())


def test_a_log_that_nothing_happens_to_is_decided_as_by_one_fold(
    scene: Scene, expected: Said
) -> None:
    assert scene.finish() == expected


def test_decide_killed_at_any_moment_loses_and_invents_nothing(
    scene: Scene, expected: Said
) -> None:
    for tenth in (0, 4, 8):
        decide = scene.decide()
        scene.until_folded(scene.told * tenth // 10, decide)
        decide.kill()
    assert scene.finish() == expected


def test_two_owners_fence_each_other_and_the_log_is_folded_once(
    empty: Scene, expected: Said
) -> None:
    scene, owners = empty, [empty.decide(), empty.decide()]
    scene.until(lambda: all("started" in owner.log.read_text() for owner in owners), *owners)
    scene.tell(town_log())
    ended: list[int | None] = []

    def folded() -> bool:
        for n, owner in enumerate(owners):
            if owner.status is not None:
                ended.append(owner.status)
                owners[n] = scene.decide()
        return scene.folded == scene.told

    scene.until(folded)
    for owner in owners:
        owner.kill()
    assert set(ended) == {FENCED}
    assert scene.finish() == expected


def test_an_owner_that_wakes_up_after_another_took_over_is_fenced_and_changes_nothing(
    scene: Scene, expected: Said
) -> None:
    sleeper = scene.decide()
    scene.until_folded(scene.told // 4, sleeper)
    os.kill(sleeper.pid, signal.SIGSTOP)
    asleep = scene.offsets
    other = scene.decide()
    scene.until_folded(scene.told * 3 // 4, other)
    # Where the other has not been yet, the sleeper may still commit, and the other is fenced.
    scene.until(
        lambda: all(now > was for now, was in zip(scene.offsets, asleep, strict=True)), other
    )
    os.kill(sleeper.pid, signal.SIGCONT)
    assert sleeper.wait(60.0) == FENCED
    assert "is no longer at offset" in sleeper.last_words()
    assert other.status is None
    other.kill()
    assert scene.finish() == expected


def test_a_commit_whose_answer_is_lost_was_taken_once(scene: Scene, expected: Said) -> None:
    with Wire(scene.local.redis.port) as wire:
        for quarter in (1, 2):
            decide = scene.decide(redis=f"redis://{wire.address}/0")
            scene.until_folded(scene.told * quarter // 4, decide)
            wire.lose_next_answer()
            assert decide.wait(60.0) == FAILED
            assert wire.lost.is_set()
            assert "no answer from Redis" in decide.last_words()
    assert scene.finish() == expected


def test_a_redis_that_loses_its_last_writes_is_made_good_from_the_log(
    scene: Scene, expected: Said
) -> None:
    for third in (1, 2):
        parts = [scene.decide(), scene.start("publish")]
        scene.until_folded(scene.told * third // 3, *parts)
        before = cut_redis(scene, parts)
        assert scene.folded < before
    assert scene.finish() == expected


def cut_redis(scene: Scene, parts: list[Child]) -> int:
    """Kill Redis, cut its file somewhere, start it again; how much had been folded before."""
    server = scene.local.redis
    os.kill(parts[0].pid, signal.SIGSTOP)
    before = scene.folded
    server.kill()
    os.kill(parts[0].pid, signal.SIGCONT)
    assert [part.wait(60.0) for part in parts] == [FAILED, FAILED]
    path = server.append_only_file()
    size = path.stat().st_size
    os.truncate(path, size - scene.dice.randrange(size // 10, size // 3))
    server.start()
    return before


def test_a_redis_restored_under_a_running_decide_fences_it(scene: Scene, expected: Said) -> None:
    decide = scene.decide()
    scene.until_folded(scene.told // 4, decide)
    os.kill(decide.pid, signal.SIGSTOP)
    backup = {key: dump(scene, key) for key in scene.store.client.scan_iter(count=1000)}
    os.kill(decide.pid, signal.SIGCONT)
    scene.until_folded(scene.told // 2, decide)
    os.kill(decide.pid, signal.SIGSTOP)  # else it may be done before anything is restored
    with scene.store.client.pipeline() as restoring:
        restoring.flushall()
        for key, value in backup.items():
            restoring.restore(key, 0, value)
        restoring.script_load(SCRIPT)
        restoring.execute()
    os.kill(decide.pid, signal.SIGCONT)
    assert decide.wait(60.0) == FENCED
    assert scene.finish() == expected


def dump(scene: Scene, key: bytes) -> bytes:
    value = scene.store.client.dump(key)
    assert isinstance(value, bytes)
    return value


POISON = [
    b"{",
    b"\xff",
    b'{"messageId":"p1","event":"Order Completed","userId":"c1",'
    b'"properties":{"order_id":"x","total":-1}}',
    b'{"messageId":"p2","event":"Order Completed","userId":"c1",'
    b'"properties":{"order_id":"x","total":9,"currency":"XXX"}}',
    b'{"messageId":"p3","event":"Tick"}',
    b" " * (MAX_BYTES + 1),
]


def test_poison_in_the_log_goes_to_dead_letters_and_changes_nothing_else(
    empty: Scene, expected: Said
) -> None:
    scene, log = empty, list(town_log())
    for _ in range(3):
        for value in POISON:
            place = scene.dice.randrange(PARTITIONS * 2, len(log))
            log.insert(place, Sent(b"c1", value, log[place - 1].at_ms))
    scene.tell(log)
    said = scene.finish()
    assert said.decisions == expected.decisions
    assert said.outcomes == expected.outcomes
    assert Counter(said.dead.values()) - Counter(expected.dead.values()) == Counter(
        not_json=6, negative_amount=3, unknown_currency=3, not_allowed=3, too_large=3
    )


def test_publish_killed_before_it_could_trim_says_the_same_again(
    scene: Scene, expected: Said
) -> None:
    decide = scene.decide(batch="500")
    scene.until(lambda: scene.folded == scene.told, decide)
    decide.stop()
    for _ in range(2):
        pause(scene, "PAUSE", "60000", "WRITE")
        waiting, before = scene.waiting, scene.published
        publish = scene.start("publish")
        scene.until(partial(more, scene, before), publish)
        publish.kill()
        pause(scene, "UNPAUSE")
        assert scene.waiting == waiting
    assert scene.finish() == expected
    assert len(scene.topic(DECISIONS)) > len(expected.decisions)


def pause(scene: Scene, *words: str) -> None:
    """Tell Redis to let writers wait, or not any more."""
    scene.store.client.execute_command("CLIENT", *words)  # type: ignore[no-untyped-call]


def more(scene: Scene, before: int) -> bool:
    """Whether decisions have been published since, or there are none left."""
    return scene.published > before or scene.idle


def test_publish_killed_at_any_moment_and_two_at_once_lose_nothing(
    scene: Scene, expected: Said
) -> None:
    decide = scene.decide()
    for _ in range(3):
        publish, before = scene.start("publish"), scene.published
        scene.until(partial(more, scene, before), publish, decide)
        publish.kill()
    second = scene.start("publish")
    decide.kill()
    assert scene.finish() == expected
    assert second.stop() == OK


def test_acceptance_13_a_worker_killed_between_state_and_output_loses_and_doubles_nothing(
    empty: Scene,
) -> None:
    people = [f"c{n}" for n in range(12)]
    bought = [order(f"o{n}", n * 60.0, who=who, total=10) for who in people for n in range(2)]
    log = [*everywhere(programme(ROASTERY)), *map(sent, bought)]
    empty.tell(log)
    decide = empty.decide(batch="5")
    empty.until(lambda: empty.waiting > 0, decide)
    decide.kill()
    assert empty.hear().decisions == {}  # the states are written, and nothing has left yet
    timers = everywhere(tick(15 * DAY))
    empty.tell(timers)
    decide = empty.decide(batch="5")
    empty.until(lambda: empty.folded == empty.told, decide)
    decide.kill()
    said = empty.finish()
    assert said == undisturbed([*log, *timers])
    events = Counter(msgspec.json.decode(value)["event"] for value in said.decisions.values())
    assert events["Reward Unlocked"] == len(people)
    assert events["Points Released"] == len(bought)
    profiles = Profiles(empty.store.client, PARTITIONS).get_many(people)
    assert {(each.points, each.pending, each.debt) for each in profiles} == {(10 + 10 + 50, 0, 0)}


def test_a_log_that_was_remade_is_refused_in_one_sentence(scene: Scene) -> None:
    decide = scene.decide()
    scene.until_folded(1, decide)
    decide.stop()
    before, old = scene.folded, identify(scene.settings)
    remake_topics(scene)
    scene.tell(town_log()[:100])
    again = scene.decide()
    assert again.wait(60.0) == FAILED
    said = f"events[0]: the checkpoint was taken on log {old}, the broker has "
    assert said + str(identify(scene.settings)) in again.last_words()
    assert "Traceback" not in again.log.read_text()
    assert scene.folded == before


def remake_topics(scene: Scene) -> None:
    """Delete them, and make them again under the same names."""
    admin = AdminClient(client_config(scene.settings))
    for deleted in admin.delete_topics(list(TOPICS)).values():
        deleted.result(30.0)
    scene.until(lambda: not set(TOPICS) & set(admin.list_topics(timeout=15.0).topics))
    ensure_topics(scene.settings)


def test_another_broker_than_the_checkpoint_was_taken_on_is_refused(
    scene: Scene, request: pytest.FixtureRequest
) -> None:
    decide = scene.decide()
    scene.until_folded(1, decide)
    decide.stop()
    kind: Kafka = request.node.callspec.params["local"]
    with Local(kafka=kind, partitions=str(PARTITIONS)) as other:
        again = scene.decide(kafka=other.broker.address)
        assert again.wait(60.0) == FAILED
        assert f"the broker has {other.broker.cluster_id}/" in again.last_words()


@pytest.mark.kafka
@pytest.mark.parametrize("local", ["apache"], indirect=True)  # the embedded one cannot trim
def test_a_log_that_was_trimmed_beyond_the_checkpoint_is_refused(
    local: Local, empty: Scene
) -> None:
    empty.tell(town_log()[:1000])
    decide = empty.decide()
    empty.until(lambda: empty.folded == empty.told, decide)
    decide.stop()
    empty.tell(town_log()[1000:])
    position, end = local.positions()[1], local.ends()[1]
    trim(empty, 1, end - 1)
    again = empty.decide()
    assert again.wait(60.0) == FAILED
    said = f"events[1]: the checkpoint is at {position}, the log holds {end - 1} to {end}"
    assert said in again.last_words()
    assert local.positions()[1] == position


def trim(scene: Scene, partition: int, offset: int) -> None:
    """Drop what lies before the offset, as retention does."""
    admin = AdminClient(client_config(scene.settings))
    [deleted] = admin.delete_records([TopicPartition(EVENTS, partition, offset)]).values()
    deleted.result(30.0)
