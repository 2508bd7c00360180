"""Waiting until nothing is on its way any more."""

import time
from typing import Final, cast

import msgspec
from msgspec import Struct

from bench.demo.course import Course
from flows import keys
from flows.local import Local
from flows.source import Log
from flows.topics import OUTCOMES

PATIENCE: Final = 120.0
"""Seconds that everything may take to run dry."""
STEP: Final = 0.25
"""Seconds between two looks."""


class Taught(Struct):
    """What of the learner's state we want to know (`flows.learn.Learnt`).

    offsets: the next of each partition.
    """

    offsets: dict[int, int]


class Flows:
    """How far everything has come."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self._client = local.store.client
        self._partitions = range(local.settings.partitions)

    def dry(self) -> bool:
        """Whether all is folded, published and learnt."""
        return self._local.wait_until_folded(STEP) and self._published() and self._learnt()

    def _published(self) -> bool:
        return not any(self._client.xlen(keys.outbox(p)) for p in self._partitions)

    def _learnt(self) -> bool:
        log = Log(self._local.settings, OUTCOMES, {})
        try:
            ends = {p: log.end(p) for p in self._partitions}
        finally:
            log.close()
        offsets = self._taught().offsets
        return all(offsets.get(p, 0) >= end for p, end in ends.items())

    def _taught(self) -> Taught:
        value = cast(bytes | None, self._client.hget(keys.learner(), "value"))
        return Taught({}) if value is None else msgspec.msgpack.decode(value, type=Taught)


def drain(course: Course, flows: Flows) -> bool:
    """Listen until everything has run dry; whether it has, in time."""
    deadline, look = time.monotonic() + PATIENCE, 0.0
    end = course.stage.plan.end
    while time.monotonic() < deadline:
        heard = course.listen()
        course.attend(end)
        if heard:
            continue
        time.sleep(0.02)
        if time.monotonic() - look >= STEP:
            if flows.dry() and not course.listen():
                return True
            look = time.monotonic()
    return False
