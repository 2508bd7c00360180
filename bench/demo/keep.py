"""Leaving everything running, and saying where it is."""

import time

from rich.console import Console

from bench.demo.pace import start_clock
from bench.demo.parts import Parts
from flows.local import Local
from flows.settings import PREFIX


def keep(console: Console, local: Local, parts: Parts, at: float) -> None:
    """Until Ctrl-C. at: where the clock goes on, now at its natural speed (Unix s)."""
    start_clock(parts, at, 1.0)
    for line in lines(local, parts):
        console.print(line, soft_wrap=True)
    try:
        while True:
            time.sleep(1.0)
            for news in parts.look():
                console.print(news, style="red", soft_wrap=True)
    except KeyboardInterrupt:
        console.print("stopping")


def lines(local: Local, parts: Parts) -> list[str]:
    """Where everything is, and what to do with it."""
    ours = {name: value for name, value in local.environment.items() if name.startswith(PREFIX)}
    return [
        "",
        "Everything is still running; Ctrl-C stops it. In another terminal:",
        "",
        *(f"  export {name}={value}" for name, value in sorted(ours.items())),
        "  punchcard show c0",
        "",
        *(f"  {name:<8} http://127.0.0.1:{port}/metrics" for name, port in parts.ports.items()),
    ]
