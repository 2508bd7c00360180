"""Daily totals: whatever the batches, they are what the customers' ledgers come to."""

from hypothesis import given
from hypothesis import strategies as st

from engine import ledger
from engine.dates import DAY
from engine.totals import ENTRIES
from flows import codec, totals
from flows.liability import summed
from flows.recount import Naive
from flows.tables import totals_table
from tests.support.memory_store import Run, numbered, state
from tests.support.records import order, programme, record, tick

TEXT = """
name = "Shop"
currency = "EUR"
zone = "Europe/Vienna"
salt = "s"
[points]
pending_days = 2
expire_months = 1
"""
LOG = numbered(
    [
        programme(TEXT),
        order("o1", 10.0, total=100),
        order("o2", 20.0, total=50, who="bob"),
        record("Product Viewed", 30.0),
        tick(3 * DAY),
        order("o3", 3 * DAY + 1, total=40, points_spent=30, paid_with_points=3),
        record("Redemption Requested", 3 * DAY + 2, redemption_id="r1", points=60),
        record("Redemption Committed", 3 * DAY + 3, redemption_id="r1"),
        order("o4", 4 * DAY, total=10, currency="XXX"),
        record("Order Refunded", 5 * DAY, order_id="o1"),
        record("Order Cancelled", 5 * DAY + 1, order_id="o3"),
        record("Product Viewed", 6 * DAY, who="bob"),
        tick(40 * DAY),
        tick(80 * DAY),
    ]
)


def folded(cuts: list[int]) -> Run:
    run = Run()
    for start, end in zip([0, *cuts], [*cuts, len(LOG)], strict=True):
        run.fold(LOG[start:end])
    run.settle()
    return run


def test_each_day_has_what_moved_on_it_and_the_sums_stand_at_its_end() -> None:
    days = {each.day: each for each in summed([folded([]).store.pages])}
    assert list(days) == ["2026-01-01", "2026-01-03", "2026-01-04", "2026-01-06", "2026-03-01"]
    assert days["2026-01-01"].moved["issued"] == 150
    assert days["2026-01-03"].moved["released"] == 150
    assert days["2026-01-04"].moved == dict.fromkeys(ENTRIES, 0) | {"issued": 37, "redeemed": 90}
    returned = days["2026-01-06"]
    assert (returned.moved["reversed"], returned.moved["restored"]) == (137, 30)
    assert [each.outstanding for each in days.values()] == [150, 150, 97, 50, 0]


@given(st.lists(st.integers(0, len(LOG)), max_size=5))
def test_however_the_log_is_cut_the_totals_are_those_of_the_plain_fold(cuts: list[int]) -> None:
    run, naive = folded(sorted(cuts)), Naive(0, 1)
    for each in LOG:
        naive.apply(each)
    naive.settle()
    assert run.store.pages == {day: totals.packed(page) for day, page in naive.totals.items()}


@given(st.integers(0, len(LOG)))
def test_at_any_moment_they_are_what_the_customers_hold_and_owe(end: int) -> None:
    run = Run()
    run.fold(LOG[:end])
    books = [codec.customer(state(each)).book.ledger for each in run.store.profiles.values()]
    days = summed([run.store.pages])
    held = sum(ledger.pending(b) + ledger.available(b) + ledger.reserved(b) for b in books)
    found = (days[-1].outstanding, days[-1].debt) if days else (0, 0)
    assert found == (held, sum(book.debt for book in books))


def test_a_restart_goes_on_from_what_is_stored() -> None:
    run = Run()
    for each in LOG:
        run.fold([each])
        run.restart()
    run.settle()
    assert run.store.pages == folded([]).store.pages


def test_a_commit_without_points_moves_no_totals() -> None:
    run = Run()
    commits = run.fold(LOG[:1])
    assert run.store.pages == {}
    assert all(commit.totals == {} for commit in commits)


def test_partitions_are_put_together() -> None:
    page = totals.packed({"issued": 5, "debt": 2})
    [day] = summed([{"2026-01-01": page}, {"2026-01-01": page}, {}])
    assert (day.moved["issued"], day.debt, day.outstanding) == (10, 4, 14)


def test_the_table_has_a_line_a_day() -> None:
    assert totals_table(summed([folded([]).store.pages])).row_count == 5
