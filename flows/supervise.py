"""All parts as child processes.

Started, restarted when they ask for it or die, and stopped together.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from flows.child import Child
from flows.process import OK, Stop

PATIENCE = 20.0
"""Seconds that a part may take to stop cleanly."""
PAUSE = 0.5
"""Seconds before a part that died is started again."""


class Running(Struct):
    """A part and its process."""

    command: Sequence[str]
    child: Child
    restarts: int = 0


class Parts:
    """Some parts of Punchcard as processes of ours."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        """environment: of every part; logs: the directory for what they write to standard error."""
        self.environment = environment
        self.logs = logs
        self.running: dict[str, Running] = {}

    def start(self, name: str, *words: str) -> None:
        """Start `punchcard run WORDS` under a name."""
        command = [sys.executable, "-m", "flows.cli", "run", *words]
        self.running[name] = Running(command, self._child(name, command))

    def look(self) -> None:
        """Start again whatever has died.

        Its state is in the log and in Redis; it needs nothing else.
        """
        for name, part in self.running.items():
            if part.child.status is not None and part.child.status != OK:
                time.sleep(PAUSE)
                part.child = self._child(name, part.command)
                part.restarts += 1

    def stop(self) -> None:
        """Ask all to stop, then wait for them, the youngest first."""
        for part in reversed(self.running.values()):
            part.child.stop(PATIENCE)

    def _child(self, name: str, command: Sequence[str]) -> Child:
        return Child(command, self.logs / f"{name}.log", env=dict(self.environment))


def supervise(environment: Mapping[str, str], logs: Path, names: Sequence[str], stop: Stop) -> int:
    """Run the parts until stopped; the exit code."""
    parts = Parts(environment, logs)
    try:
        for name in names:
            parts.start(name, name)
        while not stop.wait(PAUSE):
            parts.look()
    finally:
        parts.stop()
    return OK
