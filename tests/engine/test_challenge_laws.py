"""What holds for every kind of challenge; a new kind stands in `EXAMPLES` and gets it for free."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.challenges import KINDS, Challenge, Count, Referral, Spend
from engine.dates import DAY, HOUR
from tests.support.lives import (
    DAILY,
    KINDS_OF_TEA,
    TASTED,
    Coming,
    Deed,
    busy_days,
    live,
    lives,
    three_days,
)
from tests.support.stories import START, Told, cancel, changed, founded

EXAMPLES = (
    Count(id="bags", name="Three bags", goal=3, reward="bonus"),
    Count(id="reviews", name="Two reviews", goal=2, of="Product Reviewed", reward="bonus"),
    Spend(id="euros", name="60 euros", goal=Decimal(60), reward="bonus"),
    KINDS_OF_TEA,
    replace(KINDS_OF_TEA, of="products", goal=3),
    DAILY,
    replace(DAILY, of="Product Reviewed"),
    TASTED,
    Referral(id="friends", name="Two friends", goal=2, reward="bonus"),
)
"""At least one of each kind."""
WAYS: tuple[dict[str, object], ...] = (
    {},
    {"days": 2, "repeat": "on_expiry"},
    {"days": 2},
    {"repeat": "on_completion"},
    {"every": "week"},
)
"""Windows and repetition, as each kind may have them."""

ARRIVAL = START + 72 * HOUR
every_kind = pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.id)
ways = st.sampled_from(WAYS)


def told(example: Challenge, way: dict[str, object], comings: list[Coming]) -> Told:
    challenge = replace(example, **way)
    return live(Told(founded(changed(challenges=(challenge,)))), comings)


def standing(one: Told) -> object:
    """Where the member stands, without how it came to that; what has nothing was never there."""
    pairs = zip(one.cycles, one.progress, strict=True)
    cycles = [(each.started, each.done, each.ends, amount) for each, amount in pairs if amount]
    return cycles, one.states.count("redeemed"), one.points


def test_every_kind_has_an_example() -> None:
    assert {type(example) for example in EXAMPLES} == set(KINDS)


@every_kind
@given(three_days() | busy_days(), ways, st.data())
def test_repeats_and_reordering_are_harmless(
    example: Challenge, deeds: list[Deed], way: dict[str, object], data: st.DataObject
) -> None:
    in_order = told(example, way, [Coming(deed.at, deed) for deed in deeds])
    repeated = data.draw(st.lists(st.sampled_from(deeds), max_size=4))
    shuffled = data.draw(st.permutations([*deeds, *repeated]))
    step = HOUR / len(shuffled)
    late = [Coming(ARRIVAL + n * step, deed) for n, deed in enumerate(shuffled)]
    for one in (in_order, reordered := told(example, way, late)):
        one.tick(ARRIVAL + HOUR)
    assert standing(reordered) == standing(in_order)


@every_kind
@settings(max_examples=40)
@given(three_days() | busy_days(), ways)
def test_what_went_back_altogether_has_earned_nothing(
    example: Challenge, deeds: list[Deed], way: dict[str, object]
) -> None:
    deeds = [deed for deed in deeds if deed.beat.name != "Product Reviewed"]
    one = told(example, way, [Coming(deed.at, deed) for deed in deeds])
    for n, ident in enumerate(list(one.customer.book.orders)):
        one.hear(Deed(ARRIVAL, cancel(ident).under(f"x{n}")).event(), ARRIVAL + HOUR)
    assert (sum(one.progress), set(one.states) - {"revoked"}) == (0, set())
    assert not any(cycle.done for cycle in one.cycles)


@every_kind
@settings(max_examples=40)
@given(lives(), ways)
def test_a_cycle_is_done_exactly_while_it_has_what_is_needed(
    example: Challenge, life: list[Coming], way: dict[str, object]
) -> None:
    one = told(example, way, [])
    for coming in life:
        live(one, [coming])
        for cycle, amount in zip(one.cycles, one.progress, strict=True):
            goal = one.world.versions[cycle.version].needed("EUR")
            assert bool(cycle.done) == (amount >= goal)


@every_kind
@settings(max_examples=40)
@given(lives(), ways)
def test_a_cycle_has_at_most_one_reward_that_counts(
    example: Challenge, life: list[Coming], way: dict[str, object]
) -> None:
    one = told(example, way, life)
    unlocked = [each.properties["reward_id"] for each in one.of("Reward Unlocked")]
    revoked = [each.properties["reward_id"] for each in one.of("Reward Revoked")]
    assert all(unlocked.count(ident) - revoked.count(ident) in (0, 1) for ident in unlocked)
    assert len(one.of("Challenge Completed")) == len(unlocked)


@every_kind
@settings(max_examples=40)
@given(lives(), ways, st.lists(st.floats(0.0, 1.0), max_size=10))
def test_extra_ticks_change_nothing(
    example: Challenge, life: list[Coming], way: dict[str, object], ticks: list[float]
) -> None:
    end = life[-1].now + 200 * DAY
    without, many = told(example, way, life), told(example, way, [])
    moments = [(START + part * (end - START), None) for part in ticks]
    beats = [(coming.now, coming) for coming in life]
    for now, coming in sorted([*beats, *moments], key=lambda beat: beat[0]):
        if coming is None:
            many.tick(now)
        else:
            live(many, [coming])
    for one in (without, many):
        one.tick(end)
    assert (many.decisions, many.customer) == (without.decisions, without.customer)
