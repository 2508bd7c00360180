"""The Puffy files as rows, with the columns as they were called on the day."""

import csv
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.datasets.places import SETTING
from bench.datasets.report import Met
from engine.errors import SettingsError


class Row(NamedTuple):
    """One line of a day's file, without the user agent. Empty text: the shop said nothing."""

    id: str  # of the day and the line
    client: str
    page: str
    referrer: str
    at: str
    name: str
    data: str


def rows(folder: Path, met: Met) -> Iterator[Row]:
    """Every row of every day, in order. Raises SettingsError where there is no day."""
    days = sorted(folder.glob("events_*.csv.xz"))
    if not days:
        raise SettingsError(SETTING, f"no events_*.csv.xz in {folder}", "restore the files")
    for day in days:
        yield from _day(day, met)


def _day(path: Path, met: Met) -> Iterator[Row]:
    day = path.name.removeprefix("events_").removesuffix(".csv.xz")
    with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines, restval="")
        columns = table.fieldnames or ()
        met.odd["file with clientId for client_id"] += "clientId" in columns
        met.odd["file without referrer"] += "referrer" not in columns
        seen: set[tuple[str, ...]] = set()
        for number, cells in enumerate(table, start=1):
            content = tuple(cells.values())
            met.odd["exact repeat of a row"] += content in seen
            seen.add(content)
            yield _row(f"puffy-{day}-{number}", cells)


def _row(name: str, cells: dict[str, str]) -> Row:
    return Row(
        id=name,
        client=cells.get("client_id", "") or cells.get("clientId", ""),
        page=cells.get("page_url", ""),
        referrer=cells.get("referrer", ""),
        at=cells.get("timestamp", ""),
        name=cells.get("event_name", ""),
        data=cells.get("event_data", ""),
    )
