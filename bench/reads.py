"""How fast a shop's page gets a customer's profile while the engine writes.

One client process, one read after the other, random customers, at moments that are drawn and not
answered for (Poisson). A read that had to wait for the one before counts from its own moment.
"""

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict

from bench.harness import SEED, alive, policies, quantile, shop, wait_for_the_start
from bench.load import Feeder, Load, feeding
from bench.report import Figures, parser, tell
from flows.local import Kafka
from flows.profiles import Profiles
from flows.store import connect

SLOWEST: Final = 1_000
"""Back-to-back reads per second for which the load lasts at least; slower ones are cut off."""

MEANINGS: Final = {
    "p50_ms": "ms for a profile, one round trip, decoded",
    "p99_ms": "budget ≤ 1",
    "p999_ms": "",
    "reads_per_s": "reads per second",
    "cold": "reads that found nobody: customers without an event so far",
    "achieved_rate": "events per second that the engine took meanwhile",
    "lost": "events that were not acknowledged",
}


class Wanted(Struct, frozen=True):
    """What to measure. reads_rate: reads per second, 0: back to back; warm_up in s."""

    kafka: Kafka
    reads: int
    reads_rate: float
    rate: float
    warm_up: float
    customers: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = parser(__doc__)
    options.add_argument("--reads", type=int, default=20_000, help="profiles to be read")
    options.add_argument(
        "--reads-rate", type=float, default=1_000, help="reads per second; 0: back to back"
    )
    options.add_argument("--rate", type=float, default=5_000, help="events per second")
    options.add_argument("--warm-up", type=float, default=5, help="seconds before the first read")
    options.add_argument("--customers", type=int, default=5_000, help="who the events are about")
    o = options.parse_args(arguments)
    wanted = Wanted(o.kafka, o.reads, o.reads_rate, o.rate, o.warm_up, o.customers)
    tell("reads", MEANINGS, lambda: measure(wanted), as_json=o.json)


def measure(wanted: Wanted) -> Figures:
    """One run; the load goes on for as long as there are reads."""
    seconds = wanted.warm_up + wanted.reads / (wanted.reads_rate or SLOWEST) + 1.0
    load = Load(wanted.customers, wanted.rate, seconds)
    with shop(wanted.kafka, datetime.now(UTC)) as local, ExitStack() as parts:
        child = local.start("decide")
        parts.callback(child.stop)
        parts.callback(local.start("publish").stop)
        wait_for_the_start(local, child)
        feeder = parts.enter_context(feeding(local.settings, load))
        settings = local.settings
        profiles = Profiles(connect(settings), settings.partitions)
        profiles.check()
        time.sleep(feeder.began + wanted.warm_up - time.monotonic())
        before, since = sum(local.positions().values()), time.monotonic()
        took, cold = _read(profiles, feeder, wanted)
        lasted = time.monotonic() - since
        folded = sum(local.positions().values()) - before
        failed = feeder.sent().failed
        alive(child)
    ordered = sorted(took)
    return {
        "p50_ms": round(1e3 * quantile(ordered, 0.50), 3),
        "p99_ms": round(1e3 * quantile(ordered, 0.99), 3),
        "p999_ms": round(1e3 * quantile(ordered, 0.999), 3),
        "reads_per_s": round(len(took) / lasted, 1),
        "cold": cold,
        "achieved_rate": round(folded / lasted, 1),
        "lost": failed,
        **asdict(wanted),
        "reads": len(took),
        "policies": policies(),
        "partitions": settings.partitions,
        "fsync": "always",
    }


def _read(profiles: Profiles, feeder: Feeder, wanted: Wanted) -> tuple[list[float], int]:
    """What each read took (s), and how many found nobody. Ends early where the load does."""
    dice, took, cold = random.Random(SEED), [], 0
    moment, pace = time.monotonic(), wanted.reads_rate
    for _ in range(wanted.reads):
        who = f"c{dice.randrange(wanted.customers)}"
        moment += dice.expovariate(pace) if pace else 0.0
        began = _awaited(moment) if pace else time.monotonic()
        cold += profiles.get(who).cold
        took.append(time.monotonic() - began)
        if began > feeder.ends:
            break
    return took, cold


def _awaited(moment: float) -> float:
    """When a read that is due then begins: a late waking is forgiven, a late read before is not."""
    wait = moment - time.monotonic()
    if wait <= 0:
        return moment
    time.sleep(wait)
    return time.monotonic()


if __name__ == "__main__":
    main()
