"""`python -m tests.chaos --duration 60 --seed 1`: prints what was injected, and what came of it."""

import argparse
import sys
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.chaos.storm import Outcome, run

FEWEST: Final = 100
"""Faults in a minute: fewer prove little."""


def main() -> int:
    """0: nothing was lost, invented, changed or wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--duration", type=float, default=60.0, help="of the faults (s)")
    options.add_argument("--seed", type=int, default=1, help="of all chances")
    options.add_argument("--kafka", choices=["embedded", "apache"], default="embedded")
    o = options.parse_args()
    console = Console()
    with console.status("starting") as status:
        outcome = run(o.duration, o.seed, o.kafka, status.update)
    _show(console, outcome)
    return 0 if outcome.clean else 1


def _show(console: Console, outcome: Outcome) -> None:
    table = Table(title="chaos", title_justify="left")
    table.add_column("what")
    table.add_column("how many", justify="right")
    for name, count in outcome.faults.most_common():
        table.add_row(name.replace("_", " "), str(count))
    table.add_section()
    table.add_row("faults injected", str(outcome.faults.total()))
    table.add_row("events", f"{outcome.events:,}")
    table.add_row("members", f"{outcome.members:,}")
    table.add_row("parts started again", str(outcome.restarts))
    table.add_section()
    table.add_row("balances wrong", str(len(outcome.wrong)))
    table.add_row("decisions lost", str(outcome.lost))
    table.add_row("decisions invented", str(outcome.invented))
    table.add_row("decisions changed", str(outcome.changed))
    console.print(table)
    for line in outcome.wrong[:10]:
        console.print(line[:400], markup=False)


if __name__ == "__main__":
    sys.exit(main())
