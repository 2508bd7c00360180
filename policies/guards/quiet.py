"""Nobody is texted at night."""

from datetime import datetime, time, timedelta

from engine.dates import HOUR, local
from engine.turn import Turn
from policies.bid import Bid, Objection


class QuietHours:
    """20:00 to 09:00 in the member's own zone, for the channels that make a noise.

    The message waits for the morning.
    """

    def objects(self, bid: Bid, turn: Turn) -> Objection | None:
        """`quiet_hours` until the first allowed minute; `waited_too_long` if that is too late."""
        quiet = turn.world.programme.quiet
        if bid.rule.channel not in quiet.channels:
            return None
        now = local(turn.now, turn.zone)
        start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
        if not _asleep(now.time(), start, end):
            return None
        until = _next(now, end)
        if until - bid.since > quiet.drop_hours * HOUR:
            return Objection("waited_too_long")
        return Objection("quiet_hours", until)


def _asleep(now: time, start: time, end: time) -> bool:
    return start <= now < end if start < end else now >= start or now < end


def _next(now: datetime, end: time) -> float:
    """The next local moment of that wall clock time (s)."""
    morning = now.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return (morning if morning > now else morning + timedelta(days=1)).timestamp()
