"""Who is in which arm of which experiment, and the world as it is for them (DOMAIN: experiments).

An arm is a salted hash of the customer id, kept from first sight on: other experiments may come and
go and weights may change, and nobody changes sides. The held out take part in none.
"""

from typing import Any

from msgspec.structs import replace

from engine.chance import draw
from engine.programme import Course, Programme
from engine.state import Customer
from engine.variants import variant
from engine.world import World

OUT = ""
"""The arm of who does not take part."""


def world_of(world: World, customer: Customer[Any], who: str, now: float) -> World:
    """The world with the programme that holds for this member now. now: log time (s).

    One lookup where there are experiments; nothing where there are none.
    """
    programme = world.programme
    if customer.dealt != programme.dealing:
        _keep_what_runs(customer, programme)
    arms = tuple([_changing(customer, course, who, now) for course in programme.courses])
    if not any(arms):
        return world
    found = world.members.get(arms)
    if found is None or not _of_this_moment(found, world):
        found = world.members[arms] = _made(world, arms, found)
    return found


def arm(customer: Customer[Any], course: Course, who: str, now: float) -> str:
    """The arm that a member is in now; drawn and kept at first sight."""
    if not course.begins <= now < course.ends:
        return OUT
    kept = customer.arms.get(course.id)
    if kept is None:
        held = customer.book.holdout
        kept = customer.arms[course.id] = OUT if held else drawn(course, who)
    return kept


def drawn(course: Course, who: str) -> str:
    """The arm that the hash of an id falls into.

    Where it takes part and which arm it gets are two draws, so that more may take part later while
    nobody changes sides.
    """
    if draw(f"{course.salt}/part", who) >= course.share:
        return OUT
    place, reached, found = draw(course.salt, who), 0.0, OUT
    for ident, odds in zip(course.arms, course.odds, strict=True):
        if odds and place >= reached:
            found = ident
        reached += odds
    return found


def sets(programme: Programme, arms: tuple[str, ...]) -> dict[str, Any]:
    """All that these arms change, one of each experiment."""
    chosen = [
        each.set
        for experiment, ident in zip(programme.experiments, arms, strict=True)
        for each in experiment.arms
        if each.id == ident
    ]
    return {path: value for each in chosen for path, value in each.items()}


def variants(programme: Programme) -> list[Programme]:
    """The programme as each arm that changes anything has it by itself."""
    return [
        variant(programme, each.set)
        for experiment in programme.experiments
        for each in experiment.arms
        if each.set
    ]


def _changing(customer: Customer[Any], course: Course, who: str, now: float) -> str:
    """The member's arm, if it changes anything."""
    mine = arm(customer, course, who, now)
    return mine if mine in course.changes else OUT


def _of_this_moment(found: World, world: World) -> bool:
    """Whether nothing was published besides since it was made."""
    return found.models is world.models and found.prices is world.prices


def _made(world: World, arms: tuple[str, ...], known: World | None) -> World:
    """The world of these arms; known: the same under other models."""
    if known is not None:
        return replace(known, models=world.models, prices=world.prices, since=world.since)
    programme = variant(world.programme, sets(world.programme, arms))
    mind = world.mind.under(programme)
    return replace(world, programme=programme, mind=mind, before=None, members={})


def _keep_what_runs(customer: Customer[Any], programme: Programme) -> None:
    """The experiments have changed: keep the arms that there are; who was out is asked again."""
    known = {course.id: course.arms for course in programme.courses}
    customer.arms = {
        ident: mine for ident, mine in customer.arms.items() if mine in known.get(ident, ())
    }
    customer.dealt = programme.dealing
