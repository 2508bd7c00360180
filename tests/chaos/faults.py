"""What can go wrong. A new fault is a function in `FAULTS`."""

import os
import signal
import time
from collections.abc import Callable
from random import Random
from typing import Final, Protocol

from flows.child import Child
from flows.local import Local


class Victims(Protocol):
    """What a fault may touch. roles: which parts run; parts: each role's process."""

    local: Local
    dice: Random
    parts: dict[str, Child]
    roles: dict[str, tuple[str, ...]]

    def extra(self, role: str) -> Child:
        """A second process of a role, beside the first."""

    def restart_redis(self, *, cut: int) -> None:
        """Kill Redis, cut so many bytes off its file, and start it again."""


def killed(scene: Victims) -> None:
    """kill -9 of a part."""
    scene.parts[_some(scene)].kill()


def paused(scene: Victims) -> None:
    """A part that the machine forgets for a while: SIGSTOP, SIGCONT."""
    _pause(scene.parts[_some(scene)].pid, scene.dice.uniform(0.05, 0.6))


def overtaken(scene: Victims) -> None:
    """A second owner of the same partitions while the first sleeps."""
    role = scene.dice.choice([role for role in scene.roles if role.startswith("decide")])
    first = scene.parts[role]
    _signal(first.pid, signal.SIGSTOP)
    second = scene.extra(role)
    time.sleep(scene.dice.uniform(0.5, 1.2))
    _signal(first.pid, signal.SIGCONT)
    time.sleep(scene.dice.uniform(0.0, 0.3))
    second.kill()


def doubled(scene: Victims) -> None:
    """A second process of any part, which then dies."""
    second = scene.extra(_some(scene))
    time.sleep(scene.dice.uniform(0.2, 0.8))
    second.kill()


def slow_disk(scene: Victims) -> None:
    """A Redis that answers nobody for a moment, as while its disk is busy."""
    _pause(scene.local.redis.pid, scene.dice.uniform(0.05, 0.5))


def slow_broker(scene: Victims) -> None:
    """A broker that answers nobody for a moment."""
    _pause(scene.local.broker.pid, scene.dice.uniform(0.05, 0.5))


def full_memory(scene: Victims) -> None:
    """A Redis that takes nothing more, as when memory or disk is full."""
    client = scene.local.redis.client()
    client.config_set("maxmemory", 1)
    time.sleep(scene.dice.uniform(0.05, 0.4))
    client.config_set("maxmemory", 0)
    client.close()


def cut_off(scene: Victims) -> None:
    """Every client's connection to Redis is cut."""
    client = scene.local.redis.client()
    client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")  # type: ignore[no-untyped-call]
    client.close()


def redis_killed(scene: Victims) -> None:
    """Redis dies and comes back with all that it had on disk."""
    scene.restart_redis(cut=0)


def redis_lost_its_end(scene: Victims) -> None:
    """Redis dies, and the end of its file was never on the disk: cut at a random byte."""
    size = scene.local.redis.append_only_file().stat().st_size
    scene.restart_redis(cut=scene.dice.randrange(1, max(2, min(size // 2, 200_000))))


FAULTS: Final[dict[Callable[[Victims], None], int]] = {
    killed: 8,
    paused: 6,
    overtaken: 2,
    doubled: 2,
    slow_disk: 5,
    slow_broker: 3,
    full_memory: 2,
    cut_off: 4,
    redis_killed: 1,
    redis_lost_its_end: 1,
}
"""How often each comes, against the others."""


def _some(scene: Victims) -> str:
    return scene.dice.choice(sorted(scene.roles))


def _pause(pid: int, seconds: float) -> None:
    _signal(pid, signal.SIGSTOP)
    time.sleep(seconds)
    _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
