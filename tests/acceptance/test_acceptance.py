"""One case for each common complaint about such systems (DOMAIN §14), under its number."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import ledger
from engine.challenges import Challenge, Collection, Count, Sequence, Spend, Step, Streak
from engine.chance import draw
from engine.dates import DAY, HOUR
from engine.programme import Points
from engine.state import Book
from features import Memories
from policies.worlds import genesis
from tests.flows import test_budgets as budgets
from tests.support.lives import EVEN, Coming, Deed, live, three_days
from tests.support.records import START as START_OF_RECORDS
from tests.support.records import did, record
from tests.support.several import Several, opened
from tests.support.stories import (
    LADDER,
    START,
    Beat,
    Told,
    back,
    cancel,
    changed,
    founded,
    items,
    line,
    order,
    publish,
    redeem,
    refund,
    request,
    tell,
    use,
    wait,
)
from tests.support.town import Town

BAGS = Count(id="bags", name="Three bags", goal=3, reward="cup")
BOUGHT = order("o1", line("a", 30.00), line("b", 20.00), line("c", 9.99), discount=6.00)

HALVES = order("o1", line("a", 10.50), line("b", 20.50), line("c", 30.50))
"""Where every refund on its own would leave a point behind."""


def test_acceptance_01_the_same_order_three_times_under_two_message_ids_is_one_award() -> None:
    told = tell(BOUGHT.under("browser"), BOUGHT.under("server"), BOUGHT.under("browser"))
    assert (told.points_of("Points Pending"), told.pending) == ([53], 53)


def test_acceptance_02_earned_redeemed_and_refunded_leaves_a_debt_and_no_redemption() -> None:
    told = tell(
        order("o1", total=100), wait(days=15), redeem(60), refund("o1", key="r1"), request(1, "r2")
    )
    assert (told.balance, told.debt) == (0, 60)
    assert told.of("Redemption Refused")[-1].because == ("debt",)


@pytest.mark.parametrize(("bought", "award"), [(BOUGHT, 53), (HALVES, 61)])
def test_acceptance_03_three_partial_refunds_in_all_six_orders_leave_the_same_ledger(
    bought: Beat, award: int
) -> None:
    returns = [refund("o1", back(product), key=product) for product in "abc"]
    ledgers = [tell(bought, *story).customer.book.ledger for story in permutations(returns)]
    assert all(each == ledgers[0] for each in ledgers)
    assert (ledgers[0].reversed, ledger.pending(ledgers[0])) == (award, 0)


def test_acceptance_04_refunded_twice_or_cancelled_and_refunded_has_no_second_effect() -> None:
    twice = tell(
        items(3), refund("o1", back("beans"), key="r1"), refund("o1", back("beans"), key="r1")
    )
    both = tell(items(3), cancel("o1"), refund("o1", key="r1"))
    assert (twice.pending, both.pending) == (20, 0)
    assert (len(twice.of("Points Reversed")), len(both.of("Points Reversed"))) == (1, 1)


def test_acceptance_05_a_refund_before_its_order_is_applied_when_the_order_comes() -> None:
    early = tell(refund("o1", back("a"), key="r1"), BOUGHT)
    late = tell(BOUGHT, refund("o1", back("a"), key="r1"))
    assert early.points == late.points == (26, 0, 0, 0)


def test_acceptance_06_the_recorded_award_is_reversed_whatever_the_rule_is_now() -> None:
    generous = changed(points=Points(earn=100))
    told = tell(BOUGHT, publish(generous), refund("o1", back("b"), key="r1"), cancel("o1"))
    assert (told.points_of("Points Reversed"), told.points) == ([18, 35], (0, 0, 0, 0))


def test_acceptance_07_expiry_after_a_partial_spend_takes_only_the_rest() -> None:
    told = tell(order(total=100), wait(days=15), redeem(30), wait(days=400))
    assert (told.points_of("Points Expired"), told.points) == ([70], (0, 0, 0, 0))


def test_acceptance_08_points_redeemed_inside_an_order_earn_nothing() -> None:
    worth = changed(points=Points(worth=Decimal("0.10"), pending_days=0))
    earned = (order("o1", total=100), wait(hours=1), request(60))
    ways: list[dict[str, Any]] = [{}, {"paid_with_points": 6}]
    for paid in ways:
        bought = order("o2", total=40, redemption_id="r1", **paid).after(hours=0.1)
        told = tell(*earned, bought, programme=worth)
        assert (told.points_of("Points Pending"), told.balance) == ([100, 34], 40)


def test_acceptance_09_of_two_reservations_on_one_balance_exactly_one_wins() -> None:
    told = tell(
        order("o1", total=100),
        wait(days=15),
        request(60, "r1"),
        request(60, "r2").after(hours=0.1),
    )
    assert told.points == (0, 40, 60, 0)
    assert [each.properties["redemption_id"] for each in told.of("Points Reserved")] == ["r1"]
    assert told.of("Redemption Refused")[0].because == ("too_few_points",)


def test_acceptance_10_spending_does_not_demote() -> None:
    programme = changed(tiers=replace(LADDER, period="month"))
    told = tell(order(total=600), wait(days=15), redeem(600), wait(days=100), programme=programme)
    assert (told.balance, told.tier) == (0, "silver")


@pytest.mark.parametrize(("used", "state"), [(False, "revoked"), (True, "redeemed")])
def test_acceptance_11_a_refund_revokes_the_reward_unless_it_was_redeemed(
    used: bool, state: str
) -> None:
    told = tell(items(3), programme=changed(challenges=(BAGS,)))
    [reward] = told.customer.book.rewards
    if used:
        told.beat(use(reward))
    told.beat(refund("o1", key="r1"))
    assert told.states == [state]
    assert told.of("Challenge Rolled Back") != []


@pytest.mark.parametrize(("used", "state"), [(False, "revoked"), (True, "redeemed")])
@pytest.mark.parametrize(
    "challenge",
    [
        Spend(id="spend", name="30 euros", goal=Decimal(30), reward="cup"),
        Collection(id="collection", name="Beans and tea", goal=2, reward="cup"),
        Streak(id="streak", name="Two days", goal=2, reward="cup"),
        Sequence(
            id="sequence", name="Beans, then tea", steps=(Step(), Step(categories=("tea",))),
            reward="cup",
        ),
    ],
    ids=lambda challenge: challenge.id if isinstance(challenge, Challenge) else None,
)  # fmt: skip
def test_acceptance_11_holds_for_every_kind_that_counts_orders(
    challenge: Challenge, used: bool, state: str
) -> None:
    told = tell(
        items(1, category="beans"),
        items(2, category="tea").after(days=1),
        programme=changed(challenges=(challenge,)),
    )
    [reward] = told.customer.book.rewards
    if used:
        told.beat(use(reward))
    told.beat(refund("o2", key="r1"))
    assert told.states == [state]
    assert told.of("Challenge Rolled Back") != []


WEEK = Streak(id="week", name="Seven days in a row", goal=7, of="Store Visited", reward="cup")
MIDNIGHT = datetime(2026, 3, 25, 0, 0, tzinfo=ZoneInfo("Europe/Vienna"))
"""Four days before the clock goes forward, so that the fifth day has 23 hours."""


@given(st.lists(st.integers(0, 23 * 60 - 1), min_size=7, max_size=7), st.data())
def test_acceptance_12_a_streak_shuffled_late_and_repeated_is_the_streak_in_order(
    minutes: list[int], data: st.DataObject
) -> None:
    visits = [
        Deed(
            (MIDNIGHT + timedelta(days=day)).timestamp() + minute * 60,
            Beat(name="Store Visited").under(f"visit {day}"),
        )
        for day, minute in enumerate(minutes)
    ]
    programme = changed(challenges=(WEEK,))
    in_order = live(Told(founded(programme)), [Coming(visit.at, visit) for visit in visits])
    repeated = data.draw(st.lists(st.sampled_from(visits), max_size=5))
    arrivals = data.draw(st.permutations([*visits, *repeated]))
    late = [Coming(visits[-1].at + DAY + n, visit) for n, visit in enumerate(arrivals)]
    shuffled = live(Told(founded(programme)), late)
    for told in (in_order, shuffled):
        [cycle] = told.cycles
        assert (told.progress, told.states) == ([7], ["unlocked"])
        assert (cycle.started, cycle.done) == (visits[0].at, visits[-1].at)
        assert len(told.of("Challenge Completed")) == 1


@pytest.mark.parametrize(("hours", "days"), [(23, 2), (24, 3), (22.5, 2)])
def test_acceptance_12_a_day_on_which_the_clock_changes_counts_once(
    hours: float, days: int
) -> None:
    eve = (MIDNIGHT + timedelta(days=4)).timestamp() - HOUR
    moments = [eve, eve + HOUR, eve + hours * HOUR]
    visits = [
        Deed(at, Beat(name="Store Visited").under(f"visit {n}")) for n, at in enumerate(moments)
    ]
    told = Told(founded(changed(challenges=(WEEK,))))
    assert live(told, [Coming(visit.at, visit) for visit in visits]).progress == [days]


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 30)), min_size=120, max_size=120))
@settings(max_examples=20)
def test_acceptance_18_a_budget_of_n_with_ten_times_as_many_unlocks_gives_exactly_n(
    demand: list[tuple[int, int]],
) -> None:
    town = Town(4, budgets.PROGRAMME + budgets.UNITS.format(12))
    for number, (who, place) in enumerate(demand):
        town.say(budgets.award(number, number * 90.0, who=budgets.CUSTOMERS[who]))
        town.deliver(place)
        town.kill(place)
    town.settle()
    for number in range(120, 144):
        town.say(budgets.award(number, number * 90.0))
        town.settle()
    assert (len(town.said("Reward Unlocked")), town.spent("cups")) == (12, (12, 0))
    assert town.recounted()


def _held_out(who: str) -> bool:
    return draw(f"{genesis().programme.salt}/holdout", who) < genesis().programme.holdout.share


HELD, TREATED = (
    next(name for name in (f"{n}" for n in range(500)) if _held_out(name) is held)
    for held in (True, False)
)


@pytest.mark.parametrize(("visitor", "member"), [(HELD, TREATED), (TREATED, HELD)])
def test_acceptance_14_anonymous_then_login_keeps_the_holdout(visitor: str, member: str) -> None:
    seen = did("Product Viewed", visitor=visitor)
    login = did("identify", HOUR, user=member, visitor=visitor)
    assert Several().tell(seen, login).of(member).book.holdout is _held_out(visitor)


def test_acceptance_14_a_member_who_was_known_before_keeps_the_holdout() -> None:
    known = did("Product Viewed", user=TREATED)
    login = did("identify", HOUR, user=TREATED, visitor=HELD)
    assert not Several().tell(known, login).of(TREATED).book.holdout


def test_acceptance_15_after_a_merge_a_late_event_of_the_old_id_lands_on_the_survivor() -> None:
    login = did("identify", HOUR, user="ann", visitor="v-17")
    late = did("Order Completed", visitor="v-17", order_id="o1", total=40)
    town = opened().tell(login, late)
    assert ledger.pending(town.of("ann").book.ledger) == 40
    assert town.of("ann").book.orders["o1"].at == START_OF_RECORDS
    assert town.of("v-17").book.orders == {}


def totals(town: Several) -> dict[str, int]:
    """Every figure of every ledger, summed."""
    found: Counter[str] = Counter()
    for customer in town.states.values():
        book = customer.book.ledger
        assert ledger.balanced(book)
        held = ledger.pending(book) + ledger.available(book) + ledger.reserved(book)
        found.update(issued=book.issued, reversed=book.reversed, debt=book.debt, held=held)
    return found


def test_acceptance_19_who_is_erased_stays_so_in_a_replay_and_the_totals_are_unchanged() -> None:
    bought = did("Order Completed", user="ann", order_id="o1", total=40)
    back = did("Order Refunded", HOUR, user="ann", order_id="o1", total=10)
    town = opened().tell(did("Product Viewed", visitor="v-17"), bought, back)
    town.tell(did("identify", 2 * HOUR, user="ann", visitor="v-17"))
    before = totals(town)
    erased = record("Customer Erased", DAY, who="ann", source="admin", actor="dpo", reason="asked")
    later = did("Order Completed", 2 * DAY, user="ann", order_id="o2", total=99)
    late = did("Product Viewed", 3 * DAY, visitor="v-17")
    town.tell(erased, bought, later, late, erased)
    again = town.replayed()
    assert again.states == town.states
    assert totals(again) == totals(town) == before
    for who in ("ann", "v-17"):
        assert again.of(who).book == Book()
        assert again.of(who).memory == Memories()
        assert again.profile(who).keys() - {"survivor"} == {
            "state", "book", "inbox", "as_of", "offset"
        }  # fmt: skip


@given(three_days(), st.data())
def test_acceptance_22_any_interleaving_or_repetition_gives_equal_balances(
    deeds: list[Deed], data: st.DataObject
) -> None:
    in_order = [Coming(deed.at, deed) for deed in deeds]
    shuffled = data.draw(st.permutations([*deeds, *deeds]))
    arrivals = [Coming(START + 72 * HOUR + n, deed) for n, deed in enumerate(shuffled)]
    stories = [live(Told(founded(EVEN)), story) for story in (in_order, arrivals)]
    for days in (4, 30, 2000):
        for told in stories:
            told.tick(START + days * DAY)
        assert stories[0].points == stories[1].points
