"""What every part shares as a process: settings, logs, metrics, a clean stop, and how it ends."""

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType

from engine.errors import FencedError, PunchcardError
from flows import metrics
from flows.logs import log_to_stderr
from flows.settings import Settings

OK, FAILED, FENCED = 0, 1, 75
"""Exit codes. 75 asks for a restart (EX_TEMPFAIL)."""


class Stop:
    """SIGTERM or Ctrl-C asks for a clean stop: finish the batch, then end."""

    def __init__(self) -> None:
        """Listen for the signals."""
        self._event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def __call__(self) -> bool:
        """Whether to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but not through a stop; whether to stop."""
        return self._event.wait(seconds)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._event.set()


def run(part: str, settings: Settings, work: Callable[[Settings, Stop], None]) -> int:
    """Run a part until it is stopped; the exit code.

    A fenced process waits out the lease before it ends: two owners would otherwise take turns in
    fencing each other.
    """
    log = log_to_stderr(settings, part)
    stop = Stop()
    metrics.serve(settings)
    calm_the_collector()
    log.info("started")
    try:
        work(settings, stop)
    except PunchcardError as error:
        return _ended(log, error, settings, stop)
    except RuntimeError as error:
        cause = _cause(error)
        if cause is None:
            raise
        return _ended(log, cause, settings, stop)
    log.info("stopped")
    return OK


def calm_the_collector() -> None:
    """Let the garbage collector look at what is young only.

    A decide process holds millions of long-lived objects and makes no cycles; walking through all
    of them again and again took half of its time (bench/throughput).
    """
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000_000)


def _ended(log: "object", error: PunchcardError, settings: Settings, stop: Stop) -> int:
    log.error(str(error), kind=type(error).__name__)  # type: ignore[attr-defined]
    if isinstance(error, FencedError):
        metrics.FENCED.inc()
        stop.wait(settings.lease_seconds)
        return FENCED
    return FAILED


def _cause(error: BaseException | None) -> PunchcardError | None:
    """The error of ours that a Bytewax error was raised from."""
    while error is not None:
        if isinstance(error, PunchcardError):
            return error
        error = error.__cause__
    return None
