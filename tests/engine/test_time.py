"""What time it is: clocks ahead, events that come late, ids that come again (DOMAIN §12)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dates import DAY, HOUR, MINUTE
from engine.recall import FULL, STRIDE, repeated
from engine.state import Seen
from engine.step import newcomer
from tests.support.stories import (
    PROGRAMME,
    START,
    Beat,
    PlainMind,
    Seeing,
    Told,
    changed,
    founded,
    order,
    refund,
    saw,
    tell,
    view,
    wait,
)


def seen(*story: Beat) -> tuple[Told, Seeing]:
    mind = Seeing()
    return tell(*story, mind=mind), mind


@pytest.mark.parametrize(("ahead", "notes"), [(5 * MINUTE, []), (5 * MINUTE + 1, ["clock_ahead"])])
def test_what_lies_ahead_of_the_log_happens_now(ahead: float, notes: list[str]) -> None:
    told, mind = seen(view().late(hours=-ahead / HOUR))
    assert (mind.folded[0].at, told.notes) == (told.now, notes)


def test_the_time_is_told_by_the_device_where_the_event_has_none() -> None:
    times = {
        "timestamp": None,
        "originalTimestamp": "2026-01-05T08:00:00Z",
        "sentAt": "2026-01-05T08:10:00Z",
        "receivedAt": "2026-01-05T09:30:00Z",
    }
    _, mind = seen(Beat(name="Cart Viewed", envelope=times))
    assert mind.folded[0].at == START + 20 * MINUTE


def test_without_any_time_it_is_the_logs() -> None:
    told, mind = seen(Beat(name="Cart Viewed", envelope={"timestamp": None}))
    assert mind.folded[0].at == told.now


@pytest.mark.parametrize(
    ("behind", "folded", "decided"),
    [(72 * HOUR, 1, 1), (72 * HOUR + 1, 1, 0), (30 * DAY, 1, 0), (30 * DAY + 1, 0, 0)],
)
def test_the_later_it_comes_the_less_it_moves(behind: float, folded: int, decided: int) -> None:
    told, mind = seen(view().late(hours=behind / HOUR))
    assert (len(mind.folded), len(mind.decided)) == (folded, decided)
    assert told.notes == ["stale"] * (1 - folded)


def test_an_order_reaches_the_ledger_however_late_it_is() -> None:
    told, mind = seen(order(total=10).late(days=200))
    assert (told.pending, mind.folded) == (10, [])


def test_the_mind_sees_the_money_that_came_and_went() -> None:
    _, mind = seen(order("o1", total=50), refund("o1").after(hours=5))
    [bought, returned] = mind.folded
    assert (bought.name, bought.money, bought.ordered) == ("Order Completed", 5000, bought.at)
    assert (returned.name, returned.money, returned.ordered) == (
        "Order Refunded",
        -5000,
        bought.at,
    )


def test_what_changed_nothing_is_shown_to_nobody() -> None:
    bought = order("o1", total=50)
    _, mind = seen(bought, bought, refund("o2"), refund("o1"), refund("o1", key="again"))
    assert [each.name for each in mind.folded] == ["Order Completed", "Order Refunded"]


def test_an_old_name_is_todays() -> None:
    _, mind = seen(saw("Viewed Product"), saw("Completed Order", order_id="o1", total=5))
    assert [each.name for each in mind.folded] == ["Product Viewed", "Order Completed"]


def test_a_message_id_is_heard_once() -> None:
    told, mind = seen(view().under("m"), view().under("m"))
    assert (len(mind.folded), told.notes) == (1, ["repeat"])


def test_two_events_that_move_points_may_share_a_message_id() -> None:
    told = tell(order("o1", total=50).under("o1"), refund("o1").under("o1"))
    assert told.points == (0, 0, 0, 0)


def test_a_message_id_is_remembered_for_seven_days_and_forgotten_in_time() -> None:
    first = view().under("m")
    steps = [view().after(days=3.5) for _ in range(2)]
    assert seen(first, *steps, first)[0].notes == ["repeat"]
    assert seen(first, *steps, *steps, *steps, first)[0].notes == []
    assert seen(first, first.after(days=15))[0].notes == []


def test_what_is_remembered_does_not_grow_for_ever() -> None:
    told = tell(*(view().after(days=2) for _ in range(50)))
    marks = told.customer.seen
    assert len(marks.young) + len(marks.old) <= 8 * STRIDE


def test_what_is_remembered_of_somebody_who_never_stops_does_not_grow_either() -> None:
    marks = Seen()
    assert not any(repeated(marks, n.to_bytes(STRIDE, "little"), 0.0) for n in range(FULL))
    assert len(marks.young) + len(marks.old) <= 2 * FULL


@given(st.lists(st.binary(min_size=4, max_size=4)), st.binary(min_size=4, max_size=4))
def test_an_id_is_a_repeat_if_it_came_before_and_only_then(came: list[bytes], asked: bytes) -> None:
    marks = Seen()
    assert [repeated(marks, each, 0.0) for each in came] == [
        each in came[:n] for n, each in enumerate(came)
    ]
    assert repeated(marks, asked, 0.0) == (asked in came)


def test_the_holdout_is_a_share_of_the_members_and_the_same_for_ever() -> None:
    world = founded(PROGRAMME)
    held = [newcomer(world, f"c{n}", START).book.holdout for n in range(2000)]
    assert held == [newcomer(world, f"c{n}", START).book.holdout for n in range(2000)]
    assert 60 < sum(held) < 140  # 5 % of 2,000


def test_another_salt_holds_out_others() -> None:
    ours, others = founded(PROGRAMME), founded(changed(salt="other"))
    assert [newcomer(ours, f"c{n}", START).book.holdout for n in range(500)] != [
        newcomer(others, f"c{n}", START).book.holdout for n in range(500)
    ]


def test_a_timer_that_stays_due_is_a_bug_and_says_which() -> None:
    class Stuck:
        def due(self, customer: object) -> float:
            return START

        def fire(self, turn: object) -> None:
            pass

    mind = PlainMind()
    mind.parts = {"stuck": Stuck()}
    with pytest.raises(RuntimeError, match="stuck"):
        tell(wait(hours=1), mind=mind)


def test_timers_fire_in_the_world_of_their_own_moment() -> None:
    told = tell(order(total=10))
    told.publish(changed(version="v2"), START + 14 * DAY + HOUR)  # exactly when the order matures
    told.publish(changed(version="v3"), START + 20 * DAY)
    told.tick(START + 30 * DAY)
    [released] = told.of("Points Released")
    assert (released.programme, released.at) == ("v1", START + 14 * DAY + HOUR)
