"""The store on a real Redis: a commit is taken whole or not at all."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.errors import FencedError, LogError, SettingsError, StoreError
from flows import keys
from flows.embedded import RedisServer
from flows.loopback import free_port
from flows.settings import Settings
from flows.store import Checkpoint, Commit, Entry, Store, check_log, connect
from tests.support.wire import Wire

pytestmark = pytest.mark.stack

LOG = "cluster/topic/4"
BEGUN = Checkpoint(0, "t0", LOG)
FIRST = Commit(
    partition=3,
    old=BEGUN,
    new=Checkpoint(7, "t1", LOG, log_time=1.5),
    customers={
        "ann": ["state", b"\x00ann", "book", b"\xffann", "inbox", b"[]", "points", "12"],
        "bob": ["state", b"\x00bob", "book", b"\xffbob", "inbox", b"[]"],
    },
    outbox=[Entry("decisions", b"ann", b'{"n":1}'), Entry("dead-letters", b"", b"?", b'{"why":1}')],
    due=[(20.0, "bob"), (10.25, "ann")],
    world={"eras": b"\x91", "programme:v1": b"text"},
    quota={"cups": b"{}"},
    totals={"2026-01-01": b"{}"},
)
SECOND = Commit(3, FIRST.new, Checkpoint(8, "t2", LOG, log_time=2.5), {"ann": ["points", "13"]})


class Served(NamedTuple):
    """A Redis, and the store on it."""

    server: RedisServer
    store: Store


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with RedisServer() as server:
        yield Served(server, Store(connect(Settings(redis=f"redis://{server.address}/0"))))


@pytest.fixture
def store(served: Served) -> Store:
    """The store, where partition 3 has begun and nothing else is there."""
    served.store.client.flushall()
    begin(served.store)
    return served.store


def begin(store: Store, at: Checkpoint = BEGUN) -> None:
    fields = {"offset": at.offset, "token": at.token, "log": at.log, "log_time": at.log_time}
    store.client.hset(keys.checkpoint(3), mapping=fields)  # type: ignore[arg-type]


def everything(store: Store) -> dict[bytes, bytes | None]:
    """All that Redis holds."""
    return {key: store.client.dump(key) for key in store.client.scan_iter(count=1000)}


def outbox(store: Store) -> list[tuple[bytes, dict[bytes, bytes]]]:
    return cast(list[tuple[bytes, dict[bytes, bytes]]], store.client.xrange(keys.outbox(3)))


def test_a_commit_changes_customers_world_and_checkpoint_together(store: Store) -> None:
    assert store.commit([FIRST]) == ["ok"]
    ann, nobody, bob = store.states(3, ["ann", "nobody", "bob"])
    assert (ann, nobody, bob) == (
        (b"\x00ann", b"\xffann", b"[]"),
        None,
        (b"\x00bob", b"\xffbob", b"[]"),
    )
    assert store.client.hget(keys.customer(3, "ann"), "points") == b"12"
    assert store.world(3) == {"eras": b"\x91", "programme:v1": b"text"}
    assert store.checkpoint(3) == FIRST.new


def test_a_later_commit_changes_what_it_names_and_leaves_the_rest(store: Store) -> None:
    store.commit([FIRST, SECOND])
    assert store.client.hgetall(keys.customer(3, "ann")) == {
        b"state": b"\x00ann",
        b"book": b"\xffann",
        b"inbox": b"[]",
        b"points": b"13",
        b"as_of": b"2.5",
        b"offset": b"8",
    }
    assert store.checkpoint(3) == SECOND.new


def test_of_a_customer_written_anew_nothing_else_is_kept(store: Store) -> None:
    store.client.hset(keys.customer(3, "ann"), "offers", "[]")
    store.commit([FIRST, replace(SECOND, anew=["ann"])])
    assert store.client.hget(keys.customer(3, "ann"), "offers") is None
    assert store.client.hget(keys.customer(3, "ann"), "points") == b"13"


def test_outbox_entries_stand_in_order_under_the_next_offset(store: Store) -> None:
    store.commit([FIRST])
    assert outbox(store) == [
        (b"7-0", {b"t": b"decisions", b"k": b"ann", b"v": b'{"n":1}'}),
        (b"7-1", {b"t": b"dead-letters", b"k": b"", b"v": b"?", b"h": b'{"why":1}'}),
    ]


def test_a_long_outbox_keeps_its_order(store: Store) -> None:
    many = [Entry("decisions", b"ann", str(n).encode()) for n in range(2000)]
    store.commit([replace(FIRST, outbox=many)])
    assert [entry[b"v"] for _, entry in outbox(store)] == [entry.value for entry in many]


def test_timers_are_due_in_their_order_and_no_more_than_asked_for(store: Store) -> None:
    store.commit([FIRST])
    assert store.due(3, until=10.0, limit=9) == []
    assert store.due(3, until=20.0, limit=9) == ["ann", "bob"]
    assert store.due(3, until=20.0, limit=1) == ["ann"]
    assert store.first_due(3) == 10.25


def test_a_timer_moves_and_goes(store: Store) -> None:
    store.commit([FIRST, replace(SECOND, due=[(30.0, "ann")], gone=["bob"])])
    assert store.due(3, until=99.0, limit=9) == ["ann"]
    assert store.first_due(3) == 30.0


def test_without_timers_nothing_is_due(store: Store) -> None:
    assert store.first_due(3) is None


def test_fields_of_the_world_are_dropped(store: Store) -> None:
    store.commit([FIRST, replace(SECOND, world={"eras": b"\x92"}, dropped=["programme:v1"])])
    assert store.world(3) == {"eras": b"\x92"}


def test_a_commit_sent_again_says_already_and_changes_nothing(store: Store) -> None:
    store.commit([FIRST])
    before = everything(store)
    assert store.commit([FIRST]) == ["already"]
    assert everything(store) == before


def test_a_commit_that_somebody_has_overtaken_is_not_taken_for_done(store: Store) -> None:
    store.commit([FIRST, SECOND])
    with pytest.raises(FencedError):
        store.commit([FIRST])


@pytest.mark.parametrize(
    "old",
    [
        Checkpoint(1, "t0", LOG),
        Checkpoint(0, "t9", LOG),
        Checkpoint(2**53 + 1, "t0", LOG),
    ],
    ids=["offset", "token", "an offset that is no double"],
)
def test_who_does_not_know_the_checkpoint_changes_nothing(store: Store, old: Checkpoint) -> None:
    begin(store, replace(BEGUN, offset=2**53) if old.offset > 1 else BEGUN)
    before = everything(store)
    with pytest.raises(FencedError):
        store.commit([replace(FIRST, old=old)])
    assert everything(store) == before


def test_a_commit_on_another_log_changes_nothing(store: Store) -> None:
    before = everything(store)
    with pytest.raises(FencedError):
        store.commit([replace(FIRST, new=replace(FIRST.new, log="cluster/remade/4"))])
    assert everything(store) == before


def test_a_commit_without_any_checkpoint_is_fenced(store: Store) -> None:
    store.client.flushall()
    with pytest.raises(FencedError):
        store.commit([FIRST])
    assert everything(store) == {}


def test_the_fence_says_where_and_what(store: Store) -> None:
    with pytest.raises(FencedError) as fenced:
        store.commit([replace(FIRST, old=replace(BEGUN, offset=5))])
    assert str(fenced.value) == "pc:{3}:cp: is no longer at offset 5 with our token"


def test_a_fenced_partition_does_not_hold_back_its_neighbours(store: Store) -> None:
    fourth = store.begin(4, 0, LOG)
    other = replace(FIRST, partition=4, old=fourth)
    with pytest.raises(FencedError, match=r"pc:\{3\}:cp"):
        store.commit([replace(FIRST, old=replace(BEGUN, token="t9")), other])
    assert store.checkpoint(4) == other.new


def test_two_that_begin_at_once_begin_with_one_checkpoint(served: Served, store: Store) -> None:
    begun = dict.fromkeys(range(100, 150), 0)
    start = Barrier(2)

    def begin_all(log_start: int) -> list[Checkpoint]:
        client = connect(Settings(redis=f"redis://{served.server.address}/0"))
        own, found = Store(client), []
        for partition in begun:
            start.wait(10)
            found.append(own.begin(partition, log_start, LOG))
        client.close()
        return found

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(begin_all, (0, 5))
    assert one == other == [store.checkpoint(partition) for partition in begun]


def test_a_partition_that_has_begun_begins_where_it_stands(store: Store) -> None:
    store.commit([FIRST])
    assert store.begin(3, 0, LOG) == FIRST.new


def test_a_partition_that_never_began_has_no_checkpoint(store: Store) -> None:
    assert store.checkpoint(4) is None


def test_a_commit_refused_for_want_of_memory_leaves_nothing(store: Store) -> None:
    before = everything(store)
    store.client.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreError, match="refused the commit") as refused:
            store.commit([FIRST])
    finally:
        store.client.config_set("maxmemory", "0")
    assert not isinstance(refused.value, FencedError)
    assert everything(store) == before


def test_a_checkpoint_that_is_no_hash_leaves_nothing(store: Store) -> None:
    store.client.set(keys.checkpoint(3), "?")
    before = everything(store)
    with pytest.raises(StoreError, match="WRONGTYPE"):
        store.commit([FIRST])
    assert everything(store) == before


def test_a_redis_that_has_forgotten_the_script_ends_us_and_nothing_is_half_done(
    store: Store,
) -> None:
    before = everything(store)
    store.client.script_flush()
    with pytest.raises(StoreError, match=r"NOSCRIPT|No matching script"):
        store.commit([FIRST])
    assert everything(store) == before
    Store(store.client)  # loads it again, for the tests to come


def test_a_lost_answer_is_an_error_and_the_same_commit_again_is_harmless(
    served: Served, store: Store
) -> None:
    with Wire(served.server.port) as wire:
        far = Store(connect(Settings(redis=f"redis://{wire.address}/0")))
        wire.lose_next_answer()
        with pytest.raises(StoreError, match="no answer from Redis"):
            far.commit([FIRST])
        before = everything(store)
        assert far.commit([FIRST]) == ["already"]
        far.client.close()
    assert store.checkpoint(3) == FIRST.new
    assert everything(store) == before


def test_a_redis_that_nobody_answers_from_is_one_sentence() -> None:
    with pytest.raises(SettingsError, match=r"^PUNCHCARD_REDIS: .* \(is Redis running\?\)$"):
        connect(Settings(redis=f"redis://127.0.0.1:{free_port()}/0"))


def test_another_log_than_the_checkpoints_is_refused_and_both_are_named() -> None:
    check_log(LOG, LOG, "events[3]")
    with pytest.raises(LogError, match=f"on log {LOG}, the broker has cluster/remade/4"):
        check_log(LOG, "cluster/remade/4", "events[3]")


names = st.text(min_size=1, max_size=30)
values = st.binary(max_size=60)
filled = st.builds(
    Commit,
    partition=st.just(3),
    old=st.just(BEGUN),
    new=st.just(FIRST.new),
    customers=st.dictionaries(
        names,
        st.builds(lambda a, b, c: ["state", a, "book", b, "inbox", c], values, values, values),
        max_size=4,
    ),
    outbox=st.lists(st.builds(Entry, names, values, values, values), max_size=4),
    due=st.dictionaries(names, st.floats(0, 4e9), max_size=4).map(
        lambda due: [(when, who) for who, when in due.items()]
    ),
    world=st.dictionaries(names, values, max_size=4),
)


@given(filled)
def test_every_byte_arrives_as_it_was_sent(served: Served, commit: Commit) -> None:
    store = served.store
    store.client.flushall()
    begin(store)
    assert store.commit([commit]) == ["ok"]
    sent = [(pairs[1], pairs[3], pairs[5]) for pairs in commit.customers.values()]
    assert store.states(3, list(commit.customers)) == sent
    assert outbox(store) == [stored(n, entry) for n, entry in enumerate(commit.outbox)]
    assert sorted(store.due(3, 4e9, 9)) == sorted(who for _, who in commit.due)
    assert store.first_due(3) == min((when for when, _ in commit.due), default=None)
    assert store.world(3) == commit.world


def stored(n: int, entry: Entry) -> tuple[bytes, dict[bytes, bytes]]:
    fields = {b"t": entry.topic.encode(), b"k": entry.key, b"v": entry.value}
    return b"7-%d" % n, {**fields, b"h": entry.headers} if entry.headers else fields


places = st.builds(
    Checkpoint, st.integers(0, 2), st.sampled_from(["t0", "t1", "t2"]), st.sampled_from([LOG, "?"])
)
attempts = st.lists(st.tuples(places, places, names), max_size=12)


@given(attempts)
def test_the_script_decides_as_three_lines_would(
    served: Served, tries: list[tuple[Checkpoint, Checkpoint, str]]
) -> None:
    store = served.store
    store.client.flushall()
    begin(store)
    now, written = BEGUN, set[str]()
    for old, new, who in tries:
        told = tried(store, Commit(3, old, replace(new, log_time=1.0), {who: ["state", b"s"]}))
        if (now.offset, now.token) == (new.offset, new.token):
            assert told == "already"
        elif (now.offset, now.token, now.log) != (old.offset, old.token, new.log):
            assert told == "fenced"
        else:
            assert told == "ok"
            now = replace(new, log_time=1.0)
            written.add(who)
    assert store.checkpoint(3) == now
    assert set(store.client.scan_iter(keys.customer(3, "*"), count=1000)) == {
        keys.customer(3, who).encode() for who in written
    }


def tried(store: Store, commit: Commit) -> str:
    try:
        [answer] = store.commit([commit])
    except FencedError:
        return "fenced"
    return answer


@pytest.mark.parametrize("cut", [5, 60, 200])
def test_a_commit_that_was_cut_off_never_comes_back(cut: int) -> None:
    """Redis forgets it at the next start, and applied it at the one after that."""
    with RedisServer() as server:
        settings = Settings(redis=f"redis://{server.address}/0")
        store = Store(connect(settings))
        begin(store)
        store.commit([FIRST])
        before = everything(store)
        store.commit([replace(SECOND, customers={"ann": ["book", b"?" * 100, "points", "99"]})])
        server.kill()
        path = server.append_only_file()
        os.truncate(path, path.stat().st_size - cut)
        server.start()
        assert everything(Store(connect(settings))) == before
        Store(connect(settings)).commit([SECOND])
        after = everything(Store(connect(settings)))
        server.kill()
        server.start()
        assert everything(Store(connect(settings))) == after
