"""The demo: paced like its clock, every decision heard and put into words, all of it counted."""

import subprocess
import sys
from importlib.resources import files
from typing import Any

import msgspec
import orjson
import pytest

from bench.demo.__main__ import asked
from bench.demo.census import auc
from bench.demo.feeder import AT_ONCE, Feeder
from bench.demo.followed import Followed, Moment, choose
from bench.demo.heard import Heard
from bench.demo.pace import BUSY, SLOWER, SLOWEST, Pace
from bench.demo.plan import START, Plan
from bench.demo.rates import Rate
from bench.demo.strokes import last_of_columns
from bench.demo.till import PAYS, SAVES_UP, SPENDS, Till
from bench.demo.words import REASONS, Words
from bench.town import TimedEvent, Town
from bench.town.chance import DAY
from engine.decisions import Decision
from engine.events import Happening
from engine.state import Customer
from engine.step import newcomer, step
from engine.wire import decode
from flows.record import Batch, Record
from policies import worlds
from policies.check import load

PROGRAMME = files("policies").joinpath("programmes/roastery.toml").read_text("utf-8")


class Watch:
    """A real clock that stands still until it is told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def event(at: float, customer: str = "c1") -> TimedEvent:
    return TimedEvent(at, customer, b"{}")


# ── pace ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_towns_time_goes_by_as_often_as_fast() -> None:
    watch = Watch()
    pace = Pace(1000.0, 60.0, watch)
    watch.seconds += 2.0
    assert pace.now == 1120.0


def test_where_much_waits_time_goes_on_from_the_same_moment_more_slowly() -> None:
    watch = Watch()
    pace = Pace(1000.0, 100.0, watch)
    watch.seconds += 1.0
    pace.keep_up(waiting=BUSY * 500 + 1, rate=500.0)
    watch.seconds += 1.0
    assert pace.now == pytest.approx(1100.0 + 100.0 * SLOWER)


def test_time_never_gets_slower_than_the_clocks_ticks_or_faster_than_planned() -> None:
    pace = Pace(0.0, 100.0, Watch())
    for _ in range(50):
        pace.keep_up(waiting=1e6, rate=500.0)
    slowest = pace.speed
    for _ in range(50):
        pace.keep_up(waiting=0.0, rate=500.0)
    assert (slowest, pace.speed) == (100.0 * SLOWEST, 100.0)


def test_before_anything_is_folded_the_pace_stays() -> None:
    pace = Pace(0.0, 100.0, Watch())
    pace.keep_up(waiting=5000.0, rate=0.0)
    assert pace.speed == 100.0


# ── feeder ───────────────────────────────────────────────────────────────────────────────────────


def fed(events: list[TimedEvent]) -> tuple[Feeder, list[tuple[TimedEvent, float]]]:
    sent: list[tuple[TimedEvent, float]] = []
    return Feeder(events, lambda event, at: sent.append((event, at))), sent


def test_nothing_is_sent_before_its_time() -> None:
    feeder, sent = fed([event(1.0), event(2.0), event(3.0)])
    assert (feeder.feed(2.0), [at for _, at in sent]) == (2, [1.0, 2.0])


def test_answers_take_their_place_among_the_events() -> None:
    feeder, sent = fed([event(1.0), event(3.0)])
    feeder.answer([event(2.0, "c2")])
    feeder.feed(9.0)
    assert [at for _, at in sent] == [1.0, 2.0, 3.0]


def test_an_answer_that_comes_too_late_is_sent_at_once_and_log_time_does_not_fall() -> None:
    feeder, sent = fed([event(5.0)])
    feeder.feed(5.0)
    late = event(2.0, "c2")
    feeder.answer([late])
    feeder.feed(5.0)
    assert sent[-1] == (late, 5.0)


def test_one_call_sends_a_bounded_number() -> None:
    feeder, _ = fed([event(1.0)] * (AT_ONCE + 1))
    assert (feeder.feed(1.0), feeder.feed(1.0)) == (AT_ONCE, 1)


def test_how_late_the_town_is_told_is_the_age_of_its_oldest_unsent_event() -> None:
    feeder, _ = fed([event(10.0)])
    assert (feeder.behind(8.0), feeder.behind(14.0)) == (0.0, 4.0)


def test_a_feeder_without_events_is_never_behind() -> None:
    feeder, _ = fed([])
    assert feeder.behind(1e9) == 0.0


# ── decisions: heard, in words, answered ─────────────────────────────────────────────────────────


class Topic:
    """Batches that were fetched beforehand."""

    def __init__(self, *batches: Batch) -> None:
        self.batches = list(batches)

    def take(self, wait: float = 0.0) -> list[Batch]:
        return [self.batches.pop(0)] if self.batches else []


def decision(name: str, customer: str = "c1", **properties: Any) -> Decision:
    ident = f"{name}-{customer}"
    return Decision(ident, name, customer, "m1", "v1", "points", 1e9, (), properties)


def published(*decisions: Decision, first: int = 0) -> Batch:
    encoded = [msgspec.json.encode(each) for each in decisions]
    rows = enumerate(encoded, first)
    return Batch(0, [Record(n, 1e9, b"c1", value, "", (n, 0)) for n, value in rows])


def test_what_is_published_twice_is_heard_once() -> None:
    again = published(decision("Points Pending", points=1))
    heard = Heard(Topic(again, again))
    assert (len(heard.take()), heard.counts["Points Pending"]) == (1, 1)


def test_the_kind_shown_least_is_shown_next() -> None:
    often, seldom = decision("Points Pending", points=1), decision("Tier Upgraded")
    heard = Heard(Topic(published(often)))
    heard.take()
    heard.show()
    heard._topic = Topic(published(often, seldom, first=1))
    heard.take()
    heard.show()
    assert [each.event for each in heard.latest] == ["Tier Upgraded", "Points Pending"]


@pytest.fixture(scope="module")
def decided() -> list[Decision]:
    """All that the kernel decides about a small town that also spends."""
    start = START.timestamp()
    world = worlds.with_programme(worlds.genesis(), PROGRAMME, start)
    town = Town(seed=3, customers=40, start=START, days=120)
    till = Till(3, world.programme, lambda who: "Europe/Vienna")
    customers: dict[str, Customer[Any]] = {}
    found: list[Decision] = []

    def fold(record: TimedEvent, at: float) -> None:
        told = decode(record.body)
        if isinstance(told, Happening):
            who = told.customer
            if who not in customers:
                customers[who] = newcomer(world, who, at)
            for each in step(world, customers[who], who, told, at).decisions:
                found.append(each)
                answers = till.react(each)
                if each.event == "Message Decided":
                    answers = town.react(msgspec.structs.asdict(each))
                feeder.answer(answers)

    feeder = Feeder(town.events(), fold)
    while feeder.feed(start + 120 * DAY):
        pass
    return found


def test_every_decision_can_be_said_in_words_without_a_code(decided: list[Decision]) -> None:
    words = Words(load(PROGRAMME))
    said = {(words.what(each), words.why(each)) for each in decided}
    codes = {code for each in decided for code in each.because}
    assert not [pair for pair in said if not all(pair) or any("_" in part for part in pair)]
    assert codes <= REASONS.keys() | {"condition_met"}


def test_members_spend_points_and_use_rewards(decided: list[Decision]) -> None:
    names = {each.event for each in decided}
    assert {"Points Redeemed", "Reward Redeemed"} <= names


def test_who_saved_up_spends_once_it_is_decided_by_the_decisions_name() -> None:
    till = Till(1, load(PROGRAMME), lambda who: "Europe/Vienna")
    released = [decision("Points Released", f"c{n}", points=SAVES_UP) for n in range(40)]
    told = [[orjson.loads(each.body) for each in till.react(one)] for one in released]
    again = Till(1, load(PROGRAMME), lambda who: "Europe/Vienna")
    assert told == [[orjson.loads(each.body) for each in again.react(one)] for one in released]
    tempted = [pair for pair in told if pair]
    assert 0 < len(tempted) < 40
    assert {each["event"] for each in tempted[0]} == {
        "Redemption Requested",
        "Redemption Committed",
    }
    assert {each["properties"]["points"] for pair in tempted for each in pair} == {SPENDS}


def test_paying_takes_less_than_the_lease() -> None:
    assert load(PROGRAMME).points.lease_minutes * 60 > PAYS


# ── who is followed ──────────────────────────────────────────────────────────────────────────────


def test_the_followed_member_is_a_regular_who_leaves_midway() -> None:
    plan = Plan()
    town = Town(seed=plan.seed, customers=300, start=START, days=plan.days)
    truth = choose(town, plan.start, plan.end)
    assert truth.lapsed_at is not None
    assert 0.4 <= (truth.lapsed_at - plan.start) / (plan.end - plan.start) <= 0.6


def test_a_town_where_nobody_leaves_midway_follows_who_buys_most() -> None:
    town = Town(seed=1, customers=3, start=START, days=5)
    truth = choose(town, START.timestamp(), START.timestamp() + 5 * DAY)
    assert len(truth.purchases) == max(len(town.truth(who).purchases) for who in town.customers)


def test_orders_of_the_followed_member_are_marked() -> None:
    town = Town(seed=1, customers=3, start=START, days=60)
    one = Followed(max(map(town.truth, town.customers), key=lambda truth: len(truth.purchases)))
    for each in town.events():
        one.sent(each)
    assert len(set(one.orders)) >= len(one.truth.purchases) - 1  # the last may arrive too late


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────


def test_a_rate_settles_on_a_steady_pace() -> None:
    rate = Rate()
    for second in range(20):
        rate.see(second * 50.0, float(second))
    assert rate.value == pytest.approx(50.0, rel=0.01)


def test_a_count_that_is_seldom_read_makes_no_wave() -> None:
    rate = Rate()
    steps = [rate.see(float(n // 5 * 5), n / 10) for n in range(100)]
    assert max(steps[80:]) - min(steps[80:]) < 0.1


def test_a_rate_falls_when_nothing_comes_any_more() -> None:
    rate = Rate()
    for second in range(10):
        rate.see(second * 50.0, float(second))
    for second in range(10, 30):
        rate.see(450.0, float(second) + 0.5)
    assert rate.value < 1.0


def test_a_count_that_was_started_again_is_no_negative_rate() -> None:
    rate = Rate()
    for at, count in enumerate((0.0, 1000.0, 10.0)):
        rate.see(count, float(at))
    assert rate.value > 0.0


def test_columns_without_news_repeat_the_one_before_and_the_future_is_empty() -> None:
    first, last = Moment(1.0, 0.1, 0.2), Moment(6.5, 0.3, 0.4)
    assert last_of_columns([first, last], 0.0, 10.0, 10) == (
        [None, first, first, first, first, first, last] + [None] * 3
    )


def test_the_area_under_the_curve_needs_both_kinds() -> None:
    assert (auc([(0.5, True)]), auc([(0.1, False), (0.2, True)])) == (None, 1.0)


# ── the whole ────────────────────────────────────────────────────────────────────────────────────


def test_the_options_are_those_of_a_plan() -> None:
    given = [
        "--seed",
        "3",
        "--customers",
        "5",
        "--days",
        "9",
        "--seconds",
        "2",
        "--plain",
        "--keep",
    ]
    assert asked(given) == Plan(seed=3, customers=5, days=9, seconds=2.0, plain=True, keep=True)


def test_a_town_without_people_is_refused() -> None:
    with pytest.raises(SystemExit, match="2"):
        asked(["--customers", "0"])


@pytest.fixture
def run() -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench.demo", "--seconds", "6", "--customers", "300"]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.stack
def test_a_short_run_ends_without_a_difference(run: subprocess.CompletedProcess[str]) -> None:
    assert (run.stdout.splitlines()[-1:], run.returncode) == (["recount: 0 differences"], 0), (
        run.stdout + run.stderr
    )
