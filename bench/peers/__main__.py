"""How fast the same light job is on ours, on a plain loop, and on three stream processors.

Decode, count, spend, fading tastes, profile into Redis: see `jobs/job.py`. Same log, same broker,
same Redis that fsyncs every write; the job has the first core, broker and Redis have the others.
Ours does more even with an empty programme: it is exactly once, keeps every feature and two scores.
Taking turns, so that a machine that is slow for a while is slow for all; medians.

`whole` is the engine with the roastery's whole programme, against the others' light job.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any, Final, cast

from msgspec import Struct
from redis import Redis

from bench.harness import OPENING, Checkpoints, halves, preload, running_on, shop
from bench.peers.jobs.job import DONE
from bench.report import Figures, parser, tell
from flows.child import Child
from flows.local import Kafka, Local
from flows.store import connect
from flows.topics import EVENTS, full_name

ROOT: Final = Path(__file__).parents[2]
JOBS: Final = Path(__file__).parent / "jobs"
VENVS: Final = ROOT / ".cache" / "peers"
LIGHT: Final = 'name = "Light"\ncurrency = "EUR"\nzone = "Europe/Vienna"\nsalt = "bench"\n'
LOOK: Final = 0.02
"""Between two looks at how far somebody is (s)."""
PATIENCE: Final = 120.0
"""The longest that one run may take (s)."""
RATE: Final = 25_000.0
"""Events a second of data time."""

MEANINGS: Final = {
    "ours": "events/s of the light job: an empty programme; all of the engine's guarantees",
    "whole": "events/s of the engine with the roastery's programme",
    "plain": "events/s of confluent-kafka and redis-py in a loop; nothing is safe",
    "bytewax": "events/s of an idiomatic Bytewax dataflow",
    "quix": "events/s of Quix Streams",
    "flink": "events/s of PyFlink, one task slot",
    "ratio": "ours divided by theirs; goals: plain 0.6, quix 2.5, bytewax 2, flink 1",
    "whole_ratio": "whole divided by theirs; goal: quix 1",
}


class Peer(Struct, frozen=True):
    """Somebody else's way to do it. venv: whose interpreter runs it; none: ours."""

    name: str
    job: str
    venv: str = ""
    more: tuple[str, ...] = ()

    @property
    def python(self) -> Path:
        """The interpreter."""
        return (VENVS / self.venv if self.venv else ROOT / ".venv") / "bin" / "python"


PEERS: Final = (
    Peer("plain", "plain.py"),
    Peer("bytewax", "idiomatic.py"),
    Peer("quix", "quix.py", "quix"),
    Peer("flink", "flink.py", "flink", (str(VENVS / "flink-jars"),)),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--events", type=int, default=200_000, help="records in the log")
    options.add_argument("--customers", type=int, default=5_000, help="who they are about")
    options.add_argument("--runs", type=int, default=5, help="of each; medians are told")
    options.add_argument("--only", nargs="+", default=[p.name for p in PEERS], help="these peers")
    o = options.parse_args(arguments)
    peers = [peer for peer in PEERS if peer.name in o.only]
    for peer in peers:
        if not peer.python.exists():
            raise SystemExit(f"peers: {peer.python} is missing (make peers)")
    measured = _measured(peers, o.kafka, events=o.events, customers=o.customers, runs=o.runs)
    told = {name: MEANINGS[name] for name in ("ours", "whole", *(peer.name for peer in peers))}
    told |= {name: MEANINGS[name] for name in ("ratio", "whole_ratio")}
    tell("peers", told, measured, as_json=o.json)


def _measured(
    peers: Sequence[Peer], kafka: Kafka, *, events: int, customers: int, runs: int
) -> Callable[[], Figures]:
    """Everybody in turns, `runs` times, in another order each time."""

    def measure() -> Figures:
        with (
            _log(kafka, LIGHT, events, customers) as light,
            _log(kafka, None, events, customers) as whole,
        ):
            everybody: dict[str, Callable[[], float]] = {
                "ours": lambda: _ours(light),
                "whole": lambda: _ours(whole),
                **{peer.name: _theirs(peer, light, events) for peer in peers},
            }
            found: dict[str, list[float]] = {name: [] for name in everybody}
            for turn in range(runs):
                for name in random.Random(turn).sample(sorted(everybody), len(everybody)):
                    found[name].append(everybody[name]())
        rates = {name: round(median(values), 1) for name, values in found.items()}
        ratios: dict[str, Any] = {
            "ratio": _against(rates, "ours", peers),
            "whole_ratio": _against(rates, "whole", peers),
        }
        return {**rates, **ratios, "events": events, "customers": customers, "runs": runs}

    return measure


def _against(rates: Mapping[str, float], mine: str, peers: Sequence[Peer]) -> dict[str, float]:
    return {peer.name: round(rates[mine] / rates[peer.name], 2) for peer in peers}


@contextmanager
def _log(kafka: Kafka, programme: str | None, events: int, customers: int) -> Iterator[Local]:
    """A stack whose log is full. programme: None: the roastery's, with models."""
    _, others = halves()
    with ExitStack() as stack:
        if programme is None:
            local = stack.enter_context(shop(kafka, OPENING, on=others))
        else:
            with running_on(others):
                local = stack.enter_context(Local(kafka=kafka))
            local.publish_programme(programme, OPENING.timestamp())
        preload(local, customers=customers, n=events, rate=RATE)
        yield local


def _ours(local: Local) -> float:
    """Events a second of decide, from the first commit that is seen to the last."""
    connect(local.settings).flushall()
    end = sum(local.ends().values())
    checkpoints = Checkpoints(local)
    with running_on(halves()[0]):
        child = local.start("decide")
    try:
        return _pace(child, lambda: sum(checkpoints.offsets()), end)
    finally:
        child.stop()


def _theirs(peer: Peer, local: Local, events: int) -> Callable[[], float]:
    """Events a second of a peer, from the first profile that is seen to the last.

    Every run reads the log from its beginning: the broker is asked to forget the group before.
    """
    state = {"turn": 0}

    def run() -> float:
        client = connect(local.settings)
        client.flushall()
        state["turn"] += 1
        topic, store = full_name(local.settings, EVENTS), local.settings.redis
        command = [
            str(peer.python), str(JOBS / peer.job), f"{peer.name}-{state['turn']}",
            local.settings.kafka, topic, store, *peer.more,
        ]  # fmt: skip
        with running_on(halves()[0]):
            child = Child(command, local.redis.directory / f"{peer.name}.log", env=_bare())
        try:
            pace = _pace(child, lambda: int(cast(bytes, client.get(DONE)) or 0), events)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # Flink has a JVM and workers of its own
            child.kill()
        _same_work(client, peer, events)
        return pace

    return run


def _pace(child: Child, done: Callable[[], int], end: int) -> float:
    """Events a second between the first progress that is seen and the end."""
    deadline = time.monotonic() + PATIENCE

    def wait() -> None:
        ended = child.status is not None  # a bounded job may end with its last profile
        time.sleep(LOOK)
        if time.monotonic() > deadline:
            raise SystemExit(f"{child.log.stem}: not within {PATIENCE:.0f} s")
        if ended and (reached := done()) < end:
            words = child.last_words()
            raise SystemExit(f"{child.log.stem}: ended after {reached} of {end} events: {words}")

    while not (began := done()):
        wait()
    since = time.monotonic()
    while (reached := done()) < end:
        wait()
    return (reached - began) / (time.monotonic() - since)


def _same_work(client: Redis, peer: Peer, events: int) -> None:
    """Raises SystemExit: the profiles do not stand for all events."""
    names = [name for name in client.scan_iter("light:*", count=1_000) if name != DONE.encode()]
    with client.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.hget(name, "events")
        counted = sum(int(count) for count in pipeline.execute())
    if counted != events:
        raise SystemExit(f"{peer.name}: its profiles count {counted} events of {events}")


def _bare() -> dict[str, str]:
    """An environment without our own settings and paths."""
    kept = ("PATH", "HOME", "LANG", "JAVA_HOME", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


if __name__ == "__main__":
    main()
