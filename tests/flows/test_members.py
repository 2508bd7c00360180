"""Two members turn out to be one person: the older id stays, and nothing is lost (DOMAIN §12.4)."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.dates import DAY, HOUR
from engine.state import Ledger
from engine.totals import outstanding
from flows.record import Record
from flows.totals import read
from tests.support.records import START, did, programme, record
from tests.support.several import PROGRAMME, Several

ANN, BOB, EVE = "ann", "bob", "eve"
RICH = (
    PROGRAMME
    + """
[holdout]
share = 0.0

[points]
pending_days = 0

[tiers]
steps = [ { id = "basic", name = "Basic" }, { id = "gold", name = "Gold", spend = "100" } ]

[[rewards]]
id = "cup"
name = "A cup"
kind = "free_item"
product = "cup"

[[challenges]]
kind = "count"
id = "three"
name = "Three orders"
of = "orders"
goal = 3
reward = "cup"
"""
)


def asked(who: str, into: str, after: float, ident: str = "") -> Record:
    """An operator wants two members to be one."""
    more: dict[str, Any] = {"into": into, "actor": "desk", "reason": "one person"}
    return record("Merge Requested", after, who=who, ident=ident, source="admin", **more)


def bought(who: str, ident: str, total: float, after: float) -> Record:
    return did("Order Completed", after, user=who, order_id=ident, total=total)


def town(*records: Record) -> Several:
    return Several().tell(programme(RICH), *records)


def one_of(found: Several, *names: str) -> str:
    """Who is left of them; all others lead to that one."""
    (left,) = {name for name in names if not found.of(name).survivor}
    for name in names:
        on = name
        while found.of(on).survivor:
            on = found.of(on).survivor
        assert on == left
    return left


def book(found: Several, who: str) -> Ledger:
    return found.of(who).book.ledger


# ── who stays ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("asks", "into"), [(ANN, BOB), (BOB, ANN)])
def test_the_older_stays_whoever_is_asked(asks: str, into: str) -> None:
    found = town(bought(ANN, "o1", 40, 0), bought(BOB, "o2", 30, HOUR), asked(asks, into, DAY))
    assert one_of(found, ANN, BOB) == ANN
    assert ledger.available(book(found, ANN)) + ledger.pending(book(found, ANN)) == 70
    assert book(found, BOB) == Ledger()


def test_requests_that_cross_converge() -> None:
    found = town(bought(ANN, "o1", 40, 0), bought(BOB, "o2", 30, HOUR))
    found.put(asked(ANN, BOB, DAY))
    found.put(asked(BOB, ANN, DAY))
    found.settle()
    assert one_of(found, ANN, BOB) == ANN
    assert book(found, ANN).issued == 70


def test_a_circle_of_three_has_one_survivor() -> None:
    orders = [bought(who, f"o-{who}", 10, n * HOUR) for n, who in enumerate((EVE, ANN, BOB))]
    found = town(*orders)
    for who, into in ((ANN, BOB), (BOB, EVE), (EVE, ANN)):
        found.put(asked(who, into, DAY))
    found.settle()
    assert one_of(found, ANN, BOB, EVE) == EVE
    assert book(found, EVE).issued == 30


def test_an_alias_of_two_members_is_such_a_wish() -> None:
    alias = did("alias", DAY, user=BOB, previous=ANN)
    found = town(bought(ANN, "o1", 40, 0), bought(BOB, "o2", 30, HOUR), alias)
    assert one_of(found, ANN, BOB) == ANN


def test_a_common_device_makes_nobody_one() -> None:
    found = town(bought(ANN, "o1", 40, 0), did("identify", HOUR, user=BOB, visitor=ANN))
    assert found.of(ANN).survivor == found.of(BOB).survivor == ""
    assert "two_members" in found.notes


def test_an_alias_of_a_device_that_somebody_else_has_used_makes_nobody_one() -> None:
    first = did("alias", HOUR, user=ANN, previous="v-17")
    second = did("alias", 2 * HOUR, user=BOB, previous="v-17")
    found = town(did("Product Viewed", visitor="v-17"), first, second)
    assert found.of("v-17").survivor == ANN
    assert found.of(ANN).survivor == found.of(BOB).survivor == ""


def test_nobody_becomes_themselves() -> None:
    found = town(bought(ANN, "o1", 40, 0), asked(ANN, ANN, DAY))
    assert found.of(ANN).survivor == ""
    assert "merged_with_itself" in found.notes


def test_what_comes_later_under_the_old_id_reaches_the_survivor() -> None:
    found = town(bought(ANN, "o1", 40, 0), bought(BOB, "o2", 30, HOUR), asked(BOB, ANN, DAY))
    back = did("Order Refunded", 2 * DAY, user=BOB, order_id="o2")
    found.tell(back, bought(BOB, "o3", 5, 2 * DAY))
    assert (book(found, ANN).issued, book(found, ANN).reversed) == (75, 30)
    assert book(found, BOB) == Ledger()


# ── what is joined ───────────────────────────────────────────────────────────────────────────────


def test_debts_are_added_and_new_points_repay_them() -> None:
    wrong: dict[str, Any] = {"points": -20, "actor": "desk", "reason": "mistake"}
    found = town(
        bought(ANN, "o1", 1, 0),
        record("Points Corrected", HOUR, who=BOB, source="admin", **wrong),
        record("Points Corrected", HOUR, who=ANN, source="admin", **wrong),
        asked(BOB, ANN, DAY),
    )
    debt = book(found, ANN).debt
    assert debt in (39, 40)  # the one point may still be pending
    assert ledger.balanced(book(found, ANN))


def test_an_order_that_was_told_under_both_ids_is_awarded_once() -> None:
    found = town(bought(ANN, "o1", 40, 0), bought(BOB, "o1", 40, HOUR), asked(BOB, ANN, DAY))
    ours = book(found, ANN)
    assert ledger.available(ours) + ledger.pending(ours) == 40
    found.tell(did("Order Refunded", 2 * DAY, user=ANN, order_id="o1"))
    assert ledger.available(ours := book(found, ANN)) + ledger.pending(ours) == 0
    assert ours.debt == 0


def test_contributions_are_united_and_complete_a_challenge() -> None:
    found = town(
        bought(ANN, "o1", 10, 0),
        bought(BOB, "o2", 10, HOUR),
        bought(BOB, "o3", 10, 2 * HOUR),
        asked(BOB, ANN, DAY),
    )
    (grant,) = found.of(ANN).book.rewards.values()
    assert (grant.reward, grant.state) == ("cup", "unlocked")
    found.tell(did("Order Refunded", 2 * DAY, user=BOB, order_id="o3"))
    (grant,) = found.of(ANN).book.rewards.values()
    assert grant.state == "revoked"


def test_a_reward_goes_along_and_a_refund_still_takes_it_back() -> None:
    earned = [bought(BOB, f"o{n}", 10, n * HOUR) for n in range(1, 4)]
    seen = did("Product Viewed", user=ANN)
    found = town(seen, *earned, asked(BOB, ANN, DAY))
    assert [grant.state for grant in found.of(ANN).book.rewards.values()] == ["unlocked"]
    found.tell(did("Order Refunded", 2 * DAY, user=BOB, order_id="o1"))
    assert [grant.state for grant in found.of(ANN).book.rewards.values()] == ["revoked"]


def test_both_spends_together_reach_a_tier() -> None:
    found = town(bought(ANN, "o1", 60, 0), bought(BOB, "o2", 60, HOUR), asked(BOB, ANN, DAY))
    assert found.of(ANN).book.tier.level == 1


def test_points_set_aside_stay_set_aside() -> None:
    more: dict[str, Any] = {"points": 50, "actor": "desk", "reason": "welcome"}
    found = town(
        bought(ANN, "a1", 1, 0),
        record("Points Corrected", HOUR, who=BOB, source="admin", **more),
        did("Redemption Requested", 2 * HOUR, user=BOB, redemption_id="r", points=30),
        asked(BOB, ANN, 2 * HOUR + 60),
    )
    assert ledger.reserved(book(found, ANN)) == 30
    found.tell(did("Redemption Committed", 2 * HOUR + 90, user=BOB, redemption_id="r"))
    assert book(found, ANN).redeemed == 30


def test_who_is_erased_while_another_moves_in_leaves_only_totals() -> None:
    found = town(bought(ANN, "o1", 40, 0), bought(BOB, "o2", 30, HOUR))
    gone: dict[str, Any] = {"actor": "dpo", "reason": "asked"}
    found.put(asked(BOB, ANN, DAY))
    found.settle()
    found.tell(record("Customer Erased", DAY, who=BOB, source="admin", **gone))
    assert found.of(ANN).erased
    assert found.of(BOB).erased
    assert sum(each.book.ledger.issued for each in found.states.values()) == 70


def test_who_moves_in_with_somebody_erased_leaves_only_totals() -> None:
    gone: dict[str, Any] = {"actor": "dpo", "reason": "asked"}
    found = town(bought(ANN, "o1", 40, 0), bought(BOB, "o2", 30, HOUR))
    for who, into in ((ANN, BOB), (BOB, ANN)):
        found.put(asked(who, into, DAY))
    found.put(record("Customer Erased", DAY, who=ANN, source="admin", **gone))
    found.settle()
    assert found.of(ANN).erased
    assert sum(each.book.ledger.issued for each in found.states.values()) == 70
    assert all(ledger.balanced(each.book.ledger) for each in found.states.values())


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────

PEOPLE = (ANN, BOB, EVE, "kim")
deeds = st.lists(
    st.tuples(
        st.sampled_from(["order", "order", "refund", "merge", "merge", "spend", "again", "gift"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.integers(0, 5),
    ),
    min_size=8,
    max_size=24,
)


def told(deed: tuple[str, str, str, int], n: int) -> Record:
    kind, who, other, number = deed
    at = n * HOUR
    match kind:
        case "order":
            return bought(who, f"o{number}", 10 + number, at)
        case "again":
            return bought(other, f"o{number}", 10 + number, at)
        case "refund":
            return did("Order Refunded", at, user=who, order_id=f"o{number}")
        case "merge":
            return asked(who, other, at, f"merge-{n}")
        case "spend":
            return did(
                "Redemption Requested", at, user=who, redemption_id=f"r{number}", points=5 * number
            )
    more: dict[str, Any] = {"points": 30 - 10 * number, "actor": "desk", "reason": "law"}
    return record("Points Corrected", at, who=who, source="admin", ident=f"gift-{n}", **more)


def held(found: Several) -> Counter[str]:
    """All figures of all ledgers, and what is on its way between two of them."""
    totals: Counter[str] = Counter()
    for customer in found.states.values():
        assert ledger.balanced(customer.book.ledger)
        _count(totals, customer.book.ledger)
    for life in found.in_flight():
        _count(totals, life.book.ledger)
    return totals


def _count(totals: Counter[str], ours: Ledger) -> None:
    points = ledger.pending(ours) + ledger.available(ours) + ledger.reserved(ours)
    totals.update(issued=ours.issued, reversed=ours.reversed, debt=ours.debt, held=points)
    totals.update(redeemed=ours.redeemed, expired=ours.expired, restored=ours.restored)


def moved(found: Several) -> Counter[str]:
    """The daily totals of all partitions, added up."""
    pages: Counter[str] = Counter()
    for run in found.runs:
        for page in run.store.pages.values():
            pages.update(read(page))
    return pages


@settings(max_examples=120)
@given(deeds=deeds, seed=st.integers(0, 1000))
def test_no_point_is_lost_or_made_even_while_members_move(
    deeds: list[tuple[str, str, str, int]], seed: int
) -> None:
    found, dice = town(), Random(seed)
    for n, deed in enumerate(deeds):
        found.put(told(deed, n))
        if dice.random() < 0.5:
            found.publish(dice.randrange(len(found.runs)), 1)
        ours, pages = held(found), moved(found)
        assert ours["held"] == outstanding(pages)
        for kind in ("issued", "reversed", "redeemed", "expired", "restored", "debt"):
            assert ours[kind] == pages[kind], kind
    found.settle()
    assert not found.in_flight()
    assert found.replayed().states == found.states


@settings(max_examples=40)
@given(deeds=deeds, seeds=st.tuples(st.integers(0, 1000), st.integers(0, 1000)))
def test_whatever_overtakes_what_the_same_ids_are_one(
    deeds: list[tuple[str, str, str, int]], seeds: tuple[int, int]
) -> None:
    def groups(seed: int) -> set[frozenset[str]]:
        first = [bought(who, f"first-{who}", 20, n) for n, who in enumerate(PEOPLE)]
        found, dice = town(*first), Random(seed)
        for n, deed in enumerate(deeds, 1):
            found.put(told(deed, n))
            if dice.random() < 0.5:
                found.publish(dice.randrange(len(found.runs)), 1)
        found.settle()
        ends: dict[str, set[str]] = {}
        for who in PEOPLE:
            on = who
            while found.of(on).survivor:
                on = found.of(on).survivor
            ends.setdefault(on, set()).add(who)
        for end, names in ends.items():
            assert min(names, key=PEOPLE.index) == end
        return {frozenset(names) for names in ends.values()}

    assert groups(seeds[0]) == groups(seeds[1])


def test_the_first_sight_of_a_member_never_changes() -> None:
    found = town(bought(ANN, "o1", 40, 0), bought(BOB, "o2", 30, HOUR), asked(BOB, ANN, DAY))
    assert (found.of(ANN).born, found.of(BOB).born) == (START, START + HOUR)
