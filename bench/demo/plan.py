"""How much, how long, and how fast."""

from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from bench.town.chance import DAY

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When the town's time begins."""


class Plan(Struct, frozen=True, kw_only=True):
    """What was asked for.

    days: of the town's time; seconds: real ones, in which these days go by. plain: lines instead of
    the live view. keep: leave everything running at the end.
    """

    seed: int = 7
    customers: int = 2000
    days: int = 60
    seconds: float = 40.0
    plain: bool = False
    keep: bool = False

    @property
    def start(self) -> float:
        """The town's first moment (Unix s)."""
        return START.timestamp()

    @property
    def end(self) -> float:
        """The town's last moment (Unix s)."""
        return self.start + self.days * DAY

    @property
    def speed(self) -> float:
        """Seconds of the town's time in one real second."""
        return self.days * DAY / self.seconds
