"""The clock: a tick a second into every partition, so that timers fire where nobody shops.

Ticks are idempotent and any number of clocks is safe: the log takes the latest.
"""

import time

from flows import control, metrics
from flows.process import Stop
from flows.sender import Sender
from flows.settings import Settings
from flows.topics import identify


def run_clock(settings: Settings, stop: Stop) -> None:
    """Tick until stopped.

    Raises DeliveryError: the broker did not acknowledge.
    """
    partitions = identify(settings).partitions
    sender = Sender(settings)
    while not stop.wait(settings.tick_seconds):
        at_ms = time.time_ns() // 1_000_000
        for partition in range(partitions):
            control.tick(sender, partition, at_ms)
        sender.settle()
        metrics.TICKS.inc(partitions)
