"""One partition's fold: batches change nothing, poison hurts nobody else, publications survive."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final, NamedTuple, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dates import DAY, HOUR
from engine.errors import PoisonError
from engine.posting import RULES, Rule
from engine.turn import Turn
from flows import readable
from flows.attempt import DEAD_BYTES
from flows.decider import DUE_LIMIT
from flows.partition import partition_of
from flows.record import AT_MS, Record
from flows.recount import Naive
from flows.store import MAX_BYTES, MAX_RECORDS, Commit
from flows.topics import DECISIONS, EVENTS, OUTCOMES
from policies import worlds
from policies.check import load
from tests.support.memory_store import Run, numbered
from tests.support.records import START, junk, model, order, programme, record, tick

FIRST: Final = """
name = "First"
currency = "EUR"
zone = "Europe/Vienna"
salt = "test"

[points]
pending_days = 2

[currencies]
USD = "0.92"

[holdout]
share = 0.0

[[tiers.steps]]
id = "bean"
name = "Bean"
spend = "0"
multiplier = "1"

[[tiers.steps]]
id = "silver"
name = "Silver"
spend = "50"
multiplier = "1.5"

[[rewards]]
id = "extra"
name = "5 points"
kind = "points"
points = 5

[[challenges]]
kind = "count"
id = "two_orders"
name = "Two orders"
of = "orders"
goal = 2
days = 10
repeat = "on_expiry"
reward = "extra"

[[challenges]]
kind = "count"
id = "two_opinions"
name = "Two opinions"
of = "Product Reviewed"
goal = 2

[[policies]]
id = "thanks"
on = "Order Completed"
[policies.message]
title = "Thank you"

[[policies]]
id = "miss_you"
channel = "push"
[policies.score]
model = "churn"
rises = 0.6
falls = 0.4
[policies.message]
title = "We miss you"
"""
SECOND: Final = FIRST.replace("First", "Second").replace("pending_days = 2", "pending_days = 9")


@pytest.fixture(scope="module", autouse=True)
def _every_programme_is_read_once() -> Iterator[None]:
    """A law publishes the same two thousands of times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "load", lru_cache(load))
        yield


def told(*records: Record, **home: int) -> Run:
    """The records in one batch, until nothing more is due."""
    run = Run(**home)
    run.fold(numbered(records))
    run.settle()
    return run


# ── laws ─────────────────────────────────────────────────────────────────────────────────────────


class Cut(NamedTuple):
    """A batch ends after so many more records; before the next, the process may begin anew."""

    records: int
    restart: bool


class Said(NamedTuple):
    """One record of a story: what, how long after the one before (s), and what it is about."""

    word: str
    pause: float
    who: str
    ident: str
    amount: int


WORDS: Final[dict[str, Callable[[float, Said], Record]]] = {
    "order": lambda at, say: order(say.ident, at, who=say.who, total=say.amount),
    "dollars": lambda at, say: order(say.ident, at, who=say.who, total=say.amount, currency="USD"),
    "florins": lambda at, say: order(say.ident, at, who=say.who, total=say.amount, currency="XXX"),
    "refund": lambda at, say: record("Order Refunded", at, who=say.who, order_id=say.ident),
    "view": lambda at, say: record("Product Viewed", at, who=say.who, product_id=say.ident),
    "review": lambda at, say: record("Product Reviewed", at, who=say.who, product_id=say.ident),
    "redeem": lambda at, say: record(
        "Redemption Requested", at, who=say.who, redemption_id=say.ident, points=say.amount
    ),
    "consent": lambda at, say: record("Consent Changed", at, who=say.who, channel="push"),
    "tick": lambda at, say: tick(at),
    "forged tick": lambda at, say: tick(at, "shop"),
    "first programme": lambda at, say: programme(FIRST, at),
    "second programme": lambda at, say: programme(SECOND, at),
    "broken programme": lambda at, say: programme("name =", at),
    "calm model": lambda at, say: model("v1", at, bias=-1.0),
    "anxious model": lambda at, say: model("v2", at, bias=1.0),
    "junk": lambda at, say: junk(b"{", at),
}
"""Anything that the log may hold."""

stories = st.lists(
    st.builds(
        Said,
        st.sampled_from(list(WORDS)),
        st.sampled_from([0.0, 60.0, HOUR, DAY, 3 * DAY, 10 * DAY, 40 * DAY]),
        st.sampled_from(["ann", "bob", "cid"]),
        st.sampled_from(["o1", "o2", "o3"]),
        st.integers(1, 80),
    ),
    max_size=25,
)


def log_of(story: Sequence[Said]) -> list[Record]:
    """A programme, and then the story."""
    times = accumulate(said.pause for said in story)
    records = [WORDS[said.word](at, said) for at, said in zip(times, story, strict=True)]
    return numbered([programme(FIRST), *records])


cuts = st.lists(st.builds(Cut, st.integers(1, 12), st.booleans()), max_size=8)


def folded(log: Sequence[Record], cuts: Sequence[Cut], **home: int) -> Run:
    run, at = Run(**home), 0
    for cut in (*cuts, Cut(len(log), restart=False)):
        run.fold(log[at : at + cut.records])
        at = min(len(log), at + cut.records)
        if cut.restart:
            run.restart()
    run.settle()
    return run


def outcomes(run: Run) -> Counter[bytes]:
    return Counter(entry.value for entry in run.said(OUTCOMES))


@given(stories, cuts, st.sampled_from([2, 1000]))
def test_batches_restarts_and_a_tiny_cache_change_nothing(
    story: list[Said], cuts: list[Cut], cache: int
) -> None:
    log = log_of(story)
    whole, pieces = folded(log, []), folded(log, cuts, cache=cache)
    assert pieces.states == whole.states
    assert pieces.decisions == whole.decisions
    assert outcomes(pieces) == outcomes(whole)
    assert pieces.dead == whole.dead


@given(stories, cuts)
def test_the_fold_says_what_a_naive_one_says(story: list[Said], cuts: list[Cut]) -> None:
    naive, log = Naive(0, 1), log_of(story)
    for each in log:
        naive.apply(each)
    naive.settle()
    run = folded(log, cuts)
    assert all(customer.book for customer in naive.customers.values())
    assert run.states == naive.customers
    assert run.decisions.keys() == naive.decisions
    assert worlds.era(run.world) == worlds.era(naive.world)


@given(stories, cuts)
def test_what_pages_read_is_what_the_state_says(story: list[Said], cuts: list[Cut]) -> None:
    run = folded(log_of([said for said in story if "programme" not in said.word]), cuts)
    for who, customer in run.states.items():
        shown = [*readable.moving(run.world, customer), *readable.standing(run.world, customer)]
        fields = dict(zip(shown[::2], shown[1::2], strict=True))
        assert {name: run.store.profiles[who][name] for name in fields} == fields


@given(stories, cuts)
def test_the_index_of_timers_is_what_the_states_say(story: list[Said], cuts: list[Cut]) -> None:
    run = folded(log_of(story), cuts)
    assert run.store.timers == {
        who: customer.due for who, customer in run.states.items() if customer.due < float("inf")
    }


# ── poison ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders named "poison" are posted in full, and then their rule raises."""
    real = RULES["Order Completed"]

    def post(turn: Turn, event: Any, at: float) -> Any:
        posted = real.post(turn, event, at)
        if event.properties.order_id == "poison":
            raise ZeroDivisionError("as bugs do")
        return posted

    rules = cast(dict[str, Rule], RULES)
    monkeypatch.setitem(rules, "Order Completed", Rule(post, keyed=real.keyed))


@pytest.mark.usefixtures("poison")
@pytest.mark.parametrize("place", range(1, 6))
def test_a_poison_record_leaves_nothing_and_its_neighbours_are_applied_once(place: int) -> None:
    healthy = [
        programme(FIRST),
        order("o1", 1),
        order("o2", 2),
        order("o1", 3, who="bob"),
        order("o3", 4),
    ]
    bad = [order("poison", place - 0.5)]
    run, clean = told(*healthy[:place], *bad, *healthy[place:]), told(*healthy)
    assert run.states == clean.states
    assert run.decisions == clean.decisions
    assert [value for value, _ in run.dead] == [bad[0].value]
    assert not clean.dead


@pytest.mark.usefixtures("poison")
def test_a_poison_record_goes_to_dead_letters_with_its_reason_and_its_place() -> None:
    run = told(programme(FIRST), order("poison", 1), order("o1", 2))
    [(_, headers)] = run.dead
    assert headers == {
        "reason": "handler_failed",
        "detail": "ZeroDivisionError('as bugs do')",
        "from": EVENTS,
        "partition": "0",
        "offset": "1",
    }


@pytest.mark.usefixtures("poison")
def test_a_newcomer_who_is_only_known_by_poison_is_not_known() -> None:
    assert told(order("poison", who="eve")).states == {}


@pytest.mark.usefixtures("poison")
def test_many_poison_records_in_one_batch_leave_the_others_alone() -> None:
    healthy = [programme(FIRST), *(order(f"o{n}", n) for n in range(5))]
    bad = [order("poison", n + 0.5, who=who) for n in range(5) for who in ("ann", "eve")]
    run = told(*sorted(healthy + bad, key=lambda each: each.at))
    assert run.states == told(*healthy).states
    assert len(run.dead) == len(bad)


@pytest.mark.usefixtures("poison")
def test_poison_after_a_commit_was_cut_is_taken_out_as_well() -> None:
    large = [junk(b"?" * DEAD_BYTES) for _ in range(4)]
    healthy = [programme(FIRST), order("o1", 0.0), *large, order("o2", 0.0)]
    run = told(*healthy, order("poison", 0.0))
    assert run.states == told(*healthy).states


def test_an_order_in_an_unknown_currency_is_put_aside_and_its_neighbours_are_not() -> None:
    healthy = [programme(FIRST), order("o1", 1), order("o3", 3)]
    run = told(*healthy[:2], order("o2", 2, currency="XXX"), healthy[2])
    assert run.states == told(*healthy).states
    [(_, headers)] = run.dead
    assert headers["reason"] == "unknown_currency"
    assert "XXX" in headers["detail"]


# ── refused ──────────────────────────────────────────────────────────────────────────────────────

NO_ID: Final = b'{"messageId":"m","event":"Order Completed","userId":"ann","properties":{}}'


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "not_json"),
        (b'"', "not_json"),
        (b"\xff\xfe", "not_json"),
        (b'{"messageId":"m","event":"Cart Viewed"}', "missing_customer"),
        (NO_ID, "missing_field"),
        (b" " * (256 * 1024 + 1), "too_large"),
    ],
)
def test_a_record_that_cannot_be_used_is_a_dead_letter_with_its_reason(
    value: bytes, reason: str
) -> None:
    run = told(order("o1"), junk(value), order("o2"))
    [(dead, headers)] = run.dead
    assert (dead, headers["reason"]) == (value[:DEAD_BYTES], reason)
    assert run.states["ann"].book.orders.keys() == {"o1", "o2"}


def test_a_dead_letter_has_its_records_key() -> None:
    run = told(junk())
    assert [entry.key for entry in run.store.outbox] == [b"ann"]


def test_of_a_very_large_record_the_dead_letter_keeps_the_beginning_and_says_so() -> None:
    [(value, headers)] = told(junk(b"x" * 1_000_000)).dead
    assert (len(value), headers["truncated"]) == (DEAD_BYTES, "1000000")


def test_a_name_that_nobody_knows_is_counted_and_no_more() -> None:
    run = told(record("Page Viewed"))
    assert (run.states, run.dead, run.store.at.offset) == ({}, [], 1)
    assert run.partition.counts.records == {"ignored": 1}


def test_too_many_refused_in_a_row_stop_the_partition_where_it_was() -> None:
    run = Run(patience=3)
    run.fold(numbered([order("o1"), junk(), junk()]))
    before = run.store.at
    with pytest.raises(PoisonError, match=r"events\[0\]@4: 4 in a row were refused.*not_json"):
        run.fold(numbered([junk(), junk(), order("o2")], first=3))
    assert run.store.at == run.partition.at == before


def test_a_good_record_in_between_makes_the_count_begin_anew() -> None:
    bad = [junk(), junk(), junk()]
    run = told(*bad, order("o1"), *bad, order("o2"), *bad, patience=3)
    assert len(run.dead) == 9


# ── strays ───────────────────────────────────────────────────────────────────────────────────────


def test_a_stray_is_sent_on_as_it_was_and_leaves_nothing_here() -> None:
    number = (partition_of("ann", 4) + 1) % 4
    stray = order("o1", 90.5)
    run = told(stray, number=number, count=4)
    [entry] = run.said(EVENTS)
    assert (entry.key, entry.value) == (b"ann", stray.value)
    assert msgspec.json.decode(entry.headers) == {AT_MS: str(int((START + 90.5) * 1000))}
    assert (run.states, run.decisions) == ({}, {})


def test_who_is_at_home_here_is_no_stray() -> None:
    run = told(order("o1"), number=partition_of("ann", 4), count=4)
    assert run.states.keys() == {"ann"}
    assert not run.said(EVENTS)


# ── publications ─────────────────────────────────────────────────────────────────────────────────


def test_a_programme_holds_from_its_record_on() -> None:
    run = told(order("o1", 0), programme(FIRST, 1), order("o2", 2), programme(SECOND, 3))
    issued = {ident: each.awarded for ident, each in run.states["ann"].book.orders.items()}
    assert issued == {"o1": 0, "o2": 20}
    assert run.world.programme.name == "Second"


@pytest.mark.parametrize("make", [tick, lambda at, source: programme(FIRST, at, source)])
@pytest.mark.parametrize("source", ["", "shop", "Admin"])
def test_a_control_record_from_anybody_else_is_refused(
    make: Callable[[float, str], Record], source: str
) -> None:
    run = told(make(1.0, source))
    assert [headers["reason"] for _, headers in run.dead] == ["not_allowed"]
    assert worlds.era(run.world) == worlds.era(worlds.genesis())


def test_a_forged_tick_fires_nothing() -> None:
    run = Run()
    run.fold(numbered([programme(FIRST), order("o1")]))
    run.fold(numbered([tick(30 * DAY, "shop")], first=2))
    assert not any(each.event == "Points Released" for each in run.decisions.values())


def test_a_programme_with_a_mistake_is_refused_and_the_old_one_holds() -> None:
    run = told(programme(FIRST), programme(SECOND + "oops", 1))
    assert [headers["reason"] for _, headers in run.dead] == ["bad_programme"]
    assert run.world.programme.name == "First"


def test_what_is_published_survives_a_restart() -> None:
    run = told(programme(FIRST), model("v1", 1, bias=1.0), programme(SECOND, 2), model("v2", 3))
    before = run.world
    run.restart()
    assert worlds.eras(run.world) == worlds.eras(before)
    assert run.world.programme == before.programme
    assert run.world.models == before.models


def test_a_publication_that_changes_nothing_is_not_kept_twice() -> None:
    run = told(programme(FIRST), model("v1", 1), programme(FIRST, 2), model("v1", 3))
    assert len(worlds.eras(run.world)) == len(
        worlds.eras(told(programme(FIRST), model("v1", 1)).world)
    )


def test_a_model_that_comes_back_in_the_same_batch_is_not_dropped() -> None:
    run = told(programme(FIRST), model("v2", 1), model("v1", 2), model("v2", 3))
    run.restart()
    assert {snapshot.version for snapshot in run.world.models.values()} == {"v2"}


def test_models_that_no_timer_can_meet_any_more_are_dropped_from_the_store() -> None:
    versions = [model(f"v{n}", n * DAY, bias=n / 100) for n in range(50)]
    ticks = [tick(n * DAY) for n in range(50)]
    run = Run()
    run.fold(numbered([programme(FIRST), order("o1")]))
    for pair in zip(versions, ticks, strict=True):
        run.fold(numbered(pair, first=run.store.at.offset))
    kept = [name for name in run.store.published if name.startswith("model:")]
    assert "model:v49" in kept
    assert len(kept) <= 16


def test_a_timer_fires_in_the_world_of_its_own_moment_however_late_the_tick() -> None:
    log = [programme(FIRST), order("o1"), model("v1", 30 * DAY, bias=5.0), tick(31 * DAY)]
    asked = [
        outcome["version"]
        for outcome in map(msgspec.json.decode, (e.value for e in told(*log).said(OUTCOMES)))
    ]
    assert asked
    assert set(asked) == {"prior"}


# ── ticks and sizes ──────────────────────────────────────────────────────────────────────────────


def crowd(customers: int) -> Run:
    """A run in which so many customers have pending points, and nothing has been due yet."""
    run = Run()
    run.fold(numbered([programme(FIRST)]))
    for first in range(0, customers, MAX_RECORDS):
        some = range(first, min(customers, first + MAX_RECORDS))
        run.fold(numbered([order("o1", who=f"c{n}") for n in some], first=run.store.at.offset))
    return run


def released(run: Run) -> int:
    return sum(each.event == "Points Released" for each in run.decisions.values())


def test_a_tick_fires_the_timers_of_200_customers_and_the_next_one_goes_on() -> None:
    run = crowd(450)
    fired = []
    for n in range(3):
        run.fold(numbered([tick(2 * DAY + n)], first=run.store.at.offset))
        fired.append(released(run))
    assert fired == [DUE_LIMIT, 2 * DUE_LIMIT, 450]


def test_one_batch_fires_200_however_many_ticks_it_holds() -> None:
    run = crowd(450)
    run.fold(numbered([tick(2 * DAY + n) for n in range(5)], first=run.store.at.offset))
    assert released(run) == DUE_LIMIT


def test_extra_ticks_change_nothing() -> None:
    few = told(programme(FIRST), order("o1"), tick(40 * DAY), order("o2", 50 * DAY))
    more = [tick(n * HOUR) for n in range(40 * 24)]
    many = told(programme(FIRST), order("o1"), *more, tick(40 * DAY), order("o2", 50 * DAY))
    assert many.states == few.states
    assert many.decisions == few.decisions


CONFIRMED: Final = [model("v1", 3 * DAY, bias=1.0), record("Product Viewed", 3 * DAY)]
CALLED_OFF: Final = [
    model("v1", 0.0, bias=1.0),
    record("Product Viewed", 1.5 * DAY),
    model("v2", 2.1 * DAY, bias=-1.0),
    record("Product Viewed", 2.2 * DAY),
]


@pytest.mark.parametrize(
    ("looks", "end"), [(CONFIRMED, 5 * DAY), (CALLED_OFF, 2.3 * DAY)], ids=["confirmed", "off"]
)
def test_extra_ticks_change_nothing_about_a_second_look_at_a_score(
    looks: list[Record], end: float
) -> None:
    story, few, many = [programme(FIRST), order("o1"), *looks], Run(), Run()
    ticks = [tick(n * HOUR) for n in range(53)]
    few.fold(numbered(story))
    for each in numbered(sorted(story + ticks, key=lambda record: record.at)):
        many.fold([each])
    for run in (few, many):
        run.fold(numbered([tick(end)], first=run.store.at.offset))
        run.settle()
    assert many.states == few.states
    assert many.decisions == few.decisions


def weight(commit: Commit) -> int:
    """What the script is handed, in bytes."""
    fields = [part for pairs in commit.customers.values() for part in pairs]
    entries = [part for e in commit.outbox for part in (e.key, e.value, e.headers)]
    return sum(map(len, (*fields, *entries, *commit.customers, *commit.world.values())))


@pytest.mark.parametrize(
    "each",
    [
        lambda n: junk(b"x" * 100_000),
        lambda n: order(f"o{n}", n, who="ann"),
        lambda n: order("x" * 100, n, who=f"{n:0100}"),
    ],
    ids=["large dead letters", "one customer", "many customers"],
)
def test_a_commit_that_grows_too_large_is_cut_and_nothing_is_lost(
    each: Callable[[int], Record],
) -> None:
    log = numbered([programme(FIRST), *(each(n) for n in range(499))])
    run, single = Run(), Run()
    commits = run.fold(log)
    for one in log:
        single.fold([one])
    assert all(weight(commit) <= MAX_BYTES for commit in commits)
    assert sum(commit.records for commit in commits) == len(log)
    assert run.states == single.states
    assert run.store.outbox == single.store.outbox
    assert run.said(DECISIONS) == single.said(DECISIONS)


def test_large_records_make_several_commits_of_one_batch() -> None:
    commits = Run().fold(numbered([junk(b"x" * 200_000) for _ in range(20)]))
    assert len(commits) > 3


def test_a_batch_without_anything_still_moves_the_checkpoint() -> None:
    run = Run()
    [commit] = run.fold(numbered([record("Page Viewed", 5.0)]))
    assert (commit.new.offset, commit.new.log_time) == (1, START + 5.0)


def test_log_time_never_falls() -> None:
    run = told(order("o1", 100.0), order("o2", 50.0))
    assert run.store.at.log_time == START + 100.0


# ── commands ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("source", "given"), [("admin", 50), ("decide", 50), ("shop", 0), ("", 0)])
def test_points_are_corrected_only_by_whom_we_trust(source: str, given: int) -> None:
    by_hand: dict[str, Any] = {"points": 50, "actor": "till-7", "reason": "goodwill"}
    run = told(record("Points Corrected", source=source, **by_hand))
    assert [headers["reason"] for _, headers in run.dead] == ([] if given else ["not_allowed"])
    lots = [lot for customer in run.states.values() for lot in customer.book.ledger.lots]
    assert sum(lot.available for lot in lots) == given


@pytest.mark.parametrize("source", ["admin", "shop", ""])
def test_what_one_customer_hands_to_another_nobody_else_may_write(source: str) -> None:
    run = told(record("Totals Kept", source=source, figures={"issued": 5}))
    assert [headers["reason"] for _, headers in run.dead] == ["not_allowed"]


def test_a_word_to_another_customer_goes_into_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    def tells(turn: Turn, event: Any, at: float) -> None:
        turn.dispatch("bob", "Points Corrected", "gift", points=5, actor=turn.who, reason="a gift")

    monkeypatch.setitem(cast(dict[str, Rule], RULES), "Store Visited", Rule(tells))
    run = told(record("Store Visited", 60.0))
    (entry,) = run.said(EVENTS)
    assert entry.key == b"bob"
    assert msgspec.json.decode(entry.headers)["source"] == "decide"
    heard = told(Record(-1, START, entry.key, entry.value, "decide"))
    assert heard.states["bob"].book.ledger.lots[0].available == 5
