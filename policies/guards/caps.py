"""Nobody is written to too often, whichever policies and channels it comes from."""

from typing import Final

from engine.dates import DAY, local_day
from engine.turn import Turn
from policies.bid import MARKETING, ONSITE, Bid, Objection
from policies.whereabouts import home

WEEK: Final = 7 * DAY


class Caps:
    """A day is the member's own calendar day, a week is rolling. Our own pages are not capped."""

    def objects(self, bid: Bid, turn: Turn) -> Objection | None:
        """`day_cap` or `week_cap`."""
        if bid.rule.purpose != MARKETING or bid.rule.channel == ONSITE:
            return None
        caps, zone = turn.world.programme.caps, home(turn)
        sent = [at for at, _ in turn.customer.book.sent if turn.now - at < WEEK]
        today = local_day(turn.now, zone)
        if sum(local_day(at, zone) == today for at in sent) >= caps.per_day:
            return Objection("day_cap")
        return Objection("week_cap") if len(sent) >= caps.per_week else None
