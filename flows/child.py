"""Processes that we start ourselves, and end ourselves."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")


class Child:
    """One process of ours, started by making this object. It ends with us, even if we are killed.

    It has a session of its own, so that Ctrl-C reaches us alone and we end our children in order.

    command: program (a path, or a name on the PATH) and its arguments.
    log: file that stdout and stderr are appended to.
    env: the whole environment; None: ours.

    Trap: Linux ends such a child with the *thread* that started it, so only the main thread may.
    """

    def __init__(
        self, command: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None
    ) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("a child ends with the thread that starts it: use the main thread")
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=env,
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Exit status; minus the signal's number if one ended it; None while it runs."""
        return self._process.poll()

    def wait(self, patience: float) -> int | None:
        """Wait for its end, at most `patience` seconds; then as `status`."""
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, patience: float = 10.0) -> int:
        """SIGTERM, and SIGKILL if it has not ended after `patience` seconds; the exit status."""
        self._process.terminate()
        status = self.wait(patience)
        return self.kill() if status is None else status

    def kill(self) -> int:
        """SIGKILL, as a crash would; the exit status."""
        self._process.kill()
        return self._process.wait()

    def last_words(self, lines: int = 3) -> str:
        """The end of its log on one line, for an error message."""
        said = self.log.read_text(errors="replace").split("\n")
        return " | ".join([line.strip() for line in said if line.strip()][-lines:])
