"""Ports of the loopback interface, for the servers that we start ourselves."""

import contextlib
import secrets
import socket

from engine.errors import SettingsError

HOST = "127.0.0.1"


def free_port(besides: int = 0) -> int:
    """A port on which nobody listens. besides: one that is about to be used, and will not do.

    Below the ports that kernels give to outgoing connections (from 32768 on Linux). There, a
    client that keeps trying a dead server would sooner or later be given the server's own port,
    connect to itself, and hold it against the restart.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with contextlib.suppress(OSError):
            _bind_once(port)
            if port != besides:
                return port


def refuse_taken_port(name: str, port: int) -> None:
    """Raise SettingsError if the server `name` could not listen on `port`."""
    try:
        _bind_once(port)
    except OSError as error:
        problem = f"cannot listen on {HOST}:{port}: {error.strerror}"
        mend = "stop what listens there, or choose another port"
        raise SettingsError(name, problem, mend) from error


def accepts(port: int) -> bool:
    """Whether anybody accepts connections on this port."""
    try:
        socket.create_connection((HOST, port), timeout=1.0).close()
    except OSError:
        return False
    return True


def _bind_once(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # TIME_WAIT is not taken
        probe.bind((HOST, port))
