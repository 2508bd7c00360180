"""How soon an event's effects can be read, at a steady load that waits for nobody.

Two clocks that do not know of each other: the engine's own histogram (fetched → readable), and a
client that looks at the checkpoints all the time and compares with the broker's acknowledgements
(acknowledged → readable). `publish` runs too, as in a shop.
"""

import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Final
from urllib.request import urlopen

from msgspec import Struct
from prometheus_client.parser import text_string_to_metric_families

from bench.harness import (
    Checkpoints,
    alive,
    cpu_seconds,
    policies,
    quantile,
    shop,
    wait_for_the_start,
)
from bench.load import Feeder, Load, Sent, feeding
from bench.report import Figures, parser, tell
from flows.local import Kafka, Local
from flows.loopback import HOST, free_port

LOOK: Final = 0.0003
"""Between two looks at the checkpoints (s). Half of it is counted as latency, on average."""
PATIENCE: Final = 10.0
"""For the last events to become readable (s)."""
HISTOGRAM: Final = "punchcard_engine_seconds"
ALL: Final = float("inf")
"""The bucket that everything falls into."""

MEANINGS: Final = {
    "engine_p50_ms": "ms, fetched → readable in Redis, by decide's own histogram; budget ≤ 3",
    "engine_p99_ms": "budget ≤ 10",
    "p50_ms": "ms, acknowledged → readable, seen from outside; budget on Apache Kafka ≤ 6",
    "p99_ms": "budget on Apache Kafka ≤ 20",
    "ack_p50_ms": "ms, handed to the producer → acknowledged",
    "ack_p99_ms": "",
    "total_p50_ms": "ms, due to be sent → readable; the whole way",
    "total_p99_ms": "",
    "achieved_rate": "events acknowledged per second",
    "lost": "events that were not acknowledged, warm-up included",
    "behind": "events not readable 10 s after the end of the load; above 0, it is too much",
    "looks_per_s": "how often the checkpoints were looked at",
    "cpu_us_per_event": "µs that decide computes for an event at this load",
}


class Seen(Struct):
    """One partition's checkpoints as they were seen: offsets, rising, and the moments (s)."""

    offsets: list[int] = []
    moments: list[float] = []


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--rate", type=float, default=5_000, help="events per second")
    options.add_argument("--seconds", type=float, default=20, help="that are measured")
    options.add_argument("--warm-up", type=float, default=30, help="seconds before that are not")
    options.add_argument("--customers", type=int, default=5_000, help="who the events are about")
    o = options.parse_args(arguments)
    load = Load(o.customers, o.rate, o.warm_up + o.seconds)
    tell("latency", MEANINGS, lambda: measure(o.kafka, load, o.warm_up), as_json=o.json)


def measure(kafka: Kafka, load: Load, warm_up: float) -> Figures:
    """One run. warm_up: how much of the load is not measured (s)."""
    port = free_port()
    with shop(kafka, datetime.now(UTC)) as local, ExitStack() as parts:
        child = local.start("decide", metrics_port=str(port))
        parts.callback(child.stop)
        parts.callback(local.start("publish").stop)
        wait_for_the_start(local, child)
        feeder = parts.enter_context(feeding(local.settings, load))
        checkpoints = Checkpoints(local)
        seen = [Seen([offset], [0.0]) for offset in checkpoints.offsets()]
        since = feeder.began + warm_up
        _look(checkpoints, seen, feeder, until=since)
        before, spent = _buckets(port), cpu_seconds(child.pid)
        looks = _look(checkpoints, seen, feeder, until=feeder.ends)
        after, spent = _buckets(port), cpu_seconds(child.pid) - spent
        while not feeder.finished():
            _look(checkpoints, seen, feeder, until=time.monotonic() + 0.1)
        sent = feeder.sent()
        _look_for_the_last(checkpoints, seen, local)
        alive(child)
        settings = local.settings
    measured = load.seconds - warm_up
    return {
        "engine_p50_ms": round(1e3 * estimate(before, after, 0.50), 3),
        "engine_p99_ms": round(1e3 * estimate(before, after, 0.99), 3),
        **compare(sent, seen, since),
        "looks_per_s": round(looks / measured),
        "cpu_us_per_event": round(spent * 1e6 / (after[ALL] - before[ALL]), 2),
        "rate": load.rate,
        "seconds": measured,
        "warm_up": warm_up,
        "customers": load.customers,
        "policies": policies(),
        "batch": settings.batch,
        "partitions": settings.partitions,
        "fsync": "always",
        "kafka": kafka,
    }


def _look(checkpoints: Checkpoints, seen: Sequence[Seen], feeder: Feeder, *, until: float) -> int:
    """Note every new offset until then, or until all is sent; how often was looked."""
    looks = 0
    while (now := time.monotonic()) < until and not feeder.finished():
        _note(checkpoints, seen)
        looks += 1
        time.sleep(max(0.0, LOOK - (time.monotonic() - now)))
    return looks


def _note(checkpoints: Checkpoints, seen: Sequence[Seen]) -> None:
    offsets = checkpoints.offsets()
    now = time.monotonic()
    for each, offset in zip(seen, offsets, strict=True):
        if offset > each.offsets[-1]:
            each.offsets.append(offset)
            each.moments.append(now)


def _look_for_the_last(checkpoints: Checkpoints, seen: Sequence[Seen], local: Local) -> None:
    ends, deadline = local.ends(), time.monotonic() + PATIENCE
    while any(each.offsets[-1] < ends[p] for p, each in enumerate(seen)):
        if time.monotonic() > deadline:
            return
        _note(checkpoints, seen)
        time.sleep(LOOK)


def compare(sent: Sent, seen: Sequence[Seen], since: float) -> Figures:
    """Latencies of the events due after the warm-up; `since` is its end (monotonic s).

    Raises SystemExit: there is none.
    """
    measured = [event for event in sent.acked if event.due >= since]
    ways: dict[str, list[float]] = {"": [], "ack_": [], "total_": []}
    for event in measured:
        offsets, moments = seen[event.partition].offsets, seen[event.partition].moments
        ways["ack_"].append(event.at - event.left)
        look = bisect_right(offsets, event.offset)
        if look < len(offsets):
            ways[""].append(moments[look] - event.at)
            ways["total_"].append(moments[look] - event.due)
    if not ways[""]:
        raise SystemExit("no event became readable after the warm-up")
    found: dict[str, float | int] = {}
    for name, values in ways.items():
        ordered = sorted(values)
        found[f"{name}p50_ms"] = round(1e3 * quantile(ordered, 0.50), 3)
        found[f"{name}p99_ms"] = round(1e3 * quantile(ordered, 0.99), 3)
    window = measured[-1].at - since
    return {
        **found,
        "achieved_rate": round(len(measured) / window, 1),
        "lost": sent.failed,
        "behind": len(measured) - len(ways[""]),
    }


def _buckets(port: int) -> dict[float, float]:
    """decide's histogram as it stands: upper edge (s) → how many records took no longer."""
    with urlopen(f"http://{HOST}:{port}/metrics") as answer:
        text = answer.read().decode()
    for family in text_string_to_metric_families(text):
        if family.name == HISTOGRAM:
            return {float(s.labels["le"]): s.value for s in family.samples if "le" in s.labels}
    raise SystemExit(f"decide has no metric {HISTOGRAM}")


def estimate(before: Mapping[float, float], after: Mapping[float, float], share: float) -> float:
    """What so large a share of the observations between two scrapes did not exceed (s).

    Observations are taken as spread evenly inside a bucket, as Prometheus does.

    >>> estimate({0.1: 5.0, 0.2: 5.0}, {0.1: 5.0, 0.2: 15.0}, 0.5)
    0.15000000000000002
    """
    edges = sorted(after)
    counts = [after[edge] - before[edge] for edge in edges]
    wanted, low, below = share * counts[-1], 0.0, 0.0
    for edge, count in zip(edges, counts, strict=True):
        if count >= wanted and count > below:
            return low + (edge - low) * (wanted - below) / (count - below)
        low, below = edge, count
    return low


if __name__ == "__main__":
    main()
