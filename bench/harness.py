"""What the benchmarks stand on: the engine with a programme and models, cores, and costs.

The log is dated by the benchmark (`log_time` create): data time passes as fast as it likes.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from bench import mix
from engine.models import Snapshot
from flows import control, keys
from flows.child import Child
from flows.local import Kafka, Local
from flows.store import connect
from flows.topics import EVENTS
from policies.check import load
from policies.models import TASKS
from policies.models.inputs import NAMES, SCHEMA

ROASTERY: Final = files("policies").joinpath("programmes", "roastery.toml").read_text()
OPENING: Final = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""The data's first moment, where data time does not follow the wall clock."""
SEED: Final = 1

LEANINGS: Final = {
    "log_days_since_order": 0.35,
    "log_gaps_since_order": 0.60,
    "log_orders_30d": -0.80,
    "log_orders_90d": -0.40,
    "log_visits_14d": -0.30,
    "log_carts_14d": -0.15,
    "one_timer": 0.40,
}
"""What speaks for being lost, and how loudly; what is not named here weighs a little."""
LITTLE: Final = 0.01
HIGHEST: Final = 9.0
"""No input is seen as larger: log(1 + x) of ten years in days, or of 80 orders a day, is below."""


def snapshots() -> list[Snapshot]:
    """A version of every model, as a learner might have left it: no weight is zero."""
    lost = tuple(LEANINGS.get(name, LITTLE) for name in NAMES)
    every = (0.0,) * len(NAMES), (HIGHEST,) * len(NAMES)
    return [
        Snapshot(
            task.name, f"bench-{task.name}", SCHEMA,
            tuple(-weight for weight in lost) if task.buys else lost, *every, bias=-0.5,
        )
        for task in TASKS
    ]  # fmt: skip


def policies() -> int:
    """How many policies the programme has."""
    return len(load(ROASTERY).policies)


@contextmanager
def shop(
    kafka: Kafka, opening: datetime, *, on: set[int] | None = None, partitions: int = 4
) -> Iterator[Local]:
    """Broker and Redis run; the programme and both models are the first records of every partition.

    opening: when they are published. on: cores for broker and Redis; None: all.
    """
    local = Local(kafka=kafka, partitions=str(partitions))
    with ExitStack() as stack:
        with running_on(on):
            stack.enter_context(local)
        local.publish_programme(ROASTERY, opening.timestamp())
        _publish_models(local, opening)
        yield local


def _publish_models(local: Local, at: datetime) -> None:
    sender, at_ms = local.sender(), int(at.timestamp() * 1000)
    for partition in range(local.settings.partitions):
        for snapshot in snapshots():
            control.model_published(sender, partition, snapshot, at_ms)
    sender.settle()


def preload(local: Local, *, customers: int, n: int, rate: float) -> None:
    """Put `n` events of the mix into the log. rate: events per second of data time."""
    sender = local.sender()
    told = mix.events(seed=SEED, customers=customers, n=n, start=OPENING, rate=rate)
    for number, (key, body, at_ms) in enumerate(told):
        sender.send(EVENTS, key, body, at_ms=at_ms)
        if number % 1000 == 0:
            sender.poll()
    sender.settle()


class Checkpoints:
    """Reads the offsets of all partitions in one round trip, as cheaply as a client can.

    It has a connection of its own, and packs its commands only once.
    """

    def __init__(self, local: Local) -> None:
        self._partitions = range(local.settings.partitions)
        connection: Any = connect(local.settings).connection_pool.get_connection()
        self._connection = connection
        asked = [("HGET", keys.checkpoint(p), "offset") for p in self._partitions]
        self._packed = connection.pack_commands(asked)

    def offsets(self) -> list[int]:
        """The next offset of each partition; 0 before the first commit."""
        self._connection.send_packed_command(self._packed)
        answers = [self._connection.read_response() for _ in self._partitions]
        return [0 if answer is None else int(answer) for answer in answers]


def outbox_entries(local: Local) -> int:
    """What waits in the outboxes of all partitions."""
    client = connect(local.settings)
    return sum(client.xlen(keys.outbox(p)) for p in range(local.settings.partitions))


def wait_for_the_start(local: Local, child: Child) -> None:
    """Until `decide` has taken in what is published. Raises SystemExit: it does not."""
    if not local.wait_until_folded():
        alive(child)
        raise SystemExit(f"decide does not begin: {child.last_words()}")


def halves() -> tuple[set[int], set[int]]:
    """The core for decide, and the cores for all others; a single core is shared."""
    first, *rest = sorted(os.sched_getaffinity(0))
    return {first}, set(rest) or {first}


@contextmanager
def running_on(cores: set[int] | None) -> Iterator[None]:
    """What is started inside keeps to these cores; None: to all.

    A child inherits them from the thread that starts it.
    """
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def alive(child: Child) -> None:
    """Raises SystemExit: it has ended, and a benchmark without it would wait for ever."""
    if child.status is not None:
        raise SystemExit(f"{child.log.stem} ended with status {child.status}: {child.last_words()}")


def cpu_seconds(pid: int) -> float:
    """What a process with all its threads has computed so far (s, in steps of 0.01)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """The memory that a process occupies (MB of 10⁶ bytes)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that so large a share does not exceed. ordered: rising, not empty.

    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5), quantile([1.0, 2.0, 3.0, 4.0], 0.99)
    (2.0, 4.0)
    """
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
