"""A guest's order is claimed by the member with the same e-mail, in 30 days, once (DOMAIN §12)."""

from itertools import permutations
from typing import Any

import msgspec
import pytest

from engine import ledger
from engine.dates import DAY, HOUR
from engine.indexes import LEAD
from flows.record import Record
from tests.support.records import did, record
from tests.support.several import Several, opened

ANN, BOB, GUEST = "ann", "bob", "g-1"
MAIL, SAME = "ann@example.com", "A.nn+shop@Example.com"


def ordered(guest: str = GUEST, after: float = 0.0, **more: Any) -> Record:
    about = {"order_id": f"o-{guest}", "total": 40, "email": MAIL, **more}
    return did("Order Completed", after, visitor=guest, ident=f"{guest}-{after}", **about)


def known(who: str, after: float = HOUR, mail: str = SAME) -> Record:
    told = did("identify", after, user=who)
    body = {**msgspec.json.decode(told.value), "traits": {"email": mail}}
    return msgspec.structs.replace(told, value=msgspec.json.encode(body))


def points(town: Several, who: str) -> int:
    return ledger.pending(town.of(who).book.ledger) + ledger.available(town.of(who).book.ledger)


def test_the_member_with_the_same_address_has_the_order_and_its_points() -> None:
    town = opened().tell(ordered(), known(ANN))
    assert points(town, ANN) == 40
    assert town.of(GUEST).survivor == ANN


def test_who_was_known_first_has_it_as_soon_as_the_guest_orders() -> None:
    assert points(opened().tell(known(ANN, 0), ordered(after=HOUR)), ANN) == 40


def test_another_address_claims_nothing() -> None:
    town = opened().tell(ordered(), known(BOB, mail="bob@example.com"))
    assert points(town, BOB) == 0
    assert town.of(GUEST).survivor == ""


def test_after_thirty_days_it_is_too_late() -> None:
    town = opened().tell(ordered(), known(ANN, 31 * DAY))
    assert points(town, ANN) == 0


def test_an_order_earns_once_however_often_it_is_claimed() -> None:
    town = opened().tell(ordered(), known(ANN), known(ANN, 2 * HOUR), ordered(after=0.0))
    assert points(town, ANN) == 40
    town.tell(did("Order Completed", DAY, user=ANN, order_id=f"o-{GUEST}", total=40))
    assert points(town, ANN) == 40


@pytest.mark.parametrize("order", list(permutations([ANN, BOB])))
def test_of_two_claimants_exactly_one_wins(order: tuple[str, str]) -> None:
    town = opened().tell(ordered(), *(known(who, HOUR + n) for n, who in enumerate(order)))
    assert [points(town, who) for who in order] == [40, 0]


def test_a_return_under_the_guests_id_takes_the_points_back() -> None:
    town = opened().tell(ordered(), known(ANN))
    town.tell(did("Order Refunded", DAY, visitor=GUEST, order_id=f"o-{GUEST}"))
    assert points(town, ANN) == 0
    assert town.of(ANN).book.ledger.debt == 0


def test_what_went_back_before_the_claim_earns_nothing() -> None:
    back = did("Order Refunded", 60, visitor=GUEST, order_id=f"o-{GUEST}")
    town = opened().tell(ordered(), back, known(ANN))
    assert points(town, ANN) == 0


def test_without_an_address_a_guest_stays_a_guest() -> None:
    town = opened().tell(ordered(email=None), known(ANN))
    assert town.of(GUEST).survivor == ""


def test_an_erasure_makes_the_index_forget() -> None:
    town = opened().tell(known(ANN, 0))
    gone: dict[str, Any] = {"actor": "dpo", "reason": "asked"}
    town.tell(record("Customer Erased", HOUR, who=ANN, source="admin", **gone))
    assert not any(each.book.owner for each in town.states.values())
    assert points(town.tell(ordered(after=2 * HOUR), known(BOB, 3 * HOUR)), BOB) == 40


def test_no_address_is_kept() -> None:
    town = opened().tell(ordered(), known(ANN))
    kept = [
        value if isinstance(value, bytes) else str(value).encode()
        for run in town.runs
        for profile in run.store.profiles.values()
        for value in profile.values()
    ]
    assert not any(b"example.com" in each.lower() for each in kept)
    assert [who for who in town.states if who.startswith(LEAD)]


def test_the_log_folded_again_says_the_same() -> None:
    town = opened().tell(ordered(), known(ANN), known(BOB, 2 * HOUR))
    assert town.replayed().states == town.states
