"""`python -m bench.demo`: the whole engine on a simulated coffee roastery, in about a minute."""

import argparse
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from bench.demo.plan import Plan
from bench.demo.run import run
from engine.errors import PunchcardError
from flows.console import console

STOPPED = 130
"""The exit code after Ctrl-C."""
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends the demo before its time: Ctrl-C, a service manager, a closed terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit code: 0 if all was counted and no difference found."""
    plan = asked(arguments)
    screen = console()
    for number in STOPS:
        signal.signal(number, _interrupt)
    try:
        return run(plan, screen)
    except KeyboardInterrupt:
        screen.print("stopped", style="dim")
        return STOPPED
    except PunchcardError as error:
        screen.print(f"demo: {error}", style="bold red", soft_wrap=True)
        return 1


def asked(arguments: Sequence[str] | None = None) -> Plan:
    """What the command line asks for."""
    usual = Plan()
    parser = argparse.ArgumentParser(prog="python -m bench.demo", description=__doc__)
    parser.add_argument("--seed", type=int, default=usual.seed, help="another town (%(default)s)")
    parser.add_argument(
        "--customers", type=int, default=usual.customers, help="who lives there (%(default)s)"
    )
    parser.add_argument("--days", type=int, default=usual.days, help="of their time (%(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=usual.seconds, help="in which they go by (%(default)s)"
    )
    parser.add_argument("--plain", action="store_true", help="lines instead of the live view")
    parser.add_argument("--keep", action="store_true", help="leave all running until Ctrl-C")
    given = parser.parse_args(arguments)
    if min(given.customers, given.days, given.seconds) < 1:
        parser.error("--customers, --days and --seconds are at least 1")
    return Plan(**vars(given))


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Once. From then on everything is stopped in order, which a second Ctrl-C must not disturb."""
    for each in STOPS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
