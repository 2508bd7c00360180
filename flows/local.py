"""The whole engine on this machine.

Broker and Redis as children on loopback, topics made, a programme published.

What the demo, the benchmarks and the stack tests stand on. Nothing survives the `with` block unless
a directory is given.
"""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from flows import control
from flows.apache import ApacheKafka
from flows.child import Child
from flows.embedded import Broker, RedisServer
from flows.sender import Sender
from flows.settings import PREFIX, Settings, read_settings
from flows.source import Log
from flows.store import Store, connect
from flows.topics import EVENTS, ensure_topics
from policies.check import load

Kafka = Literal["embedded", "apache"]


class Local:
    """A broker, a Redis, and the settings by which every part of ours finds them.

    directory: for data and logs; None: temporary. settings: `PUNCHCARD_*` variables without the
    prefix, lower case.
    """

    def __init__(
        self, *, kafka: Kafka = "embedded", directory: Path | None = None, **settings: str
    ) -> None:
        self.broker: Broker = (ApacheKafka if kafka == "apache" else Broker)(
            directory=directory and directory / "kafka"
        )
        self.redis = RedisServer(directory=directory and directory / "redis")
        self.given = {"log_time": "create", "partitions": "4", **settings}
        self._stack = ExitStack()
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        """Start both, and make the topics."""
        with ExitStack() as starting:
            starting.enter_context(self.broker)
            starting.enter_context(self.redis)
            ensure_topics(self.settings)
            self._stack = starting.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop every part that still runs, then both."""
        for child in reversed(self._children):
            child.stop()
        self._stack.close()

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of every part."""
        ours = {PREFIX + name.upper(): value for name, value in self.given.items()}
        others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        where = {
            f"{PREFIX}KAFKA": self.broker.address,
            f"{PREFIX}REDIS": f"redis://{self.redis.address}/0",
        }
        return {**others, **ours, **where}

    @property
    def settings(self) -> Settings:
        """The same, as this process reads it."""
        return read_settings(self.environment)

    @property
    def store(self) -> Store:
        """A client of its own on every call."""
        return Store(connect(self.settings))

    def sender(self, **more: str | int | float | bool) -> Sender:
        """A producer of its own on every call."""
        return Sender(self.settings, **more)

    def publish_programme(self, text: str, at: float | None = None) -> None:
        """Into every partition. at: its record's time (s), if not now."""
        sender, version = self.sender(), load(text).version
        for partition in range(self.settings.partitions):
            at_ms = None if at is None else int(at * 1000)
            control.programme_published(sender, partition, version, text, at_ms)
        sender.settle()

    def start(self, *words: str, log: str | None = None, **more: str) -> Child:
        """`punchcard run WORDS` as a process.

        log: its file's name; more: settings of this process alone.
        """
        command = [sys.executable, "-m", "flows.cli", "run", *words]
        ours = {PREFIX + name.upper(): value for name, value in more.items()}
        path = self.redis.directory / f"{log or words[0]}.log"
        child = Child(command, path, env={**self.environment, **ours})
        self._children.append(child)
        return child

    def ends(self) -> dict[int, int]:
        """The end of each partition of the log."""
        log = Log(self.settings, EVENTS, {})
        try:
            return {p: log.end(p) for p in range(self.settings.partitions)}
        finally:
            log.close()

    def positions(self) -> dict[int, int]:
        """The checkpoint of each partition; 0 where there is none yet."""
        store = self.store
        found = {p: store.checkpoint(p) for p in range(self.settings.partitions)}
        return {p: at.offset if at is not None else 0 for p, at in found.items()}

    def wait_until_folded(self, patience: float = 60.0) -> bool:
        """Until every partition's checkpoint has reached the end that the log has now.

        Whether it did in time (s).
        """
        ends, deadline = self.ends(), time.monotonic() + patience
        while time.monotonic() < deadline:
            if all(at >= ends[p] for p, at in self.positions().items()):
                return True
            time.sleep(0.05)
        return False
