"""The clock: a tick a second into every partition, so that timers fire where nobody shops.

Ticks are idempotent and any number of clocks is safe: the log takes the latest.
"""

import time
from collections.abc import Callable

from flows import control, metrics
from flows.process import Stop
from flows.sender import Sender
from flows.settings import Settings
from flows.topics import identify


def run_clock(
    settings: Settings, stop: Stop, start: float | None = None, speed: float = 1.0
) -> None:
    """Tick until stopped. start, speed: as `hand`.

    Raises DeliveryError: the broker did not acknowledge.
    """
    partitions = identify(settings).partitions
    sender = Sender(settings)
    now_ms = hand(start, speed)
    while not stop.wait(settings.tick_seconds):
        at_ms = now_ms()
        for partition in range(partitions):
            control.tick(sender, partition, at_ms)
        sender.settle()
        metrics.TICKS.inc(partitions)


def hand(start: float | None = None, speed: float = 1.0) -> Callable[[], int]:
    """Tells the moment of a tick (ms): the wall clock's, or compressed time for a simulation.

    start: the moment that it is now (s); None: the present. speed: seconds that go by in one.
    Trap: a clock that is started again begins at `start` again; log time waits until it has passed.
    """
    if start is None and speed == 1.0:
        return lambda: time.time_ns() // 1_000_000
    began, origin = time.monotonic(), time.time() if start is None else start
    return lambda: int((origin + (time.monotonic() - began) * speed) * 1000)
