"""What the brokers and the Redis that we start ourselves have in common."""

import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from engine.errors import SettingsError
from flows.child import Child
from flows.loopback import HOST, free_port, refuse_taken_port


class Server(ABC):
    """A part of the stack as a child process on loopback; `start` returns when it answers.

    Use it as a context manager: leaving stops the process and removes a temporary directory.

    port: None: a free one, kept over restarts.
    directory: where it keeps its data and its log (`<name>.log`); None: a temporary one.
    """

    name: ClassVar[str]
    patience: ClassVar[float] = 30.0  # s, until it must answer

    def __init__(self, *, port: int | None = None, directory: Path | None = None) -> None:
        self.port = free_port() if port is None else port
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        if directory is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="punchcard-")
            directory = Path(self._temporary.name)
        self.directory = directory
        self._child: Child | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """Program and arguments. Raises SettingsError if the program is missing."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it serves requests, and it is ours and not another that has the port."""

    @property
    def address(self) -> str:
        """`host:port` for clients."""
        return f"{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What it printed."""
        return self.directory / f"{self.name}.log"

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._child is not None and self._child.status is None

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        if self._child is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._child.pid

    def make_directory(self) -> None:
        """Make its directory if it is not there. Raises SettingsError if that cannot be."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"cannot use the directory {self.directory}: {error.strerror}"
            raise SettingsError(self.name, problem, "choose one that you can write to") from error

    def start(self) -> None:
        """Start, and wait for the first answer.

        Raises SettingsError: no program, no directory, a taken port, an end or silence at start.
        """
        command = self.command()
        refuse_taken_port(self.name, self.port)
        self.make_directory()
        self._child = Child(command, self.log)
        try:
            self._wait_for_answer(self._child)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End it as an operator would. The data stay."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def kill(self) -> None:
        """End it as a crash would (SIGKILL). The data stay as they are."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def restart(self) -> None:
        """Stop and start on the same port and directory."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._remove_temporary()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._remove_temporary()

    def _wait_for_answer(self, child: Child) -> None:
        deadline = time.monotonic() + self.patience
        while not self.answers():
            if child.status is not None:
                problem = f"ended at start with status {child.status}: {child.last_words()}"
                raise SettingsError(self.name, problem, self._where_to_look())
            if time.monotonic() > deadline:
                problem = f"no answer on {self.address} within {self.patience:.0f} s"
                raise SettingsError(self.name, problem, self._where_to_look())
            time.sleep(0.02)

    def _where_to_look(self) -> str:
        return "give it a directory to keep its log" if self._temporary else f"see {self.log}"

    def _remove_temporary(self) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()
