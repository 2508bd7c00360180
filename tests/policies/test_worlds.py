"""What is published, when it holds, and that a restart finds it again."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from engine.errors import ProgrammeError
from engine.programme import Programme
from policies import worlds
from policies.models.inputs import SCHEMA
from tests.support.shop import knows, live
from tests.support.stories import changed, order, wait

TEXT = (Path(__file__).parents[2] / "policies" / "programmes" / "roastery.toml").read_text()
OTHER = TEXT.replace('name = "', 'name = "Other ', 1)
CHURN = knows("log_orders", 1.0, bias=0.0)


def test_before_anything_is_published_orders_are_recorded_and_earn_nothing() -> None:
    told = live(order(total=50), wait(days=20), programme=worlds.NOTHING)
    assert told.points == (0, 0, 0, 0)
    assert told.customer.book.orders["o1"].kept == 5000


def test_a_timer_meets_the_world_of_its_own_moment() -> None:
    first = worlds.with_programme(worlds.genesis(), TEXT, 100.0)
    second = worlds.with_model(worlds.with_programme(first, OTHER, 200.0), CHURN, 300.0)
    names = [second.at(moment).programme.name for moment in (50.0, 100.0, 150.0, 200.0, 201.0)]
    assert names == [worlds.NOTHING.name] * 2 + [first.programme.name] * 2 + [second.programme.name]
    assert [len(second.at(moment).models) for moment in (300.0, 301.0)] == [0, 1]


def test_worlds_that_no_timer_can_meet_are_forgotten() -> None:
    world = worlds.with_model(worlds.with_programme(worlds.genesis(), TEXT, 100.0), CHURN, 200.0)
    assert len(worlds.eras(worlds.forget_before(world, 50.0))) == 3
    assert len(worlds.eras(worlds.forget_before(world, 150.0))) == 2
    assert len(worlds.eras(worlds.forget_before(world, 250.0))) == 1


def test_a_wrong_programme_is_refused_whole() -> None:
    with pytest.raises(ProgrammeError):
        worlds.with_programme(worlds.genesis(), TEXT + "\nnonsense = 1\n", 1.0)


def test_a_restart_finds_the_same_worlds() -> None:
    world = worlds.with_programme(worlds.genesis(), TEXT, 100.0)
    world = worlds.with_model(world, CHURN, 200.0)
    world = worlds.with_programme(world, OTHER, 300.0)
    again = worlds.restored(worlds.eras(world), [TEXT, OTHER], {CHURN.version: CHURN})
    assert worlds.eras(again) == worlds.eras(world)
    assert again.versions == world.versions
    assert again.actions == world.actions
    assert again.at(150.0).programme == world.at(150.0).programme


def test_nothing_stored_is_the_beginning() -> None:
    assert worlds.eras(worlds.restored([], [], {})) == worlds.eras(worlds.genesis())


def test_a_model_for_other_inputs_is_not_asked() -> None:
    alien = knows("log_orders", 9.0, bias=9.0)
    known = replace(alien, schema="other")
    told = live(order(total=50), programme=changed(), scoring=[known])
    assert told.customer.scores[0] == pytest.approx(0.5)
    ours = live(order(total=50), programme=changed(), scoring=[alien])
    assert ours.customer.scores[0] > 0.9
    assert alien.schema == SCHEMA


def test_the_profile_shows_tastes_and_scores() -> None:
    told = live(order("o1", _espresso()), programme=changed())
    mind = told.world.mind
    assert mind.affinity(told.customer) == {
        "categories": {"espresso": 1.0}, "brands": {"Atlas": 1.0},
    }  # fmt: skip
    favourites = [
        mind.favourite(told.customer, f"favourite_{what}") for what in ("category", "brand")
    ]
    assert favourites == ["espresso", "Atlas"]
    assert mind.favourite(live(programme=changed()).customer, "favourite_brand") == ""
    assert set(msgspec.json.decode(mind.scores(told.customer))) == {"churn", "purchase_7d"}
    assert isinstance(told.world.programme, Programme)


def _espresso() -> dict[str, object]:
    return {"product_id": "e1", "price": 9.0, "category": "espresso", "brand": "Atlas"}
