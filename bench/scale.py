"""What an event costs when more decide processes share the partitions, in CPU seconds per million.

The log is full before they start. All of them together fold it once, each its share of the
partitions, on all cores with broker and Redis; so what is measured is computing, not the pace.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from rich.console import Console
from rich.table import Table

from bench.harness import OPENING, Checkpoints, alive, cpu_seconds, preload, shop
from bench.report import parser
from bench.throughput import LOOK
from flows.child import Child
from flows.local import Kafka, Local
from flows.store import connect

PROCESSES: Final = (1, 2, 4, 8)
PARTITIONS: Final = 16
MORE: Final = 64
"""Partitions of one more run, with the largest number of processes."""
RATE: Final = 25_000.0
MEANING: Final = (
    "CPU seconds of all decide processes for a million events, from first to last commit"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--events", type=int, default=150_000, help="records in the log")
    options.add_argument("--customers", type=int, default=5_000, help="who they are about")
    o = options.parse_args(arguments)
    found = measure(o.kafka, events=o.events, customers=o.customers)
    if o.json:
        print(orjson.dumps(found).decode())
    else:
        Console().print(_table(found))


def measure(kafka: Kafka, *, events: int, customers: int) -> Mapping[str, Any]:
    """By the number of processes, and by that of partitions."""
    told: dict[str, Any] = {}
    with shop(kafka, OPENING, partitions=PARTITIONS) as local:
        preload(local, customers=customers, n=events, rate=RATE)
        told["cpu_s_per_million"] = {str(n): _cost(local, n) for n in PROCESSES}
    with shop(kafka, OPENING, partitions=MORE) as local:
        preload(local, customers=customers, n=events, rate=RATE)
        many = _cost(local, PROCESSES[-1])
    few = told["cpu_s_per_million"][str(PROCESSES[-1])]
    told["partitions"] = {str(PARTITIONS): few, str(MORE): many}
    return {**told, "events": events, "customers": customers, "kafka": kafka}


def _cost(local: Local, processes: int) -> float:
    """CPU seconds for a million events with so many processes and an empty Redis."""
    connect(local.settings).flushall()
    checkpoints, end = Checkpoints(local), sum(local.ends().values())
    parts = [
        local.start(
            "decide", "--ordinal", str(n), "--replicas", str(processes),
            log=f"decide-{processes}-{n}", lease_seconds="0",
        )
        for n in range(processes)
    ]  # fmt: skip
    try:
        while not all('"started"' in part.log.read_text() for part in parts):
            _wait(parts)
        before = sum(cpu_seconds(part.pid) for part in parts)
        began = sum(checkpoints.offsets())
        while sum(checkpoints.offsets()) < end:
            _wait(parts)
        spent = sum(cpu_seconds(part.pid) for part in parts) - before
        return round(spent * 1e6 / (end - began), 1)
    finally:
        for part in parts:
            part.kill()


def _wait(parts: Sequence[Child]) -> None:
    time.sleep(LOOK)
    for part in parts:
        alive(part)


def _table(found: Mapping[str, Any]) -> Table:
    table = Table(title="scale", caption=MEANING, caption_justify="left")
    table.add_column("processes")
    table.add_column("CPU s / million", justify="right")
    for processes, cost in found["cpu_s_per_million"].items():
        table.add_row(processes, str(cost))
    return table


if __name__ == "__main__":
    main()
