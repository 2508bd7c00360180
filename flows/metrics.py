"""Every metric: a line each, with unit and meaning.

Seconds and counts; no customer ever becomes a label.
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from flows.settings import Settings

LATENCIES: Final = tuple(round(0.0002 * 1.25**n, 6) for n in range(48))
"""Bucket edges from 0.2 ms to about 7 s, each a quarter wider than the last (s)."""


class Weighted(Collector):
    """A histogram whose observations stand for many records at once.

    One call a batch, not one a record.
    """

    def __init__(self, name: str, meaning: str) -> None:
        """Count by `LATENCIES`."""
        self.name, self.meaning = name, meaning
        self.counts = [0] * (len(LATENCIES) + 1)
        self.total = 0.0
        REGISTRY.register(self)

    def observe(self, value: float, weight: int) -> None:
        """So many records, all with this value."""
        self.counts[bisect_left(LATENCIES, value)] += weight
        self.total += value * weight

    def collect(self) -> Iterable[Metric]:
        """Cumulative buckets, as Prometheus wants them."""
        running, buckets = 0, []
        for edge, count in zip((*map(str, LATENCIES), "+Inf"), self.counts, strict=True):
            running += count
            buckets.append((edge, running))
        family = HistogramMetricFamily(self.name, self.meaning)
        family.add_metric([], buckets, self.total)
        yield family


# decide
RECORDS = Counter("punchcard_records_total", "records folded, by what they were", ["kind"])
DECIDED = Counter("punchcard_decisions_total", "decisions committed, by name", ["name"])
NOTED = Counter("punchcard_notes_total", "repeats, late events and other things noted", ["note"])
REFUSED = Counter("punchcard_refused_total", "records sent to dead-letters, by reason", ["reason"])
COMMITS = Counter("punchcard_commits_total", "commits, by answer (ok, already)", ["answer"])
FENCED = Counter("punchcard_fenced_total", "commits refused because the checkpoint was not ours")
COMMIT_SECONDS = Histogram(
    "punchcard_commit_seconds", "round trip of a commit to Redis (s)", buckets=LATENCIES
)
ENGINE_SECONDS = Weighted("punchcard_engine_seconds", "record fetched to readable in Redis (s)")
LAG = Gauge(
    "punchcard_lag_records", "records between a partition's checkpoint and its end", ["partition"]
)
LOG_TIME = Gauge("punchcard_log_time_seconds", "log time of a partition (Unix s)", ["partition"])
LAST_COMMIT = Gauge("punchcard_last_commit_seconds", "when the last commit was taken (Unix s)")
CACHED = Gauge("punchcard_cached_customers", "customers kept in memory")

# publish
PUBLISHED = Counter(
    "punchcard_published_total", "messages acknowledged by the broker, by topic", ["topic"]
)
OUTBOX = Gauge("punchcard_outbox_entries", "entries waiting in a partition's outbox", ["partition"])

# clock
TICKS = Counter("punchcard_ticks_total", "ticks acknowledged by the broker")

# learn
LEARNT = Counter("punchcard_labels_total", "labels learnt, by model", ["model"])
QUALITY = Gauge(
    "punchcard_model_quality", "progressive validation, by model and measure", ["model", "measure"]
)
VERSIONS = Counter("punchcard_model_versions_total", "model versions published", ["model"])


def serve(settings: Settings) -> None:
    """Answer on /metrics, if a port is set."""
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.metrics_host)
