"""A budget over several partitions on a real broker and a real Redis, and whoever dies.

Ten times as many members as there are units ask for one. Errands between the partitions go through
the log, so each wave of members waits until the errands of the one before have arrived.
"""

from collections.abc import Collection, Iterator
from typing import Final

import pytest

from engine.budgets import keeper
from flows.local import Local
from flows.partition import partition_of
from flows.spending import Spending, spendings
from tests.support.chaos import PARTITIONS, Said, Scene, everywhere, sent
from tests.support.records import order, programme

pytestmark = pytest.mark.stack

UNITS: Final = 30
WAVES: Final = 15
WAVE: Final = 10 * UNITS // WAVES
HOLDER: Final = (keeper("cups", PARTITIONS) + 1) % PARTITIONS
"""The partition whose process is killed; another keeps the pool."""
OTHERS: Final = [number for number in range(PARTITIONS) if number != HOLDER]
PROGRAMME: Final = f"""
name = "Budgets"
currency = "EUR"
zone = "Europe/Vienna"
salt = "test"

[[rewards]]
id = "cup"
name = "A cup"
kind = "coupon"
valid_days = 30

[[budgets]]
id = "cups"
units = {UNITS}
rewards = ["cup"]

[[challenges]]
kind = "count"
id = "first"
name = "An order"
of = "orders"
goal = 1
reward = "cup"
"""


@pytest.fixture(params=["embedded", pytest.param("apache", marks=pytest.mark.kafka)])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """A stack with a budget of cups, and nobody yet who wants one."""
    with Local(kafka=request.param, partitions=str(PARTITIONS)) as local:
        scene = Scene(local)
        scene.tell(everywhere(programme(PROGRAMME)))
        yield scene
        scene.end()


def test_a_budget_is_given_to_the_last_and_never_over_though_who_holds_some_is_killed(
    scene: Scene,
) -> None:
    holder = scene.decide("--partitions", str(HOLDER))
    others = scene.decide("--partitions", ",".join(map(str, OTHERS)))
    publish = scene.start("publish")
    scene.until(lambda: scene.idle, holder, others, publish)
    holder.kill()
    held = cups(scene).free[HOLDER]
    for number in range(WAVES // 2):
        ask(scene, number, OTHERS)
        if number == 1:  # in the middle of its own wave
            others.kill()
            others = scene.decide("--partitions", ",".join(map(str, OTHERS)))
        scene.until(lambda: scene.settled(*OTHERS), others, publish)
    assert held == (UNITS // 2 // PARTITIONS, 0)
    assert cups(scene).held == (UNITS - held[0], 0)  # what the dead one holds is nobody else's
    holder = scene.decide("--partitions", str(HOLDER))
    for number in range(WAVES // 2, WAVES):
        ask(scene, number, range(PARTITIONS))
        scene.until(lambda: scene.idle, holder, others, publish)
    for part in (holder, others, publish):
        part.kill()
    said = scene.finish()  # and the recount finds no difference
    assert count(said, b'"Reward Unlocked"') == UNITS
    assert count(said, b'"Reward Refused"') == WAVES * WAVE - UNITS
    assert cups(scene).held == cups(scene).granted == (UNITS, 0)


def ask(scene: Scene, wave: int, partitions: Collection[int]) -> None:
    """So many new members of these partitions buy something, some seconds apart."""
    names = (f"m{wave}-{number}" for number in range(100 * WAVE))
    homes = [who for who in names if partition_of(who, PARTITIONS) in partitions][:WAVE]
    scene.tell(
        sent(order(f"o-{who}", wave * 600.0 + number, who=who)) for number, who in enumerate(homes)
    )


def cups(scene: Scene) -> Spending:
    """What has become of the budget."""
    [found] = spendings(scene.settings)
    return found


def count(said: Said, what: bytes) -> int:
    """How many decisions are of this name."""
    return sum(what in value for value in said.decisions.values())
