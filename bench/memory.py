"""What a customer costs in Redis, and whether the decide process stays as large as it is.

Two months of a shop in data time, with a tick every ten minutes, so that lots, questions and timers
come and go as in a shop. `publish` runs, so the outbox is empty in the end, when Redis is asked;
all clients of the engine have left by then.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from statistics import fmean
from typing import Any, Final, cast

import redis
from msgspec import Struct
from msgspec.structs import asdict

from bench import mix
from bench.harness import (
    OPENING,
    SEED,
    Checkpoints,
    alive,
    outbox_entries,
    policies,
    resident_mb,
    shop,
    wait_for_the_start,
)
from bench.report import Figures, parser, tell
from engine.dates import DAY
from flows import control, keys
from flows.child import Child
from flows.local import Kafka, Local
from flows.store import connect
from flows.topics import EVENTS

TICK_MS: Final = 600_000
"""Between ticks of data time (ms)."""
AHEAD: Final = 50_000
"""Records that the log may be ahead of the engine; the broker keeps them all in memory anyway."""
LOOK: Final = 1_000
"""Records between two looks at how far the engine is."""
PATIENCE: Final = 300.0
"""For the outbox to become empty (s)."""
BLOBS: Final = ("state", "book")
SAMPLE: Final = 500
"""Customers whose own size is asked for."""

MEANINGS: Final = {
    "redis_bytes_per_customer": "growth of used_memory ÷ customers with a profile; budget ≤ 1,500",
    "dataset_bytes_per_customer": "the same of used_memory_dataset: without Redis's own overhead",
    "profile_bytes": "MEMORY USAGE of a customer's hash, mean",
    "state_bytes": "of these, the engine's own blobs, `state` and `book`",
    "profiles": "customers with a profile",
    "outbox_entries": "left in the outbox when Redis was asked",
    "rss_mb_at_25": "MB that decide occupied after a quarter of the records",
    "rss_mb_at_50": "after half of them",
    "rss_mb_at_75": "",
    "rss_mb_at_100": "after all",
    "rss_growth_percent": "from half to all; about 0 is flat",
    "events_per_s": "over the whole run; the feeder waits for the engine",
}


class Wanted(Struct, frozen=True):
    """What to measure. days: of data time."""

    kafka: Kafka
    events: int
    customers: int
    days: float


class Sample(Struct, frozen=True):
    """How large decide was after so many records."""

    records: int
    mb: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--events", type=int, default=2_000_000, help="how many")
    options.add_argument("--customers", type=int, default=20_000, help="who they are about")
    options.add_argument("--days", type=float, default=60, help="of data time")
    o = options.parse_args(arguments)
    wanted = Wanted(o.kafka, o.events, o.customers, o.days)
    tell("memory", MEANINGS, lambda: measure(wanted), as_json=o.json)


def measure(wanted: Wanted) -> Figures:
    """One run."""
    with shop(wanted.kafka, OPENING) as local, connect(local.settings) as client:
        before = client.info("memory")
        with ExitStack() as parts:
            child = local.start("decide")
            parts.callback(child.stop)
            parts.callback(local.start("publish").stop)
            wait_for_the_start(local, child)
            began = time.monotonic()
            samples = _feed(local, child, wanted)
            took = time.monotonic() - began
            _wait_for_publish(local)
        left = outbox_entries(local)
        sizes = _sizes(client, before)
        settings = local.settings
    return {
        **sizes,
        "outbox_entries": left,
        **_flatness(samples),
        "events_per_s": round(wanted.events / took),
        **asdict(wanted),
        "policies": policies(),
        "batch": settings.batch,
        "partitions": settings.partitions,
        "cache": settings.cache,
        "fsync": "always",
    }


def _feed(local: Local, child: Child, wanted: Wanted) -> list[Sample]:
    """All events and ticks, never far ahead of the engine; decide's size along the way."""
    sender, checkpoints, samples = local.sender(), Checkpoints(local), list[Sample]()
    partitions = range(local.settings.partitions)
    sent, tick_ms = sum(checkpoints.offsets()), int(OPENING.timestamp() * 1000)
    rate = wanted.events / (wanted.days * DAY)
    told = mix.events(
        seed=SEED, customers=wanted.customers, n=wanted.events, start=OPENING, rate=rate
    )
    while records := list(islice(told, LOOK)):
        for key, body, at_ms in records:
            while tick_ms <= at_ms:
                for partition in partitions:
                    control.tick(sender, partition, tick_ms)
                tick_ms, sent = tick_ms + TICK_MS, sent + len(partitions)
            sender.send(EVENTS, key, body, at_ms=at_ms)
        sent += len(records)
        sender.poll()
        samples += _sampled(checkpoints, child, until=sent - AHEAD)
    sender.settle()
    return samples + _sampled(checkpoints, child, until=sent)


def _sampled(checkpoints: Checkpoints, child: Child, *, until: int) -> list[Sample]:
    """Wait until so many records are committed; the sizes meanwhile, one at least."""
    samples = list[Sample]()
    while True:
        done = sum(checkpoints.offsets())
        samples.append(Sample(done, resident_mb(child.pid)))
        if done >= until:
            return samples
        alive(child)
        time.sleep(0.05)


def _wait_for_publish(local: Local) -> None:
    deadline = time.monotonic() + PATIENCE
    while outbox_entries(local) and time.monotonic() < deadline:
        time.sleep(0.2)


def _flatness(samples: Sequence[Sample]) -> Figures:
    """Sizes at the quarters, and the growth over the second half."""
    end = samples[-1].records
    at = {
        percent: next(s.mb for s in samples if s.records * 100 >= end * percent)
        for percent in (25, 50, 75, 100)
    }
    return {
        **{f"rss_mb_at_{percent}": round(mb, 1) for percent, mb in at.items()},
        "rss_growth_percent": round(100 * (at[100] / at[50] - 1), 2),
    }


def _sizes(client: redis.Redis, before: dict[str, Any]) -> Figures:
    """What Redis says, once it has rewritten its file and forgotten its clients' buffers."""
    while client.info("persistence")["aof_rewrite_in_progress"]:
        time.sleep(0.2)
    time.sleep(1.0)
    after = client.info("memory")
    names = [*client.scan_iter(keys.customer(0, "*").replace("{0}", "{*}"), count=1000)]
    some = names[:: max(1, len(names) // SAMPLE)]
    profile = fmean(cast(int, client.memory_usage(name, samples=0)) for name in some)
    state = fmean(client.hstrlen(name, blob) for name in some for blob in BLOBS) * len(BLOBS)
    used, data = (after[name] - before[name] for name in ("used_memory", "used_memory_dataset"))
    return {
        "redis_bytes_per_customer": round(used / len(names)),
        "dataset_bytes_per_customer": round(data / len(names)),
        "profile_bytes": round(profile),
        "state_bytes": round(state),
        "profiles": len(names),
    }


if __name__ == "__main__":
    main()
