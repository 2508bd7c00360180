"""Where a member may be, and the hours in which a text disturbs nobody there."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.countries import country_of, zones_of
from engine.dates import HOUR, local
from engine.programme import Caps, Quiet
from engine.turn import Turn
from policies import worlds
from policies.bid import Bid
from policies.guards import GUARDS
from policies.guards.quiet import QuietHours
from policies.whereabouts import home, possible
from tests.support.shop import members, policy
from tests.support.stories import START, Told


def turn(*, zone: str = "", country: str = "", programme: str = "Europe/Vienna") -> Turn:
    told = Told(worlds.founded(replace(members(policy(channel="sms")), zone=programme)))
    told.customer.zone, told.customer.country = zone, country
    return Turn(told.world, told.customer, told.who, START, "m1", [], [], [])


def test_the_last_known_zone_goes_before_the_country_and_that_before_the_programme() -> None:
    assert home(turn(zone="Asia/Tokyo", country="US")).key == "Asia/Tokyo"
    assert home(turn(country="US")).key == "America/New_York"
    assert home(turn(country="XX")).key == "Europe/Vienna"
    assert home(turn()).key == "Europe/Vienna"


def test_who_may_be_anywhere_in_a_country_is_in_all_of_its_zones() -> None:
    assert {"America/New_York", "Pacific/Honolulu"} <= {
        each.key for each in possible(turn(country="us"))
    }
    assert len(possible(turn(programme="America/Chicago"))) > 10
    assert [each.key for each in possible(turn(zone="Asia/Tokyo", country="US"))] == ["Asia/Tokyo"]
    assert [each.key for each in possible(turn(programme="UTC"))] == ["UTC"]
    assert (country_of("Europe/Vienna"), country_of("UTC"), zones_of("XX")) == ("AT", "", ())


def quiet(told: Turn, channel: str = "sms", **hours: str) -> float | str | None:
    """None: may go out; else until when (UTC hour), or why never."""
    rule = policy(channel=channel)
    objection = QuietHours().objects(Bid(rule, told.now), told)
    return None if objection is None else objection.until or objection.because


def at(hour: float, told: Turn) -> Turn:
    told.now = datetime(2026, 7, 1, tzinfo=UTC).timestamp() + hour * HOUR
    return told


def test_a_text_waits_until_it_is_day_in_every_zone_of_the_country() -> None:
    unknown = at(13.5, turn(country="US"))  # 09:30 in New York, 03:30 in Honolulu
    assert quiet(unknown) == datetime(2026, 7, 1, 19, tzinfo=UTC).timestamp()
    assert quiet(at(20, turn(country="US"))) is None
    assert quiet(at(13.5, turn(country="US", zone="America/New_York"))) is None
    assert quiet(at(13.5, turn(country="US")), channel="push") is None


def test_where_no_minute_is_day_everywhere_it_is_not_sent() -> None:
    told = at(12, turn(country="US"))
    narrow = replace(told.world.programme, quiet=Quiet(start="12:00", end="10:00"))
    told.world = replace(told.world, programme=narrow)
    assert quiet(told) == "waited_too_long"


@given(st.sampled_from(["AT", "US", "RU", "AU", "JP", "BR", ""]), st.floats(0, 24 * 365))
def test_the_first_allowed_minute_is_day_wherever_the_member_may_be(
    country: str, hour: float
) -> None:
    told = at(hour, turn(country=country))
    until = quiet(told)
    if until == "waited_too_long":
        return
    moment = told.now if until is None else until
    assert isinstance(moment, float)
    for each in possible(told):
        assert 9 <= local(moment, each).hour < 20
    if until is not None:
        assert any(not 9 <= local(moment - 1, each).hour < 20 for each in possible(told))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: type(guard).__name__)
@given(hour=st.floats(0, 24 * 14), channel=st.sampled_from(["email", "sms", "push", "onsite"]))
def test_a_gate_is_a_function_of_the_turn_and_changes_nothing(
    guard: object, hour: float, channel: str
) -> None:
    told = at(hour, turn(country="AT"))
    bid = Bid(policy(channel=channel), told.now)
    before = repr(told.customer)
    first, second = (guard.objects(bid, told) for _ in range(2))  # type: ignore[attr-defined]
    assert first == second
    assert repr(told.customer) == before
    assert first is None or (first.because and (first.until == 0 or first.until > told.now))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: type(guard).__name__)
def test_what_a_purchase_makes_necessary_passes_all_gates_but_the_night(guard: object) -> None:
    told = turn()
    told.customer.book.holdout = True
    told.customer.book.silenced = ["*"]
    told.world = replace(
        told.world, programme=replace(told.world.programme, caps=Caps(per_day=0, per_week=0))
    )
    bid = Bid(policy(purpose="transactional"), told.now)
    assert guard.objects(bid, told) is None  # type: ignore[attr-defined]


def test_the_gates_stand_in_the_order_of_the_book() -> None:
    names = [type(guard).__name__ for guard in GUARDS]
    assert names == ["Member", "Consent", "Holdout", "Silence", "Caps", "QuietHours", "Budget"]


def test_zones_are_those_of_the_package() -> None:
    assert [each.key for each in zones_of("PT")] == [
        "Europe/Lisbon",
        "Atlantic/Madeira",
        "Atlantic/Azores",
    ]
