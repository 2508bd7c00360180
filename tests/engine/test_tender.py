"""Orders that are paid with points, and what comes back with them (DOMAIN §3.7, §5.7)."""

from decimal import Decimal
from typing import Any

import pytest

from engine.dates import DAY
from engine.programme import Points, Programme
from tests.support.stories import (
    PROGRAMME,
    Beat,
    Story,
    Told,
    back,
    cancel,
    changed,
    commit,
    line,
    order,
    redeem,
    refund,
    release,
    request,
    tell,
    wait,
)

EARNED = (order("o1", total=100), wait(days=15))
WORTH = changed(points=Points(worth=Decimal("0.10")))
PRO_RATA = changed(points=Points(restore="pro_rata"))


def paid(ident: str = "o2", **more: Any) -> Beat:
    """An order of 40 euros, of which points pay."""
    return order(ident, line("a", 30), line("b", 10), **more)


def spent(*story: Story, programme: Programme = PROGRAMME) -> Told:
    return tell(*EARNED, *story, programme=programme)


def test_an_order_commits_the_reservation_that_it_names() -> None:
    told = spent(request(60), paid(redemption_id="r1", paid_with_points=6).after(hours=0.1))
    assert told.points == (34, 40, 0, 0)
    assert told.names[-2:] == ["Points Redeemed", "Points Pending"]


def test_without_a_reservation_points_are_spent_at_once() -> None:
    told = spent(paid(points_spent=60, paid_with_points=6))
    assert told.points == (34, 40, 0, 0)


def test_what_points_paid_is_reckoned_from_their_worth_where_the_order_does_not_say() -> None:
    told = spent(paid(points_spent=60), programme=WORTH)
    assert told.pending == 34
    told = spent(request(60), paid(redemption_id="r1").after(hours=0.1), programme=WORTH)
    assert (told.pending, told.notes) == (34, [])


def test_points_of_unknown_worth_are_noted() -> None:
    told = spent(paid(points_spent=60))
    assert (told.pending, told.notes) == (40, ["worth_of_points_unknown"])


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ((paid(points_spent=101, paid_with_points=10),), "too_few_points"),
        ((paid(redemption_id="r9", paid_with_points=10),), "nothing_reserved"),
        (
            (request(60), release(), paid(redemption_id="r1", paid_with_points=10)),
            "released",
        ),
    ],
)
def test_a_payment_that_is_refused_holds_no_order_up(story: tuple[Story, ...], reason: str) -> None:
    told = spent(*story)
    assert told.of("Redemption Refused")[-1].because == (reason,)
    assert told.points == (30, 100, 0, 0)
    assert told.notes[-1] == "redemption_refused"


def test_a_guests_order_is_recorded_whatever_it_says_of_points() -> None:
    told = tell(paid(points_spent=5), guest=True)
    assert (told.reasons, list(told.customer.book.orders)) == (["not_a_member"], ["o2"])


def test_an_order_may_come_after_its_redemption_was_committed_or_before() -> None:
    after = spent(redeem(60), paid(redemption_id="r1", paid_with_points=6), refund("o2"))
    before = spent(
        request(60),
        paid(redemption_id="r1", paid_with_points=6).after(hours=0.1),
        commit().after(hours=0.1),
        refund("o2"),
    )
    assert after.points == before.points == (0, 100, 0, 0)


def test_a_redemption_pays_for_one_order() -> None:
    told = spent(
        redeem(60),
        paid(redemption_id="r1", paid_with_points=6),
        paid("o3", redemption_id="r1", paid_with_points=6),
        refund("o2"),
        refund("o3"),
    )
    assert (told.points, told.points_of("Points Restored")) == ((0, 100, 0, 0), [60])


def test_an_order_that_states_another_number_of_points_is_flagged() -> None:
    told = spent(
        request(60),
        paid(redemption_id="r1", points_spent=50, paid_with_points=6).after(hours=0.1),
    )
    assert (told.balance, told.notes) == (40, ["points_disagree"])


def test_points_come_back_when_all_of_the_order_has_come_back() -> None:
    told = spent(
        paid(points_spent=60, paid_with_points=6),
        refund("o2", back("a"), key="a"),
    )
    assert (told.balance, told.points_of("Points Restored")) == (40, [])
    told.beat(refund("o2", back("b"), key="b"))
    assert (told.points, told.points_of("Points Restored")) == ((0, 100, 0, 0), [60])
    told.beat(cancel("o2"))
    assert told.points == (0, 100, 0, 0)


def test_points_go_back_to_their_lots_with_their_expiry() -> None:
    story = (order("o1", total=30), order("o2", total=50).after(days=40), wait(days=15))
    before = tell(*story).customer.book.ledger.lots
    told = tell(*story, paid("o3", points_spent=60, paid_with_points=6), cancel("o3"))
    after = told.customer.book.ledger.lots
    assert sorted((lot.source, lot.available, lot.expires) for lot in after) == sorted(
        (lot.source, lot.available, lot.expires) for lot in before
    )


def test_points_that_would_have_lapsed_come_back_for_30_days() -> None:
    paying = paid(points_spent=60, paid_with_points=6)
    told = spent(wait(days=330), paying, wait(days=60), cancel("o2"))
    [lot] = told.customer.book.ledger.lots
    assert (lot.source, lot.available) == ("restored:o2", 60)
    assert told.of("Points Restored")[0].properties["lapsed"] == 60
    told.tick(told.now + 29 * DAY)
    assert told.balance == 60
    told.tick(told.now + DAY)
    assert told.balance == 0


def test_what_comes_back_later_lets_the_earlier_part_live_as_long() -> None:
    told = spent(
        paid(points_spent=60, paid_with_points=6).after(days=330),
        wait(days=60),
        refund("o2", back("b"), key="b"),
        refund("o2", back("a"), key="a").after(days=10),
        programme=PRO_RATA,
    )
    [lot] = told.customer.book.ledger.lots
    assert (lot.source, lot.available, lot.expires) == ("restored:o2", 60, told.now + 30 * DAY)


def test_restored_points_repay_debt_first() -> None:
    told = spent(
        paid(points_spent=60, paid_with_points=6),
        redeem(40),
        refund("o1"),
        cancel("o2"),
    )
    assert told.debt == 40
    assert told.of("Points Restored")[0].properties["repaid"] == 60


def test_pro_rata_a_part_of_the_order_brings_its_part_of_the_points() -> None:
    told = spent(
        paid(points_spent=60, paid_with_points=6),
        refund("o2", back("b"), key="b"),
        refund("o2", back("a"), key="a"),
        programme=PRO_RATA,
    )
    assert told.points_of("Points Restored") == [15, 45]
    assert told.points == (0, 100, 0, 0)


def test_pro_rata_of_an_order_without_money_goes_by_pieces() -> None:
    told = spent(
        order("o2", line("a", 5, 4), points_spent=50, paid_with_points=20),
        refund("o2", back("a", 1), key="a"),
        programme=PRO_RATA,
    )
    assert told.points_of("Points Restored") == [12]


def test_pro_rata_points_that_last_longest_come_back_first() -> None:
    told = tell(
        order("o1", total=30),
        order("o2", total=50).after(days=40),
        wait(days=15),
        paid("o3", points_spent=60, paid_with_points=6),
        refund("o3", back("a"), key="a"),
        programme=PRO_RATA,
    )
    # 45 of 60: the 30 that o2 gave, then 15 of the 30 of o1
    lots = {lot.source: lot.available for lot in told.customer.book.ledger.lots}
    assert lots == {"o1": 15, "o2": 50, "o3": 0}


def test_where_the_programme_says_never_they_are_gone() -> None:
    told = spent(
        paid(points_spent=60, paid_with_points=6),
        cancel("o2"),
        programme=changed(points=Points(restore="never")),
    )
    assert told.points == (0, 40, 0, 0)


def test_a_refund_that_came_first_brings_the_points_back_too() -> None:
    told = spent(cancel("o2"), paid(points_spent=60, paid_with_points=6))
    assert told.points == (0, 100, 0, 0)
