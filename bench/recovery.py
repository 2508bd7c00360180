"""How long nobody decides after a kill -9: from the kill to the next commit, beside many customers.

Redis holds as many customers as asked for, each with a state that was lived in the bench's shop.
The process is started again at once, as a supervisor would; records are waiting for it.
"""

import time
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Final

from bench.harness import OPENING, Checkpoints, alive, preload, resident_mb, shop
from bench.report import Figures, parser, tell
from flows import keys
from flows.child import Child
from flows.local import Kafka, Local
from flows.store import connect

RATE: Final = 1_000.0
LOOK: Final = 0.002
"""Between two looks at the checkpoints (s)."""
AT_ONCE: Final = 1_000
LIVED: Final = 2_000
"""Customers who have lived; all others are copies."""

MEANINGS: Final = {
    "seconds": "from kill -9 to the next commit, started again at once; budget ≤ 2",
    "redis_mb": "what Redis occupies",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--customers", type=int, default=1_000_000, help="in Redis")
    options.add_argument("--runs", type=int, default=5, help="kills; the median is told")
    o = options.parse_args(arguments)
    measured = partial(measure, o.kafka, customers=o.customers, runs=o.runs)
    tell("recovery", MEANINGS, measured, as_json=o.json)


def measure(kafka: Kafka, *, customers: int, runs: int) -> Figures:
    """The median of so many kills."""
    with shop(kafka, OPENING) as local:
        preload(local, customers=LIVED, n=10 * LIVED, rate=RATE)
        child = local.start("decide")
        _until(local, child, sum(local.ends().values()))
        _fill(local, customers)
        waits = []
        for _ in range(runs):
            preload(local, customers=LIVED, n=4_000, rate=RATE)
            checkpoints = Checkpoints(local)
            before, killed = sum(checkpoints.offsets()), time.monotonic()
            child.kill()
            child = local.start("decide")
            while sum(checkpoints.offsets()) == before:
                time.sleep(LOOK)
                alive(child)
            waits.append(time.monotonic() - killed)
            _until(local, child, sum(local.ends().values()))
        redis = resident_mb(local.redis.pid)
    return {
        "seconds": round(median(waits), 2),
        "redis_mb": round(redis),
        "slowest": round(max(waits), 2),
        "customers": customers,
        "runs": runs,
        "kafka": kafka,
    }


def _until(local: Local, child: Child, end: int) -> None:
    checkpoints = Checkpoints(local)
    while sum(checkpoints.offsets()) < end:
        time.sleep(LOOK)
        alive(child)


def _fill(local: Local, customers: int) -> None:
    """Copies of those who have lived, under other names, without the disk."""
    client = connect(local.settings)
    client.config_set("appendonly", "no")
    lead = keys.customer(0, "")
    models = [
        client.hgetall(key)
        for key in client.scan_iter(match=lead.replace("{", "\\{") + "*", count=AT_ONCE)
    ]
    for first in range(0, customers, AT_ONCE):
        with client.pipeline(transaction=False) as pipeline:
            for n in range(first, min(first + AT_ONCE, customers)):
                pipeline.hset(f"{lead}copy{n}", mapping=models[n % len(models)])  # type: ignore[arg-type]
            pipeline.execute()
    client.config_set("appendonly", "yes")
    while int(client.info("persistence")["aof_rewrite_in_progress"]):
        time.sleep(0.1)


if __name__ == "__main__":
    main()
