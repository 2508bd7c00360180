"""Where a member is: the last known zone → the country's → the programme's (DOMAIN: messages)."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from engine.countries import country_of, zones_of
from engine.dates import zone
from engine.turn import Turn


def home(turn: Turn) -> ZoneInfo:
    """The zone by whose clock a member's days are counted."""
    known = zone(turn.customer.zone)
    if known is not None:
        return known
    return next(iter(zones_of(turn.customer.country)), turn.world.programme.zone_info)


def possible(turn: Turn) -> Sequence[ZoneInfo]:
    """Every zone in which a member may be.

    One where it is known; else all of the country's, or of the country in which the programme's
    own zone lies.
    """
    known = zone(turn.customer.zone)
    if known is not None:
        return (known,)
    programme = turn.world.programme
    country = turn.customer.country or country_of(programme.zone)
    return zones_of(country) or (programme.zone_info,)
