"""Who is in which arm, what holds for them, and what stays as it was."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.challenges import Count
from engine.errors import ProgrammeError
from engine.experiments import drawn
from engine.loading import load_programme
from engine.programme import Arm, Experiment, Holdout, Programme
from engine.programme.experiments import course, odds
from engine.reading import Reading
from engine.variants import plain, variant
from tests.support.lives import EVERYTHING
from tests.support.stories import (
    PROGRAMME,
    Told,
    changed,
    continue_with,
    founded,
    items,
    order,
    publish,
    tell,
    view,
    wait,
)

BAGS = Count(id="bags", name="Three bags", goal=3, reward="cup")
EASY = {"challenges.bags.goal": 2}


def experiment(*arms: Arm, ident: str = "goal", **more: Any) -> Experiment:
    """Arms of which the first has weight 0, unless others are given: everybody is in the second."""
    both = arms or (Arm(id="control", weight=0.0), Arm(id="easy", set=EASY))
    return Experiment(id=ident, name=ident, arms=both, **more)


def trying(*experiments: Experiment, **tables: Any) -> Programme:
    """The stories' programme with a challenge and experiments, and nobody held out."""
    tables = {"challenges": (BAGS,), "holdout": Holdout(share=0.0), **tables}
    return changed(experiments=experiments or (experiment(),), **tables)


HALVES = experiment(Arm(id="control"), Arm(id="easy", set=EASY))


def arms_of(programme: Programme, count: int = 2000) -> list[str]:
    """The arm of the first experiment, for so many members."""
    first = programme.courses[0]
    return [drawn(first, f"c{n}") for n in range(count)]


# ── what an arm changes ──────────────────────────────────────────────────────────────────────────


def test_an_arm_has_its_own_goal_and_the_others_keep_the_programmes() -> None:
    easy = tell(items(2), programme=trying())
    control = tell(items(2), programme=trying(experiment(Arm(id="a"), Arm(id="b", weight=0.0))))
    assert (easy.states, control.states) == (["unlocked"], [])


def test_an_arm_may_earn_more_points() -> None:
    double = experiment(Arm(id="one", weight=0.0), Arm(id="two", set={"points.earn": 2}))
    assert tell(order(total=30), programme=trying(double)).pending == 60


def test_two_experiments_on_different_things_meet_in_one_member() -> None:
    double = experiment(Arm(id="a", weight=0), Arm(id="b", set={"points.earn": 2}), ident="points")
    told = tell(items(2), programme=trying(experiment(), double))
    assert (told.states, told.pending) == (["unlocked"], 40)
    assert told.customer.arms == {"goal": "easy", "points": "b"}


def test_who_is_enrolled_finishes_on_their_own_version_when_the_experiment_is_over() -> None:
    over = publish(replace(trying(), experiments=(), version="v2"))
    told = tell(items(1), over, items(1), programme=trying())
    assert told.states == ["unlocked"]
    assert told.customer.arms == {}


def test_an_experiment_begins_and_ends_at_midnight_where_the_programme_is() -> None:
    timed = experiment(Arm(id="a", weight=0.0), Arm(id="b", set={"points.earn": 2}))
    programme = trying(replace(timed, since="2026-01-06", until="2026-01-07"))
    told = tell(
        order(total=10).after(hours=13.9),  # 23:54 in Vienna
        order(total=10).after(hours=0.2),
        order(total=10).after(hours=23.7),
        order(total=10).after(hours=0.3),
        programme=programme,
    )
    assert told.points_of("Points Pending") == [10, 20, 20, 10]


def test_a_timer_fires_in_the_programme_that_its_member_has() -> None:
    slow = experiment(Arm(id="a", weight=0.0), Arm(id="b", set={"challenges.bags.days": 5}))
    told = tell(items(1), wait(days=9), programme=trying(slow))
    assert [each.event for each in told.decisions][-1] == "Challenge Expired"


# ── who is in it ─────────────────────────────────────────────────────────────────────────────────


def test_arms_are_drawn_by_their_weights() -> None:
    counts = Counter(arms_of(trying(experiment(Arm(id="a", weight=3), Arm(id="b")))))
    assert counts["a"] == pytest.approx(1500, abs=60)


def test_only_the_share_takes_part_and_a_larger_one_takes_more_and_moves_nobody() -> None:
    small = arms_of(trying(replace(HALVES, share=0.2)))
    large = arms_of(trying(replace(HALVES, share=0.6)))
    assert sum(map(bool, small)) == pytest.approx(400, abs=60)
    assert sum(map(bool, large)) == pytest.approx(1200, abs=60)
    assert all(before in ("", after) for before, after in zip(small, large, strict=True))


def test_who_was_out_may_come_in_when_the_share_grows() -> None:
    nobody = trying(replace(experiment(), share=0.0))
    told = tell(view(), programme=nobody)
    assert told.customer.arms == {"goal": ""}
    assert continue_with(told, publish(trying()), view()).customer.arms == {"goal": "easy"}


def test_the_held_out_take_part_in_nothing() -> None:
    told = tell(items(2), programme=trying(holdout=Holdout(share=1.0)))
    assert (told.states, told.customer.arms) == ([], {"goal": ""})


def test_nobody_changes_sides_when_weights_change_or_other_experiments_come_and_go() -> None:
    other = experiment(Arm(id="a"), Arm(id="b"), ident="other")
    told = tell(view(), programme=trying(other, experiment()))
    turned = experiment(Arm(id="control"), Arm(id="easy", weight=0.0, set=EASY))
    continue_with(told, publish(trying(turned)), view())
    assert told.customer.arms == {"goal": "easy"}


def test_whose_arm_is_gone_is_drawn_again() -> None:
    told = tell(view(), programme=trying())
    gone = experiment(Arm(id="control"), Arm(id="third", weight=0.0))
    assert continue_with(told, publish(trying(gone)), view()).customer.arms == {"goal": "control"}


def test_two_experiments_draw_independently_unless_they_share_a_salt() -> None:
    other = replace(HALVES, id="other")
    mine, theirs = arms_of(trying(HALVES)), arms_of(trying(other))
    same = sum(a == b for a, b in zip(mine, theirs, strict=True))
    assert same == pytest.approx(1000, abs=80)
    assert arms_of(trying(replace(HALVES, salt="x"))) == arms_of(trying(replace(other, salt="x")))


def test_members_cost_nothing_where_nothing_is_tried() -> None:
    told = tell(view(), programme=changed())
    assert (told.customer.arms, told.customer.dealt, told.world.members) == ({}, 0, {})


def test_one_combination_has_one_world_and_those_without_a_change_have_the_programmes() -> None:
    world = founded(trying(HALVES))
    for n in range(50):
        Told(world, f"c{n}").beat(view())
    assert list(world.members) == [("easy",)]


def test_a_new_model_is_seen_by_members_in_an_arm_and_nothing_is_compiled_anew() -> None:
    told = tell(view(), programme=trying())
    [before] = told.world.members.values()
    told.world = replace(told.world, models={"churn": None}, before=told.world)
    told.beat(view())
    [after] = told.world.members.values()
    assert after.models == {"churn": None}
    assert after.programme is before.programme


# ── odds and variants ────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=20).filter(any))
def test_odds_sum_to_one_and_every_arm_with_a_weight_has_a_hundredth(weights: list[float]) -> None:
    found = odds(tuple(weights))
    assert sum(found) == pytest.approx(1)
    assert all(
        share >= 0.01 - 1e-12 if weight else share == 0
        for weight, share in zip(weights, found, strict=True)
    )


def test_the_last_arm_with_odds_takes_what_rounding_leaves() -> None:
    both = replace(HALVES, arms=(*HALVES.arms, Arm(id="none", weight=0.0)))
    short = replace(course(both, "s", PROGRAMME.zone_info, ()), odds=(0.0, 0.1, 0.0))
    assert {drawn(short, f"c{n}") for n in range(100)} == {"easy"}


@pytest.mark.parametrize("programme", [PROGRAMME, EVERYTHING, trying(HALVES)])
def test_a_programme_without_changes_reads_as_itself(programme: Programme) -> None:
    made = Reading().table(Programme, plain(programme))
    assert isinstance(made, Programme)
    assert replace(made, version=programme.version) == programme == variant(programme, {})


def test_a_value_that_does_not_fit_makes_no_variant() -> None:
    with pytest.raises(ProgrammeError, match=r"points\.earn.*does not fit"):
        variant(PROGRAMME, {"points.earn": "much"})


# ── what publication refuses ─────────────────────────────────────────────────────────────────────

FILE = """
name = "Shop"
currency = "EUR"
zone = "Europe/Vienna"
salt = "s"
challenges = [{ kind = "count", id = "bags", name = "Bags", goal = 3 }]
[tiers]
steps = [{ id = "a", name = "A", spend = "0" }, { id = "b", name = "B", spend = "9" }]
"""


def refusal(arms: str, more: str = "") -> str:
    """The first mistake of a file with one experiment of these arms."""
    text = f'{FILE}[[experiments]]\nid = "x"\nname = "X"\narms = [{{ id = "control" }}, {arms}]\n'
    with pytest.raises(ProgrammeError) as caught:
        load_programme(text + more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("challenges.bag.goal", "2", 'there is no "bag" in challenges; did you mean "bags"?'),
        ("challenges.bags.gaol", "2", 'is no key of this table; did you mean "goal"?'),
        ("challenges.bags.goal", '"two"', '"two" does not fit'),
        ("challenges.bags.goal", "0", "0 does not fit"),
        ("challenges.bags.reward", '"nix"', 'there is no reward "nix"'),
        ("challenges.bags.goal.least", "2", "challenges.bags.goal is 3 and no table"),
        ("challenges.bags", "2", "names a whole table"),
        ("challenges.bags.id", '"sacks"', "an id never changes"),
        ("challenges", "2", "is no path to a value"),
        ("holdout.share", "0.5", "holdout is the same for all members"),
        ("tiers.steps.a.spend", '"5"', "the first step asks for 5"),
        ("tiers.steps.b.spend", '"9.001"', "finer than the coins"),
        ("challenges.bags.goal.least.of", "2", "challenges.bags.goal is 3 and no table"),
        ("caps.per_fortnight", "2", "is no key of this table"),
    ],
)
def test_an_arm_that_makes_no_programme_is_refused_at_its_path(
    path: str, value: str, told: str
) -> None:
    found = refusal(f'{{ id = "b", set = {{ "{path}" = {value} }} }}')
    key = f"'{path}'" if "." in path else path
    assert found.startswith(f"experiments[0] (x).arms[1] (b).set.{key}, line 12: ")
    assert told in found


def test_a_mistake_elsewhere_that_an_arm_brings_about_is_told_at_the_arm() -> None:
    found = refusal('{ id = "b", set = { "tiers.period" = "month", "tiers.steps.b.spend" = "0" } }')
    assert ".set.'tiers.steps.b.spend', line 12: 0 is no more than 0" in found
    found = refusal('{ id = "b", set = { "challenges.bags.kind" = "spend" } }')
    assert "set.'challenges.bags.kind', line 12: then challenges.bags.goal: 3 is not exact" in found


def test_a_mistake_of_the_file_is_told_once_and_not_for_every_arm() -> None:
    found = refusal('{ id = "b", set = { "challenges.bags.goal" = 2 } }', "[caps]\nper_day = -1")
    assert found.startswith("caps.per_day")


def test_what_stands_in_no_table_yet_can_be_set() -> None:
    text = FILE + '[[experiments]]\nid = "x"\nname = "X"\narms = [{ id = "a" }, { id = "b", set'
    assert load_programme(text + " = { caps.per_day = 2 } }]").courses[0].touches == {("caps", "")}


@pytest.mark.parametrize(
    ("arms", "more", "told"),
    [
        ('{ id = "control" }', "", "arms[1] (control).id, line 12: is already the id of"),
        ('{ id = "b", weight = 0 }', "", ""),
        ('{ id = "b" }', 'since = "2026-02-30"', 'there is no day "2026-02-30"'),
        ('{ id = "b" }', 'since = "2026-02-02"\nuntil = "2026-02-02"', "is not after since"),
        ('{ id = "b" }', 'since = "tomorrow"', 'write a day such as "2026-03-31"'),
        ('{ id = "b", set = 3 }', "", "3 is no table"),
    ],
)
def test_an_experiment_that_cannot_run_is_refused(arms: str, more: str, told: str) -> None:
    if told:
        assert told in refusal(arms, more)


def test_an_experiment_needs_two_arms_and_a_weight() -> None:
    head = FILE + '[[experiments]]\nid = "x"\nname = "X"\narms = '
    with pytest.raises(ProgrammeError, match="there are 1 arms"):
        load_programme(head + '[{ id = "a" }]')
    with pytest.raises(ProgrammeError, match="no arm has a weight"):
        load_programme(head + '[{ id = "a", weight = 0 }, { id = "b", weight = 0 }]')


def test_two_experiments_may_not_change_one_thing() -> None:
    arm = '{ id = "b", set = { "challenges.bags.goal" = 2 } }'
    other = '[[experiments]]\nid = "y"\nname = "Y"\narms = [{ id = "a" }, { id = "b", set = {'
    found = refusal(arm, other + '"challenges.bags.days" = 9 } }]')
    assert "experiments[1] (y).arms[1] (b).set.'challenges.bags.days'" in found
    assert "challenges.bags is changed by x too" in found


def test_a_policy_chooses_by_one_experiment_of_the_same_ids() -> None:
    policy = (
        'policies = [{ id = "p", on = "Cart Viewed", choose = "experiment",'
        ' message = { title = "T" }, variants = [{ id = "control" }, { id = "%s" }] }]\n'
    )
    experiment = (
        '[[experiments]]\nid = "x"\nname = "X"\narms = [{ id = "control" }, { id = "b" }]\n'
    )
    fine = load_programme(policy % "b" + FILE + experiment)
    assert fine.courses[0].touches == {("policies", "p")}
    with pytest.raises(ProgrammeError, match="0 experiments have arms with the ids"):
        load_programme(policy % "c" + FILE + experiment)


def test_too_many_combinations_are_refused() -> None:
    others = "".join(
        f'[[experiments]]\nid = "e{n}"\nname = "E"\narms = [{{ id = "a" }}, {{ id = "b" }}]\n'
        for n in range(5)
    )
    assert "more than 256 combinations" in refusal('{ id = "b" }', others)
