"""Budgets are hard: over all partitions, whatever comes late or twice, and whoever dies."""

from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.budgets import Amount, plus
from engine.dates import DAY, HOUR, MINUTE
from flows import quotas
from flows.control import ADMIN, DECIDE
from flows.partition import partition_of
from flows.record import Record
from flows.spending import summed
from flows.tables import budgets_table
from tests.support.records import START, order, record
from tests.support.town import Town

START_OF_TOMORROW: Final = 1_767_308_400.0
"""2026-01-02, 00:00 in Vienna."""
COUNT: Final = 4
CUSTOMERS: Final = [f"c{number}" for number in range(12)]
PROGRAMME: Final = """
name = "Budgets"
currency = "EUR"
zone = "Europe/Vienna"
salt = "test"

[[rewards]]
id = "cup"
name = "A cup"
kind = "coupon"
cost = "2.50"
valid_days = 30

[[rewards]]
id = "bonus"
name = "Ten points"
kind = "points"
points = 10

[[challenges]]
kind = "count"
id = "first"
name = "An order"
of = "orders"
goal = 1
reward = "cup"
"""
UNITS: Final = '[[budgets]]\nid = "cups"\nunits = {}\nrewards = ["cup", "bonus"]\n'
MONEY: Final = '[[budgets]]\nid = "cups"\nmoney = "{}"\nrewards = ["cup"]\n'
DAILY: Final = UNITS + 'period = "day"\n'


def award(number: int, after: float = 0.0, who: str | None = None, reward: str = "cup") -> Record:
    """A reward to somebody, under an entitlement of its own."""
    told = {"reward": reward, "reward_id": f"u{number}"}
    who = who or CUSTOMERS[number % len(CUSTOMERS)]
    return record("Reward Awarded", after, who=who, ident=f"a{number}", source=ADMIN, **told)


def granted(town: Town) -> int:
    return len(town.said("Reward Unlocked"))


def leased(town: Town, budget: str = "cups", began: int = 0) -> Amount:
    """What all partitions may give or have given, with what is on its way left out."""
    total = (0, 0)
    for number in range(town.count):
        share = town.quota(number, budget).shares.get(began)
        if share is not None:
            total = plus(total, plus(share.free, plus(share.held, share.used)))
    return total


def ask_everywhere(town: Town, first: int, hours: int) -> None:
    """Demand goes on in all partitions, minutes apart."""
    for number in range(first, first + hours * len(CUSTOMERS)):
        town.say(award(number, number * 2 * MINUTE))
        town.settle()


def test_half_of_a_new_budget_is_split_evenly_and_the_pool_keeps_the_rest() -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(80))
    shares = [town.quota(number, "cups").shares[0].free for number in range(COUNT)]
    assert (shares, town.flying) == ([(10, 0)] * COUNT, [])


def test_of_a_small_budget_as_many_have_one_as_there_are() -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(3))
    assert sum(leased(town)) == 3


def test_an_unlock_beyond_the_budget_is_refused_with_its_reason() -> None:
    town = Town(1, PROGRAMME + UNITS.format(1))
    for number in range(2):
        town.say(award(number))
    [refused] = town.said("Reward Refused")
    assert (refused["because"], refused["properties"]["reward"]) == (["budget_empty"], "cup")


def test_a_partition_asks_for_more_before_it_runs_dry() -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(80))
    [who, *_] = [each for each in CUSTOMERS if partition_of(each, COUNT) == 0]
    for number in range(60):
        town.say(award(number, who=who))
        town.settle()
    assert granted(town) == 60


def test_what_others_hold_unused_is_called_back() -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(16))
    [who, *_] = [each for each in CUSTOMERS if partition_of(each, COUNT) == 0]
    for number in range(100):
        town.say(award(number, number * 2 * MINUTE, who=who))
        town.settle()
    assert granted(town) == 16


def test_money_is_spent_to_the_last_reward_that_fits() -> None:
    town = Town(COUNT, PROGRAMME + MONEY.format("50.00"))
    ask_everywhere(town, 0, 10)
    assert (granted(town), town.spent("cups")) == (20, (0, 5000))


def test_a_reward_in_two_budgets_needs_both() -> None:
    other = UNITS.format(2).replace('"cups"', '"all"', 1)
    town = Town(1, PROGRAMME + UNITS.format(5) + other)
    for number in range(6):
        town.say(award(number))
        town.settle()
    assert (granted(town), town.spent("cups"), town.spent("all")) == (2, (2, 0), (2, 0))


def test_a_redeemed_reward_is_used_and_a_revoked_one_is_given_back() -> None:
    town = Town(1, PROGRAMME + UNITS.format(5))
    town.say(order("o1", who="ann"))
    town.say(order("o1", who="bob"))
    assert town.quota(0, "cups").shares[0].held == (2, 0)
    [mine] = [e["properties"] for e in town.said("Reward Unlocked") if e["customer"] == "ann"]
    told = {"redemption_id": "till", "reward_id": mine["reward_id"]}
    town.say(record("Redemption Committed", 60.0, who="ann", **told))
    town.say(record("Order Refunded", 120.0, who="bob", order_id="o1", refund_id="r"))
    share = town.quota(0, "cups").shares[0]
    assert (share.held, share.used) == ((0, 0), (1, 0))


def test_points_are_used_at_once() -> None:
    town = Town(1, PROGRAMME + UNITS.format(5))
    town.say(award(1, reward="bonus"))
    assert town.quota(0, "cups").shares[0].used == (1, 0)


def test_points_that_are_taken_back_are_given_back() -> None:
    programme = PROGRAMME.replace('reward = "cup"', 'reward = "bonus"')
    town = Town(1, programme + UNITS.format(5))
    town.say(order("o1"))
    town.say(record("Order Refunded", 120.0, order_id="o1", refund_id="r"))
    assert town.spent("cups") == (0, 0)


def test_an_expired_reward_is_given_back_by_a_record_of_the_log() -> None:
    town = Town(1, PROGRAMME + UNITS.format(5))
    town.say(award(1))
    town.tick(31 * DAY)
    assert town.spent("cups") == (1, 0)
    town.settle()
    assert (town.spent("cups"), town.recounted()) == ((0, 0), True)


POLICY: Final = """
[[policies]]
id = "gift"
when = "known"
after = { event = "Order Completed", hours = 24 }
reward = "cup"
"""


@pytest.mark.parametrize("more", ["", POLICY])
def test_what_no_cycle_earned_is_forgotten_after_it_was_settled(more: str) -> None:
    town = Town(1, PROGRAMME + UNITS.format(5) + more)
    town.say(award(1, who="ann") if not more else order("o1", who="ann"))
    for day in range(2, 4):
        town.tick(day * DAY)
        town.settle()
    [*_, mine] = town.runs[0].states["ann"].book.rewards
    assert len(town.said("Reward Unlocked")) == 1 + bool(more)
    town.tick(35 * DAY)
    town.settle()
    assert mine in town.runs[0].states["ann"].book.rewards
    town.tick(95 * DAY)
    assert mine not in town.runs[0].states["ann"].book.rewards


def test_a_guest_is_awarded_nothing() -> None:
    town = Town(1, PROGRAMME + UNITS.format(5))
    guest = award(1)
    town.say(Record(-1, guest.at, guest.key, guest.value.replace(b"userId", b"anonymousId"), ADMIN))
    assert granted(town) == 0


def test_an_idle_share_goes_back_to_the_pool() -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(800))
    town.tick(2 * HOUR)
    town.settle()
    assert [town.quota(n, "cups").shares[0].free for n in range(COUNT)] == [(50, 0)] * COUNT


def test_the_first_shares_of_a_day_are_there_before_it_begins() -> None:
    town = Town(COUNT, PROGRAMME + DAILY.format(80))
    town.tick(14.5 * HOUR)
    town.settle()
    midnight = int(START_OF_TOMORROW)
    assert leased(town, began=midnight) == (40, 0)


def test_what_is_left_of_a_day_lapses() -> None:
    town = Town(COUNT, PROGRAMME + DAILY.format(8))
    for day in range(3):
        for hour in range(10):
            town.tick(day * DAY + hour * HOUR)
            town.settle()
        for number in range(80):
            at = day * DAY + 10 * HOUR + number * MINUTE * 3
            town.say(award(number + 100 * day, at))
            town.settle()
        assert granted(town) == 8 * (day + 1)
    assert all(len(town.quota(n, "cups").shares) <= 2 for n in range(COUNT))


def test_a_larger_budget_goes_on_from_where_it_was() -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(8))
    ask_everywhere(town, 0, 5)
    town.publish(PROGRAMME + UNITS.format(10), 5 * HOUR)
    ask_everywhere(town, 200, 5)
    assert granted(town) == 10


def test_a_smaller_budget_calls_back_what_is_unused() -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(80))
    town.publish(PROGRAMME + UNITS.format(8), 60.0)
    town.settle()
    ask_everywhere(town, 0, 10)
    assert granted(town) == 8


def test_a_budget_that_is_gone_binds_nobody_and_comes_back_as_it_was() -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(8))
    ask_everywhere(town, 0, 5)
    town.publish(PROGRAMME, 5 * HOUR)
    town.say(award(1000, 5 * HOUR))
    assert granted(town) == 9
    town.publish(PROGRAMME + UNITS.format(8), 6 * HOUR)
    ask_everywhere(town, 300, 5)
    assert granted(town) == 9


steps = st.lists(
    st.tuples(
        st.sampled_from(["award", "award", "award", "deliver", "twice", "kill", "tick", "refund"]),
        st.integers(0, 50),
    ),
    max_size=60,
)


@given(steps, st.integers(1, 12), st.sampled_from([UNITS, MONEY, DAILY]))
def test_never_over_whatever_is_late_or_twice_and_whoever_dies(
    steps: list[tuple[str, int]], size: int, sort: str
) -> None:
    town = Town(COUNT, PROGRAMME + sort.format(size if sort is not MONEY else size * 2))
    whole = size if sort is not MONEY else size * 2 / 2.5
    began = int(START_OF_TOMORROW - DAY) if sort is DAILY else 0
    for number, (what, where) in enumerate(steps):
        now = number * 5 * MINUTE
        if what == "award":
            town.say(award(number, now, who=CUSTOMERS[where % len(CUSTOMERS)]))
        elif what == "tick":
            town.tick(now)
        elif what == "kill":
            town.kill(where)
        elif what == "refund":
            town.say(order("o1", now, who=CUSTOMERS[where % len(CUSTOMERS)]))
        else:
            town.deliver(where, twice=what == "twice")
        units, money = leased(town, began=began)
        assert units <= size
        assert money <= whole * 250
    assert town.recounted()


@pytest.mark.parametrize("size", [1, 3, 20])
def test_a_budget_is_given_to_the_last_while_demand_goes_on(size: int) -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(size))
    ask_everywhere(town, 0, 10)
    assert (granted(town), town.recounted()) == (size, True)


def test_the_summary_adds_up_all_partitions() -> None:
    town = Town(COUNT, PROGRAMME + UNITS.format(80) + MONEY.format("100.00").replace("cups", "eur"))
    for number in range(4):
        town.say(award(number))
    found = summed([quotas.read(run.store.budgets) for run in town.runs])
    cups, euros = found
    assert (cups.granted, cups.held, cups.used, len(cups.free)) == ((40, 0), (4, 0), (0, 0), 4)
    assert (euros.budget, euros.held) == ("eur", (0, 1000))
    assert budgets_table(found).row_count == 2


def errand(name: str, period: int, **told: int) -> Record:
    """Something that a partition might tell the only one that there is."""
    lease = {"budget": "cups", "period": period, "holder": 0, **told}
    body = {"messageId": f"{name}-{period}", "event": name, "properties": lease}
    return Record(-1, START, b"seat-0", msgspec.json.encode(body), DECIDE)


@pytest.mark.parametrize(
    "name", ["Quota Requested", "Quota Granted", "Quota Recalled", "Quota Returned"]
)
def test_errands_of_a_period_that_is_over_change_nothing(name: str) -> None:
    town = Town(1, PROGRAMME + DAILY.format(8))
    before = dict(town.runs[0].store.budgets)
    town.say(errand(name, 86_400, units=3))
    assert (town.runs[0].store.budgets, town.flying) == (before, [])


def test_a_budget_that_is_gone_hands_out_nothing_and_takes_everything_back() -> None:
    town = Town(1, PROGRAMME + UNITS.format(8))
    town.publish(PROGRAMME)
    town.say(errand("Quota Requested", 0, units=8))
    assert town.flying == []
    town.say(errand("Quota Recalled", 0, round=1))
    town.settle()
    assert (leased(town), town.quota(0, "cups").pools[0].returned) == ((0, 0), {0: (4, 0)})


def test_what_comes_back_to_no_pool_is_dropped() -> None:
    town = Town(1, PROGRAMME)
    town.say(errand("Quota Returned", 0, units=3))
    assert town.runs[0].store.budgets == {}


def test_nobody_but_the_engine_may_lease_a_budget() -> None:
    town = Town(1, PROGRAMME + UNITS.format(8))
    grant = errand("Quota Granted", 0, units=800)
    town.say(Record(-1, grant.at, grant.key, grant.value, ADMIN))
    assert (leased(town), len(town.runs[0].dead)) == ((4, 0), 1)
