"""A data set as JSON lines, and on stderr a table of what was met."""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import orjson

from bench.datasets import DATASETS, Json, Met, convert
from bench.datasets.files import writing
from engine.errors import SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Write one data set. Exit status 2 where its files are absent."""
    parser = argparse.ArgumentParser(prog="python -m bench.datasets", description=__doc__)
    parser.add_argument("dataset", choices=sorted(DATASETS))
    parser.add_argument(
        "--out", type=Path, help="a file; .gz, .xz, .zst compress (default: stdout)"
    )
    wanted = parser.parse_args(arguments)
    met = Met()
    try:
        lines = convert(wanted.dataset, met)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    if wanted.out is None:
        _write(lines, sys.stdout.buffer)
    else:
        with writing(wanted.out) as out:
            _write(lines, out)
    print(*met.lines(), sep="\n", file=sys.stderr)
    return 0


def _write(lines: Iterator[Json], out: BinaryIO) -> None:
    for line in lines:
        out.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `| head` ends it without a traceback
    sys.exit(main())
