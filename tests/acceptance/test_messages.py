"""Acceptance of what members hear, and when (DOMAIN §14): cases 16 and 17."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine.dates import DAY, HOUR
from engine.programme import Caps, Quiet
from tests.support.shop import checkout, consent, live, members, outcomes, policy
from tests.support.stories import START, Beat, Told, order, saw, view, wait

DECIDED, CAPPED = ("Message Decided", "condition_met"), ("Message Suppressed", "day_cap")
ONE_A_DAY = members(
    policy(id="one"), policy(id="two", on="Cart Viewed"), caps=Caps(per_day=1, per_week=99)
)


def at(clock: str, zone: str, beat: Beat, now: float) -> Beat:
    """A beat at a wall clock time, as a gap since `now`."""
    moment = datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(zone)).timestamp()
    return beat.after(hours=(moment - now) / HOUR)


def heard(first: str, second: str, zone: str, later: str | None = None) -> Told:
    """Two messages that want to go out at these moments of a zone, the second perhaps elsewhere."""
    told = live(consent(), view().where(zone), programme=ONE_A_DAY)
    told.beat(at(first, zone, checkout(), told.now))
    then = later or zone
    told.beat(at(second, then, saw("Cart Viewed").where(then), told.now))
    return told


@pytest.mark.parametrize(
    ("first", "second", "fate"),
    [
        ("2026-01-06T23:59:30", "2026-01-06T23:59:59", CAPPED),
        ("2026-01-06T23:59:30", "2026-01-07T00:00:00", DECIDED),
        ("2026-01-06T00:00:00", "2026-01-06T23:59:59", CAPPED),
        ("2026-03-29T00:30:00", "2026-03-29T23:30:00", CAPPED),  # 23 hours long
        ("2026-10-25T00:30:00", "2026-10-25T23:59:00", CAPPED),  # 25 hours long
        ("2026-10-25T00:30:00", "2026-10-26T00:00:00", DECIDED),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Vienna", "America/New_York", "Asia/Tokyo"])
def test_acceptance_16_a_day_cap_ends_at_local_midnight(
    first: str, second: str, fate: tuple[str, str], zone: str
) -> None:
    assert outcomes(heard(first, second, zone)) == [DECIDED, fate]


def test_acceptance_16_across_a_change_of_zone_it_is_the_day_where_the_member_is_now() -> None:
    # 23:30 in Tokyo is 15:30 of the same day in Vienna: flying there wins no second message
    same = heard("2026-01-06T23:30:00", "2026-01-06T20:00:00", "Asia/Tokyo", "Europe/Vienna")
    assert outcomes(same) == [DECIDED, CAPPED]
    # 09:00 on the 7th in Tokyo is the 6th in New York, and so was the message of 08:00
    west = heard("2026-01-07T08:00:00", "2026-01-06T23:00:00", "Asia/Tokyo", "America/New_York")
    assert outcomes(west) == [DECIDED, CAPPED]
    east = heard("2026-01-06T20:00:00", "2026-01-07T10:30:00", "America/New_York", "Asia/Tokyo")
    assert outcomes(east) == [DECIDED, CAPPED]


def test_acceptance_17_a_deferred_message_dies_after_a_purchase() -> None:
    rule = policy(channel="sms")
    night = (consent("sms"), wait(hours=13), checkout(), order(total=20), wait(hours=24))
    told = live(*night, programme=members(rule))
    assert outcomes(told) == [
        ("Message Deferred", "quiet_hours"),
        ("Message Suppressed", "reason_gone"),
    ]
    assert told.customer.book.deferred == []
    why = told.of("Message Suppressed")[0].properties
    assert (why["channel"], why["since"]) == ("sms", told.of("Message Deferred")[0].at)


def test_acceptance_17_without_a_purchase_it_goes_out_in_the_first_allowed_minute() -> None:
    rule = policy(channel="sms")
    told = live(consent("sms"), wait(hours=13), checkout(), wait(hours=24), programme=members(rule))
    assert outcomes(told) == [("Message Deferred", "quiet_hours"), DECIDED]
    assert told.of("Message Decided")[0].at == START + DAY - HOUR  # 09:00 in Vienna


def test_acceptance_17_all_gates_are_asked_again_and_after_72_hours_it_is_dropped() -> None:
    rule, quiet = policy(channel="sms"), Quiet(start="00:00", end="23:59", drop_hours=20)
    told = live(
        consent("sms"),
        wait(hours=13),
        checkout(),
        wait(days=5),
        programme=members(rule, quiet=quiet),
    )
    assert outcomes(told)[0] == ("Message Suppressed", "waited_too_long")
