"""What the parts say of themselves: /metrics of each, read by a thread of its own."""

import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from prometheus_client.parser import text_string_to_metric_families

EVERY: Final = 0.6
"""Seconds between two rounds."""
PATIENCE: Final = 1.0
"""Seconds that a part has to answer."""

Labels = frozenset[tuple[str, str]]
Samples = Mapping[tuple[str, Labels], float]
"""Name and labels of a sample → its value."""


class Scraper:
    """Reads all parts again and again. A part that does not answer keeps what it said last.

    ports: where each part listens, by its name; on loopback. It reads inside a `with` block.
    """

    def __init__(self, ports: Mapping[str, int]) -> None:
        self._ports = dict(ports)
        self._said: dict[str, Samples] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read_on, name="scrape", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(len(self._ports) * PATIENCE)

    def value(self, part: str, name: str, **labels: str) -> float:
        """One sample; 0 if the part has not told it."""
        return self._said.get(part, {}).get((name, frozenset(labels.items())), 0.0)

    def sum(self, part: str, name: str, *, without: tuple[str, ...] = ()) -> float:
        """All samples of a name, but those that have one of these words as a label's value."""
        return sum(
            value
            for (sample, labels), value in self._said.get(part, {}).items()
            if sample == name and not any(word in without for _, word in labels)
        )

    def quantile(self, part: str, name: str, share: float) -> float:
        """The edge under which this share of a histogram's observations lies; 0: none yet."""
        buckets = sorted(
            (float(dict(labels)["le"]), value)
            for (sample, labels), value in self._said.get(part, {}).items()
            if sample == f"{name}_bucket"
        )
        wanted = share * buckets[-1][1] if buckets else 0.0
        return next((edge for edge, count in buckets if 0.0 < wanted <= count), 0.0)

    def read(self) -> None:
        """One round, now."""
        for part, port in self._ports.items():
            text = fetch(port)
            if text is not None:
                self._said[part] = samples(text)

    def _read_on(self) -> None:
        while not self._stop.wait(EVERY):
            self.read()


def fetch(port: int) -> str | None:
    """What a part tells; None where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as page:
            return str(page.read().decode())
    except (urllib.error.URLError, OSError):
        return None


def samples(text: str) -> Samples:
    """A page of Prometheus text as values.

    >>> samples('lag{partition="0"} 3.5')[("lag", frozenset({("partition", "0")}))]
    3.5
    """
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
