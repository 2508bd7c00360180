"""What holds for every life, however its records come."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from engine import ledger
from engine.dates import DAY, HOUR
from engine.decisions import NAMES, Decision
from engine.programme import Programme
from engine.state import Customer, Ledger
from engine.step import next_due
from engine.totals import outstanding
from tests.support.lives import (
    EDITED,
    EVEN,
    EVERYTHING,
    LAVISH,
    PATIENT,
    PROMPT,
    TILL,
    Coming,
    Deed,
    live,
    lives,
    spelled_out,
    three_days,
)
from tests.support.stories import START, Told, founded

encoder = msgspec.msgpack.Encoder()
decoder = msgspec.msgpack.Decoder(Customer[dict[str, float]])

ARRIVAL = START + 72 * HOUR
MOMENTS = [74 * HOUR, 10 * DAY, 20 * DAY, 100 * DAY, 3000 * DAY]
"""Soon after the last record, before and after points mature, and when everything is over."""


def balances(told: Told) -> list[tuple[int, int, int, int]]:
    """Pending, available, reserved and debt, at several moments from soon to very late."""
    found = []
    for moment in MOMENTS:
        told.tick(START + moment)
        found.append(told.points)
    return found


@given(three_days(), st.data())
def test_any_interleaving_and_any_repetition_gives_the_same_balances(
    deeds: list[Deed], data: st.DataObject
) -> None:
    in_order = live(Told(founded(EVEN)), [Coming(deed.at, deed) for deed in deeds])
    repeated = data.draw(st.lists(st.sampled_from(deeds), max_size=4))
    shuffled = data.draw(st.permutations([*deeds, *repeated]))
    step = HOUR / len(shuffled)
    late = [Coming(ARRIVAL + n * step, deed) for n, deed in enumerate(shuffled)]
    assert balances(live(Told(founded(EVEN)), late)) == balances(in_order)


@given(three_days(), st.data())
def test_any_order_of_arrival_as_it_happens_gives_the_same_balances(
    deeds: list[Deed], data: st.DataObject
) -> None:
    delays = data.draw(
        st.lists(st.floats(0.0, 72 * HOUR), min_size=len(deeds), max_size=len(deeds))
    )
    comings = [Coming(deed.at + delay, deed) for deed, delay in zip(deeds, delays, strict=True)]
    comings = [each for each in comings if each.now <= ARRIVAL + HOUR / 2]
    kept = [each.deed for each in comings]
    in_order = live(Told(founded(EVEN)), [Coming(deed.at, deed) for deed in deeds if deed in kept])
    delayed = live(Told(founded(EVEN)), sorted(comings, key=lambda each: each.now))
    assert balances(delayed) == balances(in_order)


def booked(told: Told) -> bool:
    """Whether the daily totals say of this customer what the ledger says."""
    book, totals = told.customer.book.ledger, told.totals
    kinds = ("issued", "redeemed", "expired", "reversed", "restored", "debt")
    held = ledger.pending(book) + ledger.available(book) + ledger.reserved(book)
    same = [totals.get(kind, 0) == getattr(book, kind) for kind in kinds]
    return all(same) and outstanding(totals) == held


def sound(book: Ledger) -> bool:
    """Nothing below zero, every reserved point in a hold, every point accounted for."""
    held = sum(points for hold in book.holds for _, points in hold.taken)
    amounts = [(lot.pending, lot.available, lot.reserved) for lot in book.lots]
    whole = all(amount >= 0 for each in amounts for amount in each)
    one_each = len({lot.source for lot in book.lots}) == len(book.lots)
    return whole and one_each and held == ledger.reserved(book) and book.debt >= 0


ALL = [EVERYTHING, EDITED, PROMPT, LAVISH, TILL, PATIENT]


@given(lives(), st.sampled_from(ALL))
def test_every_point_is_accounted_for_at_every_moment(
    life: list[Coming], programme: Programme
) -> None:
    told = Told(founded(programme))
    for coming in life:
        live(told, [coming])
        assert ledger.balanced(told.customer.book.ledger)
        assert sound(told.customer.book.ledger)
        assert booked(told)
    told.tick(told.now + 3000 * DAY)
    assert ledger.balanced(told.customer.book.ledger)
    assert booked(told)
    assert (told.pending, told.balance) == (0, 0)


@given(lives(), st.lists(st.floats(0.0, 1.0), max_size=30), st.floats(0.0, 1.0))
def test_extra_ticks_change_nothing(
    life: list[Coming], ticks: list[float], published: float
) -> None:
    life = spelled_out(Told(founded(PROMPT)), life)
    end = life[-1].now + 500 * DAY
    change = START + published * (end - START)

    def told(*moments: float) -> Told:
        told, changed = Told(founded(PROMPT)), False
        beats: list[tuple[float, Coming | None]] = [(coming.now, coming) for coming in life]
        times = [(moment, None) for moment in (*moments, end)]
        for now, coming in sorted([*beats, *times], key=lambda beat: beat[0]):
            if now >= change and not changed:
                told.publish(EDITED, change)
                changed = True
            if coming is None:
                told.tick(now)
            else:
                live(told, [coming])
        return told

    without, many = told(), told(*(START + part * (end - START) for part in ticks))
    assert many.decisions == without.decisions
    assert many.customer == without.customer


@given(lives(), st.data())
def test_a_customer_read_back_is_the_same_and_lives_on_the_same(
    life: list[Coming], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(life)))
    told = live(Told(founded(PROMPT)), life[:cut])
    read = Told(founded(PROMPT))
    read.customer = decoder.decode(encoder.encode(told.customer))
    assert read.customer == told.customer
    read.decisions = list(told.decisions)
    live(told, life[cut:])
    live(read, life[cut:])
    assert read.decisions == told.decisions
    assert read.customer == told.customer


@given(lives(), st.data())
def test_an_id_has_one_content_however_often_its_record_is_folded(
    life: list[Coming], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(life)))
    told = live(Told(founded(PROMPT)), life[:cut])
    stored = encoder.encode(told.customer)
    crashed = live(Told(founded(PROMPT)), [])
    live(told, life[cut:])
    crashed.customer = decoder.decode(stored)
    live(crashed, life[cut:])
    said: dict[str, Decision] = {}
    for decision in (*told.decisions, *crashed.decisions):
        assert said.setdefault(decision.id, decision) == decision
    assert len({decision.id for decision in told.decisions}) == len(told.decisions)


@given(lives())
def test_every_name_is_in_the_closed_list_and_every_timer_is_known(life: list[Coming]) -> None:
    told = Told(founded(PROMPT))
    for coming in life:
        live(told, [coming])
        assert told.customer.due <= max(told.now, next_due(told.world, told.customer))
    assert set(told.names) <= set(NAMES)


@given(lives())
def test_a_completed_cycle_has_at_most_one_reward_that_counts(life: list[Coming]) -> None:
    told = live(Told(founded(PROMPT)), life)
    unlocked = [each.properties["reward_id"] for each in told.of("Reward Unlocked")]
    revoked = [each.properties["reward_id"] for each in told.of("Reward Revoked")]
    for ident in set(unlocked):
        assert unlocked.count(ident) - revoked.count(ident) in (0, 1)
