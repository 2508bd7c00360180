"""The parts as processes: each with its page of metrics, started again when it dies."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

from msgspec import Struct

from bench.demo.scrape import fetch
from engine.errors import SettingsError
from flows.child import Child
from flows.console import printable
from flows.local import Local
from flows.loopback import free_port

TRIES: Final = 5
"""How often one part is started again; after that something is wrong that a start does not mend."""
PORT: Final = "metrics_port"
PATIENCE: Final = 15.0
"""Seconds that a part may take to stop cleanly."""


class Part(Struct):
    """A part and its process. words: what `punchcard run` is told. more: settings of its own."""

    name: str
    words: Sequence[str]
    more: Mapping[str, str]
    child: Child

    @property
    def port(self) -> int:
        """Where its metrics are."""
        return int(self.more[PORT])


class Parts:
    """All parts of one demo; leaving the `with` block stops them.

    Only the main thread may start them. restarts: by name, of those that had died.
    """

    def __init__(self, local: Local) -> None:
        self._local = local
        self._parts: dict[str, Part] = {}
        self.restarts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, name: str, *options: str, **more: str) -> None:
        """Start `punchcard run NAME OPTIONS`. more: settings of this part alone."""
        words, own = (name, *options), {PORT: str(free_port()), **more}
        self._parts[name] = Part(name, words, own, self._started(words, own))

    def look(self) -> list[str]:
        """Start again whatever has died; what there is to report, in words.

        Raises SettingsError: a part dies again and again.
        """
        return [self._again(part) for part in self._parts.values() if part.child.status is not None]

    def stop(self, *names: str) -> None:
        """Stop these, or all, the youngest first."""
        for name in names or tuple(reversed(self._parts)):
            part = self._parts.pop(name, None)
            if part is not None:
                part.child.stop(PATIENCE)

    @property
    def ports(self) -> dict[str, int]:
        """Where each part's metrics are."""
        return {name: part.port for name, part in self._parts.items()}

    def answering(self) -> bool:
        """Whether every part has come so far that it shows its metrics.

        Raises SettingsError: a part has ended instead.
        """
        for part in self._parts.values():
            if part.child.status is not None:
                raise SettingsError(part.name, f"ended at start: {part.child.last_words()}")
        return all(fetch(part.port) is not None for part in self._parts.values())

    def _again(self, part: Part) -> str:
        news = f"{part.name} {_end(part.child)}"
        if self.restarts[part.name] >= TRIES:
            raise SettingsError(part.name, f"died {TRIES + 1} times: {news}")
        self.restarts[part.name] += 1
        part.child = self._started(part.words, part.more)
        return f"{news}; it was started again"

    def _started(self, words: Sequence[str], more: Mapping[str, str]) -> Child:
        return self._local.start(*words, **more)


def _end(child: Child) -> str:
    """How a process ended: by a signal, or with a status and what it said last."""
    status = child.status or 0
    if status < 0:
        return f"was ended by signal {-status}"
    return f"ended with status {status}: {printable(child.last_words(1), most=200)}"
