"""A wire between a client and Redis that can lose an answer."""

import contextlib
import selectors
import socket
from threading import Event, Thread
from types import TracebackType
from typing import Self

from flows.loopback import HOST


class Wire:
    """Passes everything on, both ways, until it is told to lose the answer to the next commit.

    lost: set once that has happened; the connection is cut then.
    """

    def __init__(self, port: int) -> None:
        self.lost = Event()
        self._port = port
        self._armed = Event()
        self._ears = socket.create_server((HOST, 0))
        self._threads = [Thread(target=self._accept, daemon=True)]

    @property
    def address(self) -> str:
        """`host:port` for clients."""
        return f"{HOST}:{self._ears.getsockname()[1]}"

    def lose_next_answer(self) -> None:
        """Redis will take the next commit, and its client will not hear of it."""
        self.lost.clear()
        self._armed.set()

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ears.shutdown(socket.SHUT_RDWR)
        self._ears.close()
        for thread in self._threads:
            thread.join(10.0)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed by us
            while True:
                client, _ = self._ears.accept()
                passing = Thread(target=self._pass, args=(client,), daemon=True)
                self._threads.append(passing)
                passing.start()

    def _pass(self, client: socket.socket) -> None:
        with (
            client,
            contextlib.suppress(OSError),  # whoever hangs up first
            socket.create_connection((HOST, self._port)) as server,
            selectors.DefaultSelector() as ready,
        ):
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            self._relay(ready, client)

    def _relay(self, ready: selectors.BaseSelector, client: socket.socket) -> None:
        losing = False
        while True:
            for key, _ in ready.select():
                assert isinstance(key.fileobj, socket.socket)
                data = key.fileobj.recv(1 << 16)
                if losing and key.fileobj is not client:
                    self.lost.set()
                if not data or (losing and key.fileobj is not client):
                    return
                if b"EVALSHA" in data and self._armed.is_set():
                    self._armed.clear()
                    losing = True
                key.data.sendall(data)
