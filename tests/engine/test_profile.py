"""Zone, country, consent and silence: the newest word holds (DOMAIN §10.2, §12.2)."""

from hypothesis import given
from hypothesis import strategies as st

from engine.profile import ANY_CHANNEL
from tests.support.stories import Beat, saw, tell, view

CONSENT = "Consent Changed"


def yes(channel: str, purpose: str = "marketing") -> Beat:
    return saw(CONSENT, channel=channel, purpose=purpose)


def no(channel: str) -> Beat:
    return saw(CONSENT, channel=channel, granted=False)


def silent(channel: str | None = None) -> Beat:
    return saw("Unsubscribed", channel=channel)


def test_a_consent_is_kept_by_channel_and_purpose() -> None:
    told = tell(yes("sms"), yes("email"), yes("email", "transactional"))
    assert told.customer.book.consents == [
        "email:marketing",
        "email:transactional",
        "sms:marketing",
    ]


def test_a_consent_is_taken_back() -> None:
    assert tell(yes("email"), no("email")).customer.book.consents == []


def test_a_yes_that_was_said_before_the_no_and_comes_after_it_changes_nothing() -> None:
    assert tell(no("email"), yes("email").late(hours=5)).customer.book.consents == []


def test_an_unsubscription_silences_its_channel() -> None:
    told = tell(yes("email"), silent("email"))
    assert (told.customer.book.silenced, told.customer.book.consents) == (
        ["email"],
        ["email:marketing"],
    )


def test_an_unsubscription_without_a_channel_silences_all() -> None:
    assert tell(silent()).customer.book.silenced == [ANY_CHANNEL]


def test_a_yes_ends_the_silence_of_its_channel_only() -> None:
    assert tell(silent(), yes("email")).customer.book.silenced == ["onsite", "push", "sms"]


def test_a_yes_to_something_else_ends_no_silence() -> None:
    assert tell(silent("email"), yes("email", "transactional")).customer.book.silenced == ["email"]


def test_a_yes_of_before_the_unsubscription_does_not_end_it() -> None:
    assert tell(silent("email"), yes("email").late(hours=5)).customer.book.silenced == ["email"]


def test_an_unsubscription_of_before_the_yes_silences_nothing() -> None:
    assert tell(yes("email"), silent().late(hours=5)).customer.book.silenced == [
        "onsite",
        "push",
        "sms",
    ]


@given(
    st.permutations([yes("email"), no("email"), yes("sms"), silent("email"), silent(), yes("push")])
)
def test_only_the_times_of_the_words_matter(beats: list[Beat]) -> None:
    said = [(beat, 10.0 * n) for n, beat in enumerate(beats)]
    in_order = tell(*(beat.late(hours=200 - at).after(hours=0) for beat, at in said))
    backwards = tell(*(beat.late(hours=200 - at).after(hours=0) for beat, at in reversed(said)))
    assert in_order.customer.book.silenced == backwards.customer.book.silenced
    assert in_order.customer.book.consents == backwards.customer.book.consents


def test_the_zone_is_the_last_one_seen() -> None:
    told = tell(view().where("Europe/Vienna"), view().where("Asia/Tokyo"), view())
    assert told.customer.zone == "Asia/Tokyo"


def test_an_older_sight_does_not_move_the_member_back() -> None:
    told = tell(view().where("Asia/Tokyo"), view().where("Europe/Vienna").late(hours=5))
    assert told.customer.zone == "Asia/Tokyo"


def test_a_zone_that_there_is_none_such_is_noted() -> None:
    told = tell(view().where("Asia/Tokyo"), view().where("Mars/Olympus"), view().where("Mars/Dome"))
    assert (told.customer.zone, told.notes) == ("Asia/Tokyo", ["unknown_zone"] * 2)


def test_enrolment_tells_zone_and_country_and_the_first_one_counts() -> None:
    told = tell(
        saw("Loyalty Enrolled", country="AT", timezone="Europe/Vienna"),
        saw("Loyalty Enrolled", country="DE"),
        saw("Loyalty Enrolled").late(days=9),
    )
    customer = told.customer
    assert (customer.zone, customer.country) == ("Europe/Vienna", "DE")
    assert customer.book.enrolled == told.now - 9 * 86400


def test_identify_tells_zone_and_country() -> None:
    told = tell(
        Beat(name="identify", properties={"country": "AT", "timezone": "Europe/Vienna"}),
        Beat(name="identify", properties={"country": "DE"}).late(hours=5),
    )
    assert (told.customer.zone, told.customer.country) == ("Europe/Vienna", "AT")


def test_an_alias_is_counted_and_asks_the_other_id_to_join() -> None:
    told = tell(Beat(name="alias", envelope={"previousId": "visitor"}))
    assert (told.notes, told.decisions) == (["alias"], [])
