"""Spending in two phases, and every way in which it is refused (DOMAIN §4.5, §4.6)."""

import pytest

from engine import redemptions
from engine.programme import Points
from tests.support.stories import (
    Story,
    Told,
    changed,
    commit,
    order,
    redeem,
    refund,
    release,
    request,
    tell,
    wait,
)

EARNED = (order(total=100), wait(days=15))


def spent(*story: Story) -> Told:
    return tell(*EARNED, *story)


def test_reserved_points_are_set_aside() -> None:
    assert spent(request(60)).points == (0, 40, 60, 0)


def test_committed_points_are_gone() -> None:
    told = spent(redeem(60))
    assert (told.points, told.customer.book.ledger.redeemed) == ((0, 40, 0, 0), 60)


def test_released_points_are_back() -> None:
    told = spent(request(60), release().after(hours=0.1))
    assert (told.points, told.reasons) == ((0, 100, 0, 0), ["released"])


def test_a_lease_lapses_after_a_quarter_of_an_hour() -> None:
    assert spent(request(60), wait(hours=0.24)).points == (0, 40, 60, 0)
    told = spent(request(60), wait(hours=0.25))
    assert (told.points, told.reasons) == ((0, 100, 0, 0), ["lease_lapsed"])


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ((request(101),), "too_few_points"),
        ((request(0),), "no_points"),
        ((commit(),), "nothing_reserved"),
        ((request(60), commit().after(hours=1)), "released"),
        ((request(60), release().after(hours=0.1), commit().after(hours=0.1)), "released"),
        ((redeem(50, "r0"), refund("o1"), request(1)), "debt"),
    ],
)
def test_a_redemption_is_refused_with_its_reason(story: tuple[Story, ...], reason: str) -> None:
    told = spent(*story)
    assert told.of("Redemption Refused")[-1].because == (reason,)
    assert told.points[2] == 0


def test_pending_points_cannot_be_spent() -> None:
    assert tell(order(total=100), request(1)).reasons == ["too_few_points"]


def test_a_guest_has_nothing_to_spend() -> None:
    assert tell(request(1), guest=True).reasons == ["not_a_member"]


def test_a_repeated_request_has_no_second_effect() -> None:
    told = spent(request(60), request(60).after(hours=0.1))
    assert (told.points, told.notes) == ((0, 40, 60, 0), ["repeat"])


def test_a_request_after_its_end_has_no_second_effect() -> None:
    told = spent(redeem(60), request(60))
    assert (told.points, told.notes) == ((0, 40, 0, 0), ["repeat"])


def test_a_repeated_commit_has_no_second_effect() -> None:
    told = spent(redeem(60), commit())
    assert (told.points, told.notes) == ((0, 40, 0, 0), ["repeat"])


def test_a_repeated_release_has_no_second_effect() -> None:
    told = spent(request(60), release(), release())
    assert told.notes == ["repeat", "repeat"]  # the lease has lapsed before the first one


def test_a_refused_request_that_is_sent_again_is_not_refused_again() -> None:
    programme = changed(points=Points(pending_days=0))
    asked = request(1).under("m")
    told = tell(asked, order(total=100), wait(days=6), asked, programme=programme)
    assert (told.names.count("Redemption Refused"), told.points[2]) == (1, 0)


def test_a_clawback_leaves_reserved_points_alone() -> None:
    told = spent(request(60), refund("o1").after(hours=0.1), commit().after(hours=0.1))
    assert told.points == (0, 0, 0, 60)


def test_released_points_repay_what_is_owed_by_then() -> None:
    told = spent(request(60), refund("o1").after(hours=0.1), release().after(hours=0.1))
    assert told.points == (0, 0, 0, 0)


def test_points_of_several_lots_go_back_where_they_came_from() -> None:
    told = tell(
        order("o1", total=30),
        order("o2", total=30),
        wait(days=15),
        request(40),
        release().after(hours=0.1),
    )
    assert [(lot.source, lot.available) for lot in told.customer.book.ledger.lots] == [
        ("o1", 30),
        ("o2", 30),
    ]


def test_the_newest_redemptions_are_remembered() -> None:
    told = spent(*(redeem(1, f"r{n}") for n in range(redemptions.KEPT + 1)))
    assert list(told.customer.book.ledger.settled) == [
        f"r{n}" for n in range(1, redemptions.KEPT + 1)
    ]
