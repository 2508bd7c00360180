"""What holds for every kind of reward. A new kind is in it by standing in `SORTS`."""

from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine import quotas
from engine.budgets import Purse
from engine.catalogue import SORTS, WORTHS, Sort
from engine.challenges import Count
from engine.codes import ALPHABET
from engine.loading import load_programme
from engine.programme import BudgetRule, Programme, RewardRule
from tests.support.stories import (
    START,
    Story,
    Told,
    changed,
    continue_with,
    founded,
    items,
    publish,
    refund,
    saw,
    tell,
    use,
    wait,
)

EXAMPLES: Final[dict[str, Any]] = {
    "points": 50, "percent": 10, "amount": Decimal("5.00"), "product": "beans",
}  # fmt: skip
"""For each key that says what a reward is worth."""
BAGS: Final = Count(id="bags", name="Bags", goal=2, reward="it", repeat="on_completion")
every = pytest.mark.parametrize("sort", SORTS, ids=lambda sort: sort.name)


def rule(sort: Sort, ident: str = "it") -> RewardRule:
    worth = {sort.worth: EXAMPLES[sort.worth]} if sort.worth else {}
    return RewardRule(id=ident, name="It", kind=sort.name, valid_days=30, **worth)


def programme(sort: Sort, **more: Any) -> Programme:
    return changed(challenges=(BAGS,), rewards=(rule(sort),), **more)


def terms(told: Told) -> tuple[Any, ...]:
    [grant] = told.grants
    return grant.kind, grant.value, grant.code, grant.expires, grant.points


@every
def test_its_terms_never_change_once_it_is_unlocked(sort: Sort) -> None:
    told = tell(items(2), programme=programme(sort))
    before = terms(told)
    other = next(each for each in SORTS if each is not sort)
    continue_with(told, publish(replace(programme(other), salt="other")), saw("Product Viewed"))
    assert terms(told) == before


@every
def test_what_it_is_worth_is_said_as_it_is_unlocked(sort: Sort) -> None:
    [said] = tell(items(2), programme=programme(sort)).of("Reward Unlocked")
    assert said.properties["kind"] == sort.name
    assert ("value" in said.properties, "code" in said.properties) == (bool(sort.worth), sort.coded)


@every
def test_a_code_is_one_members_and_a_secret_of_the_salt(sort: Sort) -> None:
    salted = [programme(sort), programme(sort), programme(sort, salt="other")]
    told = [Told(founded(each), who) for each, who in zip(salted, ("a", "b", "a"), strict=True)]
    codes = [continue_with(each, items(2)).grants[0].code for each in told]
    assert len(set(codes)) == (3 if sort.coded else 1)
    assert set("".join(codes)) <= set(ALPHABET)


@every
def test_it_reads_from_a_file_with_the_key_of_its_kind_and_no_other(sort: Sort) -> None:
    head = 'name = "S"\ncurrency = "EUR"\nzone = "UTC"\nsalt = "s"\n[[rewards]]\nid = "it"\n'
    told = {key: f'"{EXAMPLES[key]}"' if key in ("amount", "product") else EXAMPLES[key]
            for key in WORTHS}  # fmt: skip
    text = f'{head}name = "It"\nkind = "{sort.name}"\n'
    right = text + (f"{sort.worth} = {told[sort.worth]}" if sort.worth else "")
    assert load_programme(right).rewards[0].kind == sort.name
    for key in set(WORTHS) - {sort.worth}:
        with pytest.raises(Exception, match=f"has no {key}"):
            load_programme(f"{right}\n{key} = {told[key]}")


deeds = st.sampled_from(
    ["buy", "refund", "reserve", "use", "use", "put back", "minutes", "days", "weeks"]
)


@given(st.sampled_from(SORTS), st.lists(st.tuples(deeds, st.integers(0, 3)), max_size=25))
def test_a_budget_holds_what_is_open_and_has_used_what_was_redeemed(
    sort: Sort, story: list[tuple[str, int]]
) -> None:
    budget = BudgetRule(id="b", rewards=("it",), units=8)
    kept = programme(sort, budgets=(budget,))
    told = Told(founded(kept))
    told.purse = Purse()
    quotas.publish(told.purse, kept, START)
    for number, (what, which) in enumerate(story):
        continue_with(told, *deed(told, what, which, number))
        while told.dispatches:
            sent = told.dispatches.pop()
            continue_with(told, saw(sent.event, **sent.properties).after(hours=0.01))
        states = [grant.state for grant in told.grants if grant.drawn or grant.state == "redeemed"]
        share = told.purse.share("b", 0)
        assert share.held == (states.count("unlocked") + states.count("reserved"), 0)
        assert share.free >= (0, 0)
        assert share.used >= (states.count("redeemed"), 0)
    redeemed = [each.id for each in told.of("Reward Redeemed")]
    assert len(redeemed) == len(set(redeemed))


def deed(told: Told, what: str, which: int, number: int) -> list[Story]:
    """What happens next, to one of the rewards."""
    idents = [*told.customer.book.rewards, "none"]
    reward = {"redemption_id": f"t{which % 2}", "reward_id": idents[which % len(idents)]}
    stories: dict[str, list[Story]] = {
        "buy": [items(1 + which, ident=f"n{number}")],
        "refund": [refund(order, key="r") for order in list(told.customer.book.orders)[:1]],
        "reserve": [saw("Redemption Requested", **reward)],
        "use": [use(reward["reward_id"], reward["redemption_id"])],
        "put back": [saw("Redemption Released", **reward)],
        "minutes": [wait(hours=0.1)],
        "days": [wait(days=3)],
        "weeks": [wait(days=31)],
    }
    return stories[what]
