"""Real event logs as Segment JSON lines, which `punchcard replay` takes.

`starbucks`  30 days of offers and purchases of 17,000 members (bench/datasets/starbucks.py)
`puffy`      14 days of a real shop's clicks, with all its defects (bench/datasets/puffy.py)

The files are not ours to ship: bench/datasets/places.py says where they are looked for.
On the command line: `python -m bench.datasets puffy --out puffy.jsonl.gz`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench.datasets import puffy, starbucks
from bench.datasets.places import folder
from bench.datasets.report import Met
from bench.datasets.segment import Json, name

__all__ = ["DATASETS", "Json", "Met", "convert"]

DATASETS: Final[dict[str, Callable[[Path, Met], Iterator[Json]]]] = {
    "starbucks": starbucks.events,
    "puffy": puffy.events,
}


def convert(dataset: str, met: Met, *, root: Path | None = None) -> Iterator[Json]:
    """A data set's events in time order, one at a time; the same files always give the same events.

    met: filled while the events are drawn, complete at the end.
    root: the folder with `starbucks/` and `puffy/`; without it, see `places.root`.
    Raises SettingsError at once where the files are absent.
    """
    return _counted(DATASETS[dataset](folder(dataset, root), met), met)


def _counted(lines: Iterator[Json], met: Met) -> Iterator[Json]:
    for line in lines:
        met.sent[name(line)] += 1
        yield line
