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
from flows.settings import PREFIX

METRICS_PORT = PREFIX + "METRICS_PORT"
PATIENCE = 20.0
"""Seconds that a part may take to stop cleanly."""
PAUSE = 0.5
"""Seconds before a part that died is started again."""


class Running(Struct):
    """A part and its process."""

    command: Sequence[str]
    environment: Mapping[str, str]
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
        environment = self._with_own_port(len(self.running))
        self.running[name] = Running(command, environment, self._child(name, command, environment))

    def look(self) -> None:
        """Start again whatever has died.

        Its state is in the log and in Redis; it needs nothing else.
        """
        for name, part in self.running.items():
            if part.child.status is not None and part.child.status != OK:
                time.sleep(PAUSE)
                part.child = self._child(name, part.command, part.environment)
                part.restarts += 1

    def stop(self) -> None:
        """Ask all to stop, then wait for them, the youngest first."""
        for part in reversed(self.running.values()):
            part.child.stop(PATIENCE)

    def _with_own_port(self, number: int) -> Mapping[str, str]:
        """One port cannot serve two parts: each further part has the next one for its metrics."""
        first = int(self.environment.get(METRICS_PORT, "0"))
        if not first:
            return self.environment
        return {**self.environment, METRICS_PORT: str(first + number)}

    def _child(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        return Child(command, self.logs / f"{name}.log", env=environment)


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
