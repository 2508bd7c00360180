"""Nobody is texted at night."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from engine.dates import HOUR, local
from engine.programme import Quiet
from engine.turn import Turn
from policies.bid import Bid, Objection
from policies.whereabouts import home, possible

SMS: Final = "sms"
"""A text wakes people up: where the zone is unknown, it must be day in every one that may be."""
NIGHTS: Final = 100
"""After so many nights in a row, in whichever zones, no minute is allowed in all of them."""


class QuietHours:
    """20:00 to 09:00 in the member's own zone, for the channels that make a noise.

    The message waits for the first minute that is allowed wherever the member may be.
    """

    def objects(self, bid: Bid, turn: Turn) -> Objection | None:
        """`quiet_hours` until the first allowed minute; `waited_too_long` if that is too late."""
        quiet = turn.world.programme.quiet
        if bid.rule.channel not in quiet.channels:
            return None
        zones = possible(turn) if bid.rule.channel == SMS else (home(turn),)
        until = _awake(turn.now, zones, quiet)
        if until == turn.now:
            return None
        if until is None or until - bid.since > quiet.drop_hours * HOUR:
            return Objection("waited_too_long")
        return Objection("quiet_hours", until)


def _awake(now: float, zones: Iterable[ZoneInfo], quiet: Quiet) -> float | None:
    """The first moment from now on at which it is night in none of the zones (s); None: never."""
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    moment = now
    for _ in range(NIGHTS):
        clocks = [local(moment, zone) for zone in zones]
        asleep = [clock for clock in clocks if _asleep(clock.time(), start, end)]
        if not asleep:
            return moment
        moment = max(_next(clock, end) for clock in asleep)
    return None


def _asleep(now: time, start: time, end: time) -> bool:
    return start <= now < end if start < end else now >= start or now < end


def _next(now: datetime, end: time) -> float:
    """The next local moment of that wall clock time (s)."""
    morning = now.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return (morning if morning > now else morning + timedelta(days=1)).timestamp()
