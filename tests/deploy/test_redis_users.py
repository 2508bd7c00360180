"""deploy/redis/redis.conf and its users: each part can do its work, and nothing beyond it."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import redis

from engine.errors import SettingsError
from flows import keys
from flows.embedded import RedisServer, redis_server
from flows.learn import Learnt, Shelf
from flows.loopback import HOST
from flows.profiles import Profiles
from flows.publish import Outboxes
from flows.settings import Settings
from flows.store import Checkpoint, Commit, Entry, Store, connect, new_token
from tests.support.deploy import DEPLOY, make_secrets

PARTITION: Final = 0
WHO: Final = "c1"
LOG: Final = "cluster/topic/1"


def too_old() -> bool:
    said = subprocess.run([redis_server(), "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.partition("v=")[2].partition(".")[0]) < 7


pytestmark = pytest.mark.stack


class Deployed(RedisServer):
    """Redis as docker-compose.yml sets it, on loopback."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        self.secrets = make_secrets(directory)

    def command(self) -> list[str]:
        conf = (DEPLOY / "redis" / "redis.conf").read_text()
        here = conf.replace("dir /data", f"dir {self.directory}")
        here = here.replace("/run/secrets/", f"{self.secrets}/")
        (self.directory / "redis.conf").write_text(here)
        return [
            *(redis_server(), str(self.directory / "redis.conf")),
            *("--bind", HOST, "--port", str(self.port)),
        ]

    def answers(self) -> bool:
        try:
            with self.user("site") as client:
                return bool(client.ping())
        except SettingsError:
            return False

    def settings(self, user: str) -> Settings:
        """As a part's environment in docker-compose.yml gives them."""
        return Settings(
            redis=f"redis://{user}@{self.address}/0",
            redis_password_file=str(self.secrets / f"redis_{user}"),
        )

    def user(self, name: str) -> redis.Redis:
        """A client of its own on every call."""
        return connect(self.settings(name))


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    if too_old():
        pytest.skip("redis.conf needs Redis 7 (apt install redis-server)")
    with Deployed(tmp_path_factory.mktemp("deployed")) as started:
        commit_one_customer(started)
        yield started


@pytest.fixture
def client(deployed: Deployed) -> Iterator[Callable[[str], redis.Redis]]:
    opened: list[redis.Redis] = []

    def as_user(name: str) -> redis.Redis:
        opened.append(deployed.user(name))
        return opened[-1]

    yield as_user
    for one in opened:
        one.close()


def commit_one_customer(deployed: Deployed) -> None:
    """All that decide ever does to Redis, as the user decide."""
    with deployed.user("decide") as client:
        store = Store(client)
        begun = store.begin(PARTITION, 0, LOG)
        commit = Commit(
            PARTITION,
            begun,
            Checkpoint(1, new_token(), LOG, 1.0),
            {WHO: ["points", "12", "as_of", "1.0", "state", b"s"]},
            [Entry("decisions", WHO.encode(), b"{}")],
            due=[(5.0, WHO)],
            gone=["nobody"],
            world={"eras": b"e"},
            dropped=["model:old"],
        )
        assert store.commit([commit]) == ["ok"]
        assert len(store.states(PARTITION, [WHO])) == 1
        assert store.due(PARTITION, 9.0, 10) == [WHO]
        assert store.first_due(PARTITION) == 5.0
        assert store.world(PARTITION) == {"eras": b"e"}


def test_on_site_code_reads_a_profile(client: Callable[[str], redis.Redis]) -> None:
    profiles = Profiles(client("site"), partitions=1)
    profiles.check()
    assert profiles.get(WHO).points == 12
    assert [found.points for found in profiles.get_many([WHO])] == [12]


def test_publish_reads_an_outbox_and_trims_it(client: Callable[[str], redis.Redis]) -> None:
    mine = client("publish")
    [parcel] = Outboxes(mine, [PARTITION], lambda: False).next_batch()  # type: ignore[arg-type]
    assert parcel.entries[0][1][b"v"] == b"{}"
    assert mine.xtrim(keys.outbox(PARTITION), minid="0-1", approximate=False) == 0
    assert mine.xlen(keys.outbox(PARTITION)) == 1


def test_learn_saves_and_loads_what_it_has_learnt(client: Callable[[str], redis.Redis]) -> None:
    Shelf(client("learn")).save(Learnt(LOG, {0: 7}))
    learnt = Shelf(client("learn")).load()
    assert learnt is not None
    assert learnt.offsets == {0: 7}


def test_the_operator_reads_everything(client: Callable[[str], redis.Redis]) -> None:
    store = Store(client("operator"))
    assert store.checkpoint(PARTITION) is not None
    assert store.client.hget(keys.customer(PARTITION, WHO), "points") == b"12"
    assert keys.customer(PARTITION, WHO).encode() in set(store.client.scan_iter(match="pc:*"))


@pytest.mark.parametrize("user", ["publish", "learn", "operator", "site"])
def test_nobody_but_decide_writes_a_customer(
    client: Callable[[str], redis.Redis], user: str
) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        client(user).hset(keys.customer(PARTITION, WHO), "points", "1000000")


@pytest.mark.parametrize("user", ["decide", "publish", "learn", "operator", "site"])
@pytest.mark.parametrize(
    "command",
    [
        ("FLUSHALL",),
        ("KEYS", "*"),
        ("CONFIG", "GET", "*"),
        ("EVAL", "return 1", "0"),
        ("SHUTDOWN",),
        ("ACL", "LIST"),
        ("SET", "other", "1"),
    ],
    ids=lambda command: command[0],
)
def test_nobody_may_do_what_could_hurt_the_server(
    client: Callable[[str], redis.Redis], user: str, command: tuple[Any, ...]
) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        client(user).execute_command(*command)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("user", ["publish", "learn", "site"])
def test_who_needs_one_kind_of_key_sees_no_other(
    client: Callable[[str], redis.Redis], user: str
) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        client(user).hget(keys.world(PARTITION), "eras")


def test_without_a_password_there_is_no_way_in(deployed: Deployed) -> None:
    with pytest.raises(SettingsError, match="authenticated"):
        connect(Settings(redis=f"redis://{deployed.address}/0"))


def test_another_ones_password_is_refused(deployed: Deployed) -> None:
    other = str(deployed.secrets / "redis_site")
    with pytest.raises(SettingsError, match="invalid username-password"):
        connect(Settings(redis=f"redis://decide@{deployed.address}/0", redis_password_file=other))


def test_the_file_goes_before_a_password_in_the_url(deployed: Deployed) -> None:
    path = deployed.settings("site").redis_password_file
    with connect(
        Settings(redis=f"redis://site:wrong@{deployed.address}/0", redis_password_file=path)
    ) as client:
        assert client.ping()


def test_redis_forgets_nothing_by_itself() -> None:
    text = (DEPLOY / "redis" / "redis.conf").read_text().splitlines()
    assert {"appendonly yes", "appendfsync always", "maxmemory-policy noeviction"} <= set(text)


@pytest.mark.parametrize(
    ("made", "problem"), [(None, "No such file"), ("\n", "is empty")], ids=["missing", "empty"]
)
def test_a_password_file_that_is_of_no_use_is_one_sentence(
    tmp_path: Path, made: str | None, problem: str
) -> None:
    path = tmp_path / "password"
    if made is not None:
        path.write_text(made)
    with pytest.raises(SettingsError, match=problem) as refused:
        connect(Settings(redis_password_file=str(path)))
    assert refused.value.where == "PUNCHCARD_REDIS_PASSWORD_FILE"
