"""Waiting until nothing is on its way any more."""

import time
from typing import Final

from bench.demo.course import REST, Course, Every
from bench.demo.progress import Progress

PATIENCE: Final = 60.0
"""Seconds without any progress after which it is given up."""
STEP: Final = 0.25
"""Seconds between two looks."""


def drain(course: Course, progress: Progress) -> bool:
    """Listen until everything has run dry; whether it has, or got stuck on the way."""
    end, moved, before = course.stage.plan.end, time.monotonic(), progress.positions()
    step = Every(STEP)
    while time.monotonic() - moved < PATIENCE:
        heard = course.listen()
        course.attend(end)
        if heard:
            continue
        time.sleep(REST)
        if step():
            if progress.dry() and not course.listen():
                return True
            now = progress.positions()
            if now != before:
                moved, before = time.monotonic(), now
    return False
