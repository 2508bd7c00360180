"""How a benchmark tells what it measured: one line of JSON for machines, a table for people."""

import argparse
import os
from collections.abc import Callable, Mapping

import orjson
from rich.console import Console
from rich.table import Table

from engine.errors import PunchcardError

Figures = Mapping[str, float | int | str | bool]


def parser(about: str | None) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    options = argparse.ArgumentParser(
        description=about, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    options.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options.add_argument(
        "--kafka", choices=["embedded", "apache"], default="embedded", help="which broker"
    )
    return options


def tell(
    title: str, meanings: Mapping[str, str], measured: Callable[[], Figures], *, as_json: bool
) -> None:
    """Measure, then print. meanings: a figure's unit and meaning; what has none is a condition.

    `load_before` is how many processes wanted a core before the start, by Linux's count over the
    last minute: well above 0, the machine was not ours alone, and the figures say little.

    Raises SystemExit: a part did not start, or ended.
    """
    load = os.getloadavg()[0]
    try:
        figures = {**measured(), "cores": os.cpu_count() or 1, "load_before": round(load, 2)}
    except PunchcardError as error:
        raise SystemExit(str(error)) from error
    if as_json:
        print(orjson.dumps(figures).decode())
    else:
        Console().print(_table(title, meanings, figures))


def _table(title: str, meanings: Mapping[str, str], figures: Figures) -> Table:
    table = Table(title=title, caption=_conditions(meanings, figures), caption_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("meaning")
    for name, meaning in meanings.items():
        table.add_row(name, _shown(figures[name]), meaning)
    return table


def _conditions(meanings: Mapping[str, str], figures: Figures) -> str:
    """What was not measured but given."""
    given = {name: value for name, value in figures.items() if name not in meanings}
    return ", ".join(f"{name} {_shown(value)}" for name, value in given.items())


def _shown(value: float | int | str | bool) -> str:
    """With thousands apart, and no more digits than can be trusted.

    >>> _shown(25001.3), _shown(0.1234), _shown(True), _shown("always")
    ('25,001', '0.12', 'yes', 'always')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else value
