"""Members bring friends: who may, when both are rewarded, and when they are not (DOMAIN §9)."""

from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.codes import code
from engine.dates import DAY, HOUR
from engine.decisions import Decision
from engine.fingerprints import mail
from engine.indexes import LEAD
from flows.record import Record
from flows.topics import DECISIONS
from tests.support.records import did, programme, record, tick
from tests.support.several import PROGRAMME, Several

ANN, BOB, EVE = "ann", "bob", "eve"
FRIENDS = (
    PROGRAMME
    + """
[holdout]
share = 0.0

[referral]
friend = "welcome"
referrer = "thanks"
month = 3
year = 4

[[rewards]]
id = "welcome"
name = "Welcome"
kind = "points"
points = 100

[[rewards]]
id = "thanks"
name = "Thanks"
kind = "points"
points = 200

[[rewards]]
id = "cup"
name = "A cup"
kind = "free_item"
product = "cup"

[[challenges]]
kind = "referral"
id = "two_friends"
name = "Refer 2 friends"
goal = 2
repeat = "on_completion"
reward = "cup"
"""
)
ANNS = code("several", ANN, "referral")
MATURE = 15 * DAY


def shares(who: str = ANN, after: float = 0.0, **more: Any) -> list[Record]:
    return [identified(who, after, **more), did("Referral Shared", after + 1, user=who)]


def identified(who: str, after: float, **traits: Any) -> Record:
    told = did("identify", after, user=who)
    body = msgspec.json.decode(told.value)
    body["context"] = traits.pop("context", {})
    body["traits"] = traits
    return msgspec.structs.replace(told, value=msgspec.json.encode(body))


def buys(who: str, after: float = HOUR, **more: Any) -> Record:
    lines = [{"product_id": "x", "price": 30}, {"product_id": "y", "price": 10}]
    money = {} if "total" in more else {"products": lines}
    about = {"order_id": f"o-{who}", "referral_code": ANNS, **money, **more}
    return did("Order Completed", after, user=who, ident=f"buy-{who}-{after}", **about)


def part_of(who: str, after: float) -> Record:
    """A line comes back, and more than the minimum stays."""
    lines = [{"product_id": "y", "quantity": 1}]
    return did("Order Refunded", after, user=who, order_id=f"o-{who}", products=lines)


def town(*records: Record) -> Several:
    return Several().tell(programme(FRIENDS), *records)


def later(found: Several, after: float = MATURE) -> Several:
    """Time passes everywhere, and everybody is heard."""
    for _ in range(3):
        found.tell(tick(after))
        after += 60.0
    return found


def said(found: Several, name: str) -> list[tuple[str, tuple[str, ...]]]:
    told = [
        msgspec.json.decode(entry.value, type=Decision)
        for run in found.runs
        for entry in run.said(DECISIONS)
    ]
    return sorted((each.customer, each.because) for each in told if each.event == name)


def rejected(found: Several) -> list[str]:
    return [because[0] for _, because in said(found, "Referral Rejected")]


def given_to(found: Several, who: str) -> int:
    """Points of rewards."""
    grants = found.of(who).book.rewards.values()
    return sum(grant.points for grant in grants)


def test_both_are_rewarded_once_the_order_cannot_be_sent_back() -> None:
    found = town(*shares(), buys(BOB))
    assert (given_to(found, ANN), given_to(found, BOB)) == (0, 0)
    later(found)
    assert (given_to(found, ANN), given_to(found, BOB)) == (200, 100)
    assert said(found, "Referral Qualified") == [(ANN, ()), (BOB, ())]


def test_the_profile_says_the_code_and_how_many_friends() -> None:
    found = town(*shares(), buys(BOB))
    assert found.profile(ANN)["referral"] == msgspec.json.encode(
        {"code": ANNS, "friends": 0, "waiting": 1}
    )
    later(found)
    assert msgspec.json.decode(found.profile(ANN)["referral"])["friends"] == 1


def test_a_return_before_maturity_brings_nobody_anything() -> None:
    found = town(*shares(), buys(BOB), did("Order Refunded", DAY, user=BOB, order_id="o-bob"))
    later(found)
    assert (given_to(found, ANN), given_to(found, BOB)) == (0, 0)
    assert rejected(found) == ["order_returned"]


def test_a_return_afterwards_claws_back_both() -> None:
    found = later(town(*shares(), buys(BOB)))
    found.tell(did("Order Refunded", 20 * DAY, user=BOB, order_id="o-bob"))
    assert (given_to(found, ANN), given_to(found, BOB)) == (0, 0)
    assert all(ledger.balanced(each.book.ledger) for each in found.states.values())


def test_what_is_left_above_the_minimum_stays() -> None:
    found = later(town(*shares(), buys(BOB))).tell(part_of(BOB, 20 * DAY))
    assert given_to(found, BOB) == 100


def test_two_friends_complete_the_challenge_and_a_return_takes_it_back() -> None:
    found = later(town(*shares(), buys(BOB), buys(EVE)))
    states = {each.reward: each.state for each in found.of(ANN).book.rewards.values()}
    assert states["cup"] == "unlocked"
    found.tell(did("Order Refunded", 20 * DAY, user=BOB, order_id="o-bob"))
    states = {each.reward: each.state for each in found.of(ANN).book.rewards.values()}
    assert states["cup"] == "revoked"


# ── who may not ──────────────────────────────────────────────────────────────────────────────────

MAIL: dict[str, Any] = {"email": "a.nn+shop@example.com"}
SAME_MAIL = {"context": {"traits": {"email": "ann@Example.com"}}}


@pytest.mark.parametrize(
    ("ann", "bob", "reason"),
    [
        (MAIL, {"email": "ANN@example.com"}, "same_email"),
        ({"phone": "+43 660 123"}, {"phone": "0043-660/123"}, None),
        ({"phone": "+43 660 123"}, {"phone": "43660123"}, "same_phone"),
        (
            {"context": {"device": {"id": "d1"}}},
            {"context": {"device": {"id": "d1"}}},
            "same_device",
        ),
    ],
)
def test_who_looks_like_the_referrer_is_nobodys_friend(
    ann: dict[str, Any], bob: dict[str, Any], reason: str | None
) -> None:
    found = later(town(*shares(**ann), identified(BOB, 60, **bob), buys(BOB)))
    assert rejected(found) == ([] if reason is None else [reason])
    assert given_to(found, ANN) == (200 if reason is None else 0)


def test_the_same_card_is_the_same_person() -> None:
    own = did("Order Completed", 2, user=ANN, order_id="a1", total=5, payment_fingerprint="card")
    found = later(town(*shares(), own, buys(BOB, payment_fingerprint="card")))
    assert set(rejected(found)) <= {"same_payment", "not_new_payment"}
    assert rejected(found)


def test_nobody_brings_themselves() -> None:
    assert rejected(town(*shares(), buys(ANN))) == ["same_customer"]


def test_an_unknown_code_brings_nobody() -> None:
    assert rejected(town(buys(BOB, referral_code="NOBODY"))) == ["unknown_code"]


def test_a_small_order_brings_nobody() -> None:
    assert rejected(town(*shares(), buys(BOB, total=19.99))) == ["order_too_small"]


def test_who_has_ordered_before_is_not_new() -> None:
    first = did("Order Completed", 60, user=BOB, order_id="earlier", total=40)
    assert rejected(town(*shares(), first, buys(BOB))) == ["not_new"]


def test_a_touch_is_too_old_after_thirty_days() -> None:
    touch = did("Loyalty Enrolled", 60, user=BOB, referral_code=ANNS)
    late = buys(BOB, 31 * DAY, referral_code=None)
    assert rejected(town(*shares(), touch, late)) == ["too_late"]


def test_the_last_touch_counts() -> None:
    eves = code("several", EVE, "referral")
    touches = [
        did("Loyalty Enrolled", 60 + n, user=BOB, referral_code=each)
        for n, each in enumerate((ANNS, eves))
    ]
    found = later(town(*shares(), *shares(EVE), *touches, buys(BOB, referral_code=None)))
    assert (given_to(found, ANN), given_to(found, EVE)) == (0, 200)


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_who_has_ordered_under_another_id_is_not_new(kind: str) -> None:
    told = {"email": {"email": "bob@example.com"}, "phone": {"phone": "0660 1234"}}[kind]
    before = [identified("bobby", 2, **told), buys("bobby", 60, referral_code=None)]
    found = later(town(*shares(), *before, identified(BOB, 120, **told), buys(BOB)))
    assert rejected(found) == [f"not_new_{kind}"]
    assert (given_to(found, ANN), given_to(found, BOB)) == (0, 0)


def test_what_families_share_is_told_and_decides_nothing() -> None:
    home: dict[str, Any] = {
        "context": {"ip": "10.0.0.1", "userAgent": "Moz"},
        "address": {"street": "Ring 1"},
    }
    flat: dict[str, Any] = {"context": {"ip": "10.0.0.1", "userAgent": "Moz"}, "address": "ring, 1"}
    found = town(*shares(**home), identified(BOB, 60, **flat))
    order = msgspec.json.decode(buys(BOB).value)
    order["context"] = {"ip": "10.0.0.1", "userAgent": "Moz", "traits": {"address": "ring, 1"}}
    found.tell(msgspec.structs.replace(buys(BOB), value=msgspec.json.encode(order)))
    mine = found.of(BOB).book.referral
    assert mine is not None
    assert mine.claim is not None
    assert (mine.claim.state, mine.claim.flags) == ("accepted", ["browser"])


def test_a_month_and_a_year_have_a_cap() -> None:
    found = town(*shares(), *(buys(f"f{n}", HOUR + n) for n in range(4)))
    assert rejected(found) == ["month_cap"]
    later(found, 35 * DAY)
    found.tell(*(buys(f"g{n}", 40 * DAY + n) for n in range(2)))
    assert rejected(found) == ["month_cap", "year_cap"]


def test_without_the_table_nothing_is_kept() -> None:
    alone = PROGRAMME + "[points]\nguest_days = 0\n"
    found = Several().tell(programme(alone), *shares(**MAIL), buys(BOB))
    assert found.of(ANN).book.referral is None
    assert found.of(BOB).book.referral is None
    assert not [who for who in found.states if who.startswith(LEAD)]


@pytest.mark.parametrize("odd", [None, 7, [], {"id": 3}, {"email": ["x"]}, True])
def test_a_context_of_any_form_spoils_no_event(odd: Any) -> None:
    context = {"device": odd, "ip": odd, "userAgent": odd, "traits": odd}
    found = town(identified(ANN, 0, context=context, email=odd, phone=odd, address=odd))
    assert found.of(ANN).known


# ── privacy ──────────────────────────────────────────────────────────────────────────────────────


def test_no_address_is_kept_anywhere() -> None:
    found = later(town(*shares(**MAIL, phone="0660 98765", address="Ring 1"), buys(BOB)))
    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for run in found.runs
        for profile in run.store.profiles.values()
        for value in profile.values()
    )
    said_ = b"".join(entry.value for run in found.runs for entry in run.store.outbox)
    for secret in (b"a.nn", b"example.com", b"98765", b"0660", b"Ring"):
        assert secret not in kept
        assert secret not in said_


def test_erasure_makes_the_indexes_forget() -> None:
    gone: dict[str, Any] = {"actor": "dpo", "reason": "asked"}
    own = did("Order Completed", 5, user=ANN, order_id="a1", total=50)
    found = town(*shares(**MAIL), own)
    assert sum(each.book.owner == ANN for each in found.states.values()) == 3
    found.tell(record("Customer Erased", DAY, who=ANN, source="admin", **gone))
    assert not any(each.book.owner for each in found.states.values())
    assert rejected(found.tell(buys(BOB, 2 * DAY))) == ["unknown_code"]


def test_no_model_asks_about_an_index() -> None:
    found = later(town(*shares(**MAIL), buys(BOB, email="b@example.com")), 60 * DAY)
    for who, each in found.states.items():
        if who.startswith(LEAD):
            assert each.book.questions == []


def test_addresses_are_compared_as_people_write_them() -> None:
    assert mail(" A.B.c+x@Shop.example ") == "abc@shop.example"
    assert mail("nobody") == ""


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────

PEOPLE = ("f0", "f1")
deeds = st.lists(
    st.tuples(st.sampled_from(["buy", "return", "part", "tick"]), st.sampled_from(PEOPLE)),
    min_size=6,
    max_size=20,
)


@settings(max_examples=50)
@given(deeds=deeds, seed=st.integers(0, 10_000))
def test_either_both_are_rewarded_or_neither(deeds: list[tuple[str, str]], seed: int) -> None:
    found, dice, at = town(*shares()), Random(seed), DAY
    for kind, who in deeds:
        at += dice.choice([60.0, DAY, 20 * DAY])
        match kind:
            case "buy":
                found.put(buys(who, at))
            case "return":
                found.put(did("Order Refunded", at, user=who, order_id=f"o-{who}"))
            case "part":
                found.put(part_of(who, at))
            case _:
                found.put(tick(at))
        if dice.random() < 0.7:
            found.settle()
        else:
            found.publish(dice.randrange(len(found.runs)), 1)
    found.settle()
    later(found, at + 60 * DAY)
    states = {who: each for who, each in found.states.items() if who in PEOPLE}
    rewarded = sum(given_to(found, who) == 100 for who in states)
    assert given_to(found, ANN) == 200 * rewarded
    mine = found.of(ANN).book.referral
    assert mine is not None
    assert sum(friend.qualified for friend in mine.friends) == rewarded
    assert found.replayed().states == found.states
