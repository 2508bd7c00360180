"""When an experiment could be seen, what came of it, and what a merge does to both."""

from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from engine import exposures
from engine.challenges import Count
from engine.dates import DAY, HOUR
from engine.programme import Arm, Experiment, Holdout, PolicyRule, Programme
from engine.programme.policies import Message, Variant
from engine.sides import Sides, sides, unite
from engine.state import Trial
from engine.turn import Turn
from tests.support.lives import EVERYTHING, Coming, live, lives
from tests.support.shop import checkout
from tests.support.shop import live as live_with_policies
from tests.support.stories import (
    START,
    Told,
    cancel,
    changed,
    continue_with,
    founded,
    items,
    order,
    publish,
    refund,
    tell,
    view,
    wait,
)

BAGS = Count(id="bags", name="Three bags", goal=3, reward="cup")
MUGS = Count(id="mugs", name="A mug", goal=1, reward="bonus", of="Product Reviewed")
GOAL = Experiment(
    id="goal",
    name="Two or three",
    arms=(Arm(id="three", weight=0.0), Arm(id="two", set={"challenges.bags.goal": 2})),
)
CONTROL = replace(GOAL, arms=(replace(GOAL.arms[0], weight=1.0), replace(GOAL.arms[1], weight=0.0)))
EARN = {"points.earn": 2}
EXPOSED, MEASURED, EXCLUDED = "Experiment Exposed", "Experiment Measured", "Experiment Excluded"


def trying(*experiments: Experiment, **tables: Any) -> Programme:
    """The stories' programme with a challenge and experiments, and nobody held out."""
    kept = {"challenges": (BAGS, MUGS), "holdout": Holdout(share=0.0), **tables}
    return changed(experiments=experiments or (GOAL,), **kept)


def touching(**sets: Any) -> Programme:
    """An experiment on other things; everybody is in the arm that changes nothing."""
    paths = {path.replace("__", "."): value for path, value in sets.items()}
    return trying(
        Experiment(id="x", name="X", arms=(Arm(id="a"), Arm(id="b", weight=0, set=paths)))
    )


def spent(told: Told) -> list[int]:
    """What was measured, in the order in which it was said."""
    return [decision.properties["spent"] for decision in told.of(MEASURED)]


# ── exposure ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("experiment", "arm"), [(GOAL, "two"), (CONTROL, "three")])
def test_who_begins_the_challenge_is_exposed_once_whichever_the_arm(
    experiment: Experiment, arm: str
) -> None:
    told = tell(view(), items(1), items(1), items(1), programme=trying(experiment))
    [exposed] = told.of(EXPOSED)
    assert exposed.rule == "goal"
    assert exposed.properties["arm"] == arm
    assert exposed.properties["odds"][arm] == 1.0
    assert exposed.at == START + 2 * HOUR


def test_who_never_meets_what_is_tried_is_not_exposed() -> None:
    assert tell(view(), view(), programme=trying()).of(EXPOSED) == []


def test_who_takes_no_part_is_not_exposed() -> None:
    assert tell(items(3), programme=trying(replace(GOAL, share=0.0))).of(EXPOSED) == []
    assert tell(items(3), programme=trying(holdout=Holdout(share=1.0))).of(EXPOSED) == []


def test_before_it_begins_nobody_is_exposed() -> None:
    soon = replace(GOAL, since="2026-02-01")
    other = Experiment(id="points", name="P", arms=(Arm(id="a"), Arm(id="b", weight=0)))
    assert tell(items(3), programme=trying(soon, other)).of(EXPOSED) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [("points__earn", 2), ("tiers__period", "month"), ("rewards__cup__name", "x")],
)
def test_points_tiers_and_rewards_are_seen_when_they_are_given(path: str, value: Any) -> None:
    assert len(tell(items(3), programme=touching(**{path: value})).of(EXPOSED)) == 1


@pytest.mark.parametrize(("path", "value"), [("rewards__bonus__name", "x"), ("caps__per_day", 2)])
def test_what_an_order_does_not_show_is_not_seen_in_it(path: str, value: Any) -> None:
    assert tell(items(3), programme=touching(**{path: value})).of(EXPOSED) == []


def test_what_no_decision_shows_by_name_is_seen_with_the_first_decision_of_all() -> None:
    assert len(tell(items(1), programme=touching(scores__every_days=3)).of(EXPOSED)) == 1


def test_a_timer_may_be_what_shows_it() -> None:
    slow = {"points__pending_days": 3}
    told = tell(wait(days=1), items(1), wait(days=20), programme=touching(**slow))
    assert [each.cause for each in told.of(EXPOSED)] == ["m1"]
    later = replace(touching(**slow), version="v2")
    told = tell(items(1), publish(later), view(), wait(days=20), programme=changed())
    assert [each.cause.partition("@")[0] for each in told.of(EXPOSED)] == ["ledger"]


def test_a_policy_that_is_asked_is_seen_even_where_a_gate_objects() -> None:
    rule = PolicyRule(
        id="hello", on="Checkout Started", channel="email", message=Message(title="Hello")
    )
    programme = replace(touching(policies__hello__channel="onsite"), policies=(rule,))
    told = live_with_policies(checkout(), programme=programme)
    assert told.names == ["Message Suppressed", EXPOSED]


def test_a_policy_that_chooses_by_an_experiment_shows_it_with_the_arms_own_variant() -> None:
    variants = tuple(Variant(id=each, message=Message(title=each)) for each in ("warm", "cool"))
    rule = PolicyRule(id="hello", on="Checkout Started", variants=variants, choose="experiment")
    tone = Experiment(id="tone", name="Tone", arms=(Arm(id="cool"), Arm(id="warm", weight=0)))
    programme = trying(tone, policies=(rule,))
    told = live_with_policies(checkout(), programme=programme)
    assert told.names == ["Message Decided", EXPOSED]
    assert told.of("Message Decided")[0].properties["title"] == "cool"
    assert told.of(EXPOSED)[0].properties["arm"] == "cool"
    nobody = trying(replace(tone, share=0.0), policies=(rule,))
    told = live_with_policies(checkout(), programme=nobody)
    assert [each.properties["variant"] for each in told.decisions] == ["warm"]


# ── outcome ──────────────────────────────────────────────────────────────────────────────────────


def test_the_orders_of_seven_days_after_exposure_are_the_outcome() -> None:
    told = tell(
        items(1),
        order(total=30).after(days=1),
        order(total=12).after(days=5),
        order(total=500).after(days=2),
        programme=trying(),
    )
    [measured] = told.of(MEASURED)
    about = {"experiment": "goal", "arm": "two", "spent": 4200, "currency": "EUR"}
    assert measured.properties == about
    assert (measured.at, measured.because) == (START + HOUR + 7 * DAY, ("window_over",))


def test_two_experiments_are_measured_each_at_its_own_time() -> None:
    other = Experiment(id="o", name="O", arms=(Arm(id="a"), Arm(id="b", set=EARN)))
    story = (items(1), publish(trying(GOAL, other)), order(total=30).after(days=2))
    told = tell(*story, wait(days=30), programme=trying())
    assert [(each.rule, each.properties["spent"]) for each in told.of(MEASURED)] == [
        ("goal", 3000),
        ("o", 0),
    ]


def test_who_buys_nothing_counts_as_nothing() -> None:
    assert spent(tell(items(1), wait(days=8), programme=trying())) == [0]


def test_a_refund_inside_the_window_is_taken_off_and_a_later_one_corrects_it() -> None:
    told = tell(items(1), order("a", total=30), order("b", total=10), programme=trying())
    continue_with(told, cancel("b"), wait(days=8), refund("a", key="late"), wait(days=60))
    assert spent(told) == [3000, 0]
    assert told.of(MEASURED)[-1].because == ("corrected",)


def test_a_late_order_of_the_window_corrects_it_and_one_outside_does_not() -> None:
    told = tell(items(1), wait(days=8), order(total=30).late(days=3), programme=trying())
    continue_with(told, order(total=10), order(total=20).late(days=40))
    assert spent(told) == [0, 3000]


def test_long_after_the_window_nothing_is_corrected_any_more() -> None:
    told = tell(items(1), order("a", total=30), wait(days=68), cancel("a"), programme=trying())
    assert spent(told) == [3000]


def test_what_is_over_is_still_measured_and_then_forgotten() -> None:
    over = publish(replace(trying(), experiments=(), version="v2"))
    told = tell(items(1), over, view(), order(total=30), wait(days=8), programme=trying())
    assert spent(told) == [3000]
    later = Experiment(id="later", name="L", arms=(Arm(id="a"), Arm(id="b", set=EARN)))
    continue_with(told, wait(days=70), publish(replace(trying(later), version="v3")), items(3))
    continue_with(told, wait(days=400))
    assert [trial.experiment for trial in told.customer.book.trials] == ["later"]


def test_nobody_is_exposed_again_while_an_experiment_runs_however_long() -> None:
    other = Experiment(id="o", name="O", arms=(Arm(id="a"), Arm(id="b", set=EARN)))
    told = tell(items(1), wait(days=90), publish(trying(GOAL, other)), items(3), programme=trying())
    assert [each.rule for each in told.of(EXPOSED)] == ["goal", "o"]


@given(lives())
def test_every_exposure_is_said_once_and_its_window_measured_once(life: list[Coming]) -> None:
    told = live(Told(founded(EVERYTHING)), life)
    told.tick(told.now + 3000 * DAY)
    over = [each for each in told.of(MEASURED) if each.because == ("window_over",)]
    assert len(told.of(EXPOSED)) == len(over) <= 1
    assert all(amount >= 0 for amount in spent(told))


# ── merging ──────────────────────────────────────────────────────────────────────────────────────


def merged(survivor: Told, other: Told, *, keep: bool, both_known: bool) -> Told:
    """As the survivor's own event would do it."""
    turn = Turn(survivor.world, survivor.customer, survivor.who, survivor.now, "m", [], [], [])
    for _ in range(2):
        unite(turn, sides(other.customer, other.who), keep=keep, both_known=both_known)
    survivor.decisions += {each.id: each for each in turn.decisions}.values()
    return survivor


HALVES = replace(GOAL, arms=(Arm(id="three"), GOAL.arms[1]))


def person(who: str, *story: Any, programme: Programme | None = None) -> Told:
    """Somebody of this id."""
    return continue_with(Told(founded(programme or trying(HALVES)), who), *story)


def other_side(of: Told, *story: Any) -> Told:
    """Somebody who was drawn into the other arm."""
    mine = of.customer.arms
    people = (person(f"x{n}", view()) for n in range(50))
    other = next(each for each in people if each.customer.arms != mine)
    return continue_with(other, *story)


def test_acceptance_14_anonymous_to_login_keeps_variant_and_holdout() -> None:
    visitor = person("anonymous", view())
    fresh = other_side(visitor)
    fresh.customer.book.holdout = not visitor.customer.book.holdout
    arms, holdout = dict(visitor.customer.arms), visitor.customer.book.holdout
    told = merged(fresh, visitor, keep=False, both_known=False)
    continue_with(told, view(), publish(replace(trying(HALVES), version="v2")), view())
    assert (told.customer.arms, told.customer.book.holdout) == (arms, holdout)


def test_a_known_customers_own_side_wins_over_what_they_saw_before_the_login() -> None:
    known = person("known", items(1))
    arms = dict(known.customer.arms)
    told = merged(known, other_side(known, items(1)), keep=True, both_known=False)
    assert told.customer.arms == arms
    [excluded] = told.of(EXCLUDED)
    assert excluded.properties["member"].startswith("x")


def test_an_anonymous_exposure_goes_along_and_is_measured_under_the_known_id() -> None:
    visitor = person("anonymous", items(1))
    told = merged(person("known"), visitor, keep=False, both_known=False)
    assert [each.customer for each in told.of(EXPOSED)] == ["known"]
    assert [each.properties["member"] for each in told.of(EXCLUDED)] == ["anonymous"]
    continue_with(told, order(total=20).after(days=1), wait(days=9))
    assert spent(told) == [2000]


def test_an_exposure_of_what_is_over_goes_along_unsaid() -> None:
    visitor = person("anonymous", items(1))
    fresh = person("known", programme=trying(replace(GOAL, id="other")))
    assert merged(fresh, visitor, keep=False, both_known=False).of(EXPOSED) == []
    again = merged(fresh, visitor, keep=False, both_known=False)
    assert [trial.experiment for trial in again.customer.book.trials] == ["goal"]


def test_two_known_ids_have_the_older_ones_side_and_count_for_nothing_any_more() -> None:
    older = person("older", items(1))
    other = other_side(older, items(1))
    told = merged(other, older, keep=False, both_known=True)
    assert told.customer.arms == older.customer.arms
    members = {each.properties["member"] for each in told.of(EXCLUDED)}
    assert members == {"older", told.who}
    continue_with(told, order(total=20), wait(days=9), items(3))
    assert (spent(told), len(told.of(EXPOSED))) == ([], 1)


def test_two_known_ids_that_have_seen_nothing_yet_will_not_be_counted_either() -> None:
    told = merged(person("a", view()), person("b", view()), keep=True, both_known=True)
    assert continue_with(told, items(3)).of(EXPOSED, EXCLUDED) == []


def test_sides_are_a_few_words() -> None:
    assert Sides("c1") == Sides("c1", holdout=False, arms={}, trials=[])
    trial = Trial("goal", "two", START)
    assert exposures.due(tell(programme=trying()).customer) > trial.at
