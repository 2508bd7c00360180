"""How many events a second one decide process takes from Kafka into Redis, and what each costs.

The log is full before `decide` starts, so that nothing but the engine limits the pace. `decide` has
the first core for itself; broker and Redis share the others. Measured from the first commit that is
seen to the last.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict

from bench.harness import (
    OPENING,
    Checkpoints,
    alive,
    cpu_seconds,
    halves,
    outbox_entries,
    policies,
    preload,
    running_on,
    shop,
)
from bench.report import Figures, parser, tell
from flows.child import Child
from flows.local import Kafka, Local
from flows.store import connect

LOOK: Final = 0.02
"""Between two looks at the checkpoints (s)."""

MEANINGS: Final = {
    "events_per_s": "Kafka → committed in Redis, outbox written; budget ≥ 25,000",
    "cpu_us_per_event": "µs that decide computes for an event, client threads included",
    "redis_cpu_us_per_event": "µs that Redis computes for an event, fsync included",
    "kafka_cpu_us_per_event": "µs that the broker computes for an event, while it is read",
    "outbox_entries": "left in the outbox; nobody empties it unless --publish",
}


class Wanted(Struct, frozen=True):
    """What to measure. rate: events per second of data time; publish: whether it runs too."""

    kafka: Kafka
    events: int
    customers: int
    runs: int
    rate: float
    publish: bool


class Run(Struct, frozen=True):
    """One run's figures, named as they are printed."""

    events_per_s: float
    cpu_us_per_event: float
    redis_cpu_us_per_event: float
    kafka_cpu_us_per_event: float
    outbox_entries: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--events", type=int, default=400_000, help="records in the log")
    options.add_argument("--customers", type=int, default=5_000, help="who they are about")
    options.add_argument("--runs", type=int, default=1, help="over the same log; medians are told")
    options.add_argument("--rate", type=float, default=25_000, help="events a second of data time")
    options.add_argument("--publish", action="store_true", help="let publish empty the outbox")
    o = options.parse_args(arguments)
    wanted = Wanted(o.kafka, o.events, o.customers, o.runs, o.rate, o.publish)
    tell("throughput", MEANINGS, lambda: measure(wanted), as_json=o.json)


def measure(wanted: Wanted) -> Figures:
    """The medians of so many runs over one log, each with an empty Redis."""
    ours, others = halves()
    with shop(wanted.kafka, OPENING, on=others) as local:
        preload(local, customers=wanted.customers, n=wanted.events, rate=wanted.rate)
        ran = [asdict(_run(local, publish=wanted.publish)) for _ in range(wanted.runs)]
        settings = local.settings
    return {
        **{name: round(median(run[name] for run in ran), 2) for name in MEANINGS},
        "batch": settings.batch,
        "fsync": "always",
        "partitions": settings.partitions,
        "policies": policies(),
        **asdict(wanted),
        "decide_on_core": ",".join(map(str, sorted(ours))),
        "others_on_cores": ",".join(map(str, sorted(others))),
    }


def _run(local: Local, *, publish: bool) -> Run:
    client = connect(local.settings)
    client.flushall()
    ours, others = halves()
    with ExitStack() as parts:
        if publish:
            with running_on(others):
                parts.callback(local.start("publish").stop)
        with running_on(ours):
            child = local.start("decide")
        parts.callback(child.stop)
        return _watch(local, child)


def _watch(local: Local, child: Child) -> Run:
    """From the first commit to the last."""
    checkpoints, end = Checkpoints(local), sum(local.ends().values())
    began = _first_commit(checkpoints, child)
    pids = child.pid, local.redis.pid, local.broker.pid
    before, since, done = list(map(cpu_seconds, pids)), time.monotonic(), began
    while done < end:
        time.sleep(LOOK)
        alive(child)
        done = sum(checkpoints.offsets())
    took = time.monotonic() - since
    events = end - began
    decide, redis, kafka = [
        (cpu_seconds(pid) - spent) * 1e6 / events for pid, spent in zip(pids, before, strict=True)
    ]
    return Run(events / took, decide, redis, kafka, outbox_entries(local))


def _first_commit(checkpoints: Checkpoints, child: Child) -> int:
    """Wait for it; how many records are committed by then."""
    while not (done := sum(checkpoints.offsets())):
        alive(child)
        time.sleep(LOOK)
    return done


if __name__ == "__main__":
    main()
