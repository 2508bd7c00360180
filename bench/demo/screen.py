"""Where the demo is seen: a live screen on a terminal, lines elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.console import Console
from rich.live import Live

from bench.demo.lines import lines
from bench.demo.scene import Scene
from bench.demo.view import LEAST, draw

LINE_EVERY: Final = 2.0
"""Seconds between two lines."""


class Screen(Protocol):
    """Takes scenes as often as they come."""

    def show(self, scene: Scene) -> None:
        """Show this now, or not, as suits the screen."""


class LiveScreen:
    """The whole terminal, drawn anew with every scene."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, scene: Scene) -> None:
        """Draw it."""
        size = self._live.console.size
        self._live.update(draw(scene, size.width, size.height), refresh=True)


class LineScreen:
    """A line every two seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = 0.0

    def show(self, scene: Scene) -> None:
        """Print it if it is time."""
        if time.monotonic() - self._last >= LINE_EVERY:
            self._last = time.monotonic()
            for line in lines(scene):
                self._console.print(line, soft_wrap=True)


@contextmanager
def opened(console: Console, *, plain: bool) -> Iterator[Screen]:
    """The screen that this console can have."""
    size = console.size
    if plain or not console.is_terminal or (size.width, size.height) < LEAST:
        yield LineScreen(console)
        return
    with Live(console=console, screen=True, auto_refresh=False) as live:
        yield LiveScreen(live)
