"""Making one world out of another when something is published, and out of what the store kept."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from engine import market
from engine.challenges import Challenge, actions
from engine.events import Situation
from engine.experiments import variants
from engine.market import Price, Prices
from engine.models import Snapshot
from engine.programme import Points, Programme
from engine.world import World
from policies.check import load
from policies.mind import Mind

NOTHING: Final = Programme(
    name="nothing published", currency="EUR", zone="UTC", salt="none", points=Points(earn=0)
)
"""What holds before the first programme: no points, tiers, challenges or policies."""


def genesis() -> World:
    """The world before anything was published: orders are recorded, and earn nothing."""
    return founded(NOTHING)


def founded(programme: Programme, since: float = 0.0) -> World:
    """A world that begins with this programme."""
    return _governed(programme, {}, since, None, {})


def with_programme(world: World, text: str, since: float) -> World:
    """From `since` on, this programme.

    Raises ProgrammeError: the text is wrong; the world stays as it is.
    """
    return _governed(load(text), world.models, since, world, world.versions, world.prices)


def with_model(world: World, snapshot: Snapshot, since: float) -> World:
    """From `since` on, this version scores."""
    return replace(
        world, models={**world.models, snapshot.model: snapshot}, since=since, before=world
    )


def with_situation(world: World, situation: Situation, now: float) -> World:
    """From `now` on, a dynamic reward is worth what its stock and demand say."""
    told = situation.reward, situation.stock, situation.demand
    prices = market.moved(world.prices, world.programme, *told, now)
    return (
        world if prices is world.prices else replace(world, prices=prices, since=now, before=world)
    )


def forget_before(world: World, moment: float) -> World:
    """Cut off the worlds that no timer due at `moment` or later can still meet."""
    if world.before is None:
        return world
    if moment > world.since:
        return replace(world, before=None)
    return replace(world, before=forget_before(world.before, moment))


def _governed(
    programme: Programme,
    models: Mapping[str, Snapshot],
    since: float,
    before: World | None,
    versions: Mapping[str, Challenge],
    prices: Prices | None = None,
) -> World:
    every = {**versions, **_challenges(programme)}
    return World(
        programme=programme,
        mind=Mind(programme),
        models=models,
        since=since,
        before=before,
        versions=every,
        actions=actions(every.values()),
        prices=prices or {},
    )


def _challenges(programme: Programme) -> dict[str, Challenge]:
    """Every challenge by version, as each arm of an experiment has it too."""
    all_of_them = (programme, *variants(programme))
    return {each.version: each for some in all_of_them for each in some.challenges}


class Era(Struct, frozen=True, array_like=True):
    """What is published, by version: the programme's, and the models' by name; and the prices."""

    programme: str
    models: dict[str, str]
    prices: dict[str, Price] = {}


def era(world: World) -> Era:
    """What is published in this world; a publication that leaves it as it is changes nothing."""
    versions = {name: snapshot.version for name, snapshot in world.models.items()}
    return Era(world.programme.version, versions, dict(world.prices))


def eras(world: World) -> list[tuple[float, Era]]:
    """The world and those before it as the store keeps them: since when, and what.

    The newest last.
    """
    chain: list[tuple[float, Era]] = []
    link: World | None = world
    while link is not None:
        chain.append((link.since, era(link)))
        link = link.before
    return chain[::-1]


def restored(
    chain: Sequence[tuple[float, Era]], texts: Sequence[str], snapshots: Mapping[str, Snapshot]
) -> World:
    """The chain again, from every programme text ever published and the snapshots by version.

    Raises ProgrammeError: a stored programme no longer loads with this release.
    """
    programmes = {programme.version: programme for programme in map(load, texts)}
    versions = {
        version: each
        for programme in programmes.values()
        for version, each in _challenges(programme).items()
    }
    world: World | None = None
    for since, published in chain:
        models = {name: snapshots[version] for name, version in published.models.items()}
        programme = programmes.get(published.programme, NOTHING)
        if world is not None and world.programme is programme:
            world = replace(
                world, models=models, prices=published.prices, since=since, before=world
            )
        else:
            world = _governed(programme, models, since, world, versions, published.prices)
    return world or genesis()
