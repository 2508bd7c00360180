"""The kernel: one event of one customer in, everything that follows from it out.

The order is the rule book (DOMAIN: time and identity): due timers → repeat? → ledger → tier →
challenges → features → scores → policies. A reward unlocked by an event is visible to the policies
of the same event.
"""

from collections.abc import Mapping
from typing import Any, Final

from engine import (
    enrolments,
    erasure,
    experiments,
    exposures,
    identity,
    ledger,
    notices,
    orders,
    profile,
    recall,
    redemptions,
    referral,
    rewards,
    tiers,
)
from engine.budgets import Purse
from engine.chance import draw
from engine.dates import MINUTE
from engine.decisions import Effects
from engine.events import NAMES, CustomerErased, Happening, MergeIn, TotalsKept
from engine.posting import LATE, RULES, STALE, Rule
from engine.state import Customer
from engine.turn import Turn
from engine.world import Happened, Part, World

AHEAD: Final = 5 * MINUTE
"""A clock that is further ahead than this (s) is not believed: it is noted.

Whatever lies ahead of the log counts as happening now.
"""
PARTS: Final[Mapping[str, Part]] = {
    "leases": redemptions,
    "ledger": ledger,
    "notices": notices,
    "parked": orders,
    "tier": tiers,
    "challenges": enrolments,
    "rewards": rewards,
    "experiments": exposures,
    "referral": referral,
}
"""The engine's own timers, in the order in which they fire at one moment; the mind's come after."""


def newcomer(world: World, who: str, now: float) -> Customer[Any]:
    """A customer at first sight. now: log time (s)."""
    customer: Customer[Any] = Customer(memory=world.mind.newcomer())
    customer.seen.turned = now
    programme = world.programme
    customer.book.holdout = draw(f"{programme.salt}/holdout", who) < programme.holdout.share
    world.mind.welcome(customer, who, now)
    customer.due = next_due(world, customer)
    return customer


def step(
    world: World,
    customer: Customer[Any],
    who: str,
    event: Happening,
    now: float,
    purse: Purse | None = None,
) -> Effects:
    """Fold one event into a customer's state, which changes in place, and say what follows.

    now: log time (s). purse: the partition's budgets, which change in place too. Timers due by
    then fire first, each at its own moment. Raises only on a bug, or UnknownCurrencyError; the
    caller then throws the half-changed state away.
    """
    turn = Turn(world, customer, who, now, event.message_id, [], [], [], purse=purse)
    if customer.survivor or customer.erased:
        return _elsewhere(turn, event)
    if customer.due <= now:
        _fire(turn)
    if world.programme.experiments or customer.arms:
        turn.world = experiments.world_of(world, customer, who, now)
    name = NAMES[type(event)]
    rule = RULES.get(name)
    keyed = rule is not None and rule.keyed
    mark = recall.mark(name, event.message_id, exact=keyed)
    if recall.repeated(customer.seen, mark, now):
        turn.note("repeat")
        return turn.effects()
    happened = _posted(turn, name, event, rule)
    if happened is not None:
        if happened.money:
            exposures.correct(turn)
        _think(turn, happened)
    if customer.arms and turn.decisions:
        exposures.look(turn)
    if rule is not None or turn.decisions or turn.stirred or name in world.actions:
        customer.due = max(now, next_due(turn.world, customer))
    return turn.effects()


def tick(world: World, customer: Customer[Any], who: str, now: float) -> Effects:
    """Time passed: fire what is due, and nothing else."""
    turn = Turn(world, customer, who, now, "", [], [], [])
    if customer.due <= now:
        _fire(turn)
    return turn.effects()


def next_due(world: World, customer: Customer[Any]) -> float:
    """When the customer's next timer fires (s; never: infinity).

    A float whatever the part keeps: it is read back as one, and causes and ids are made of it.
    """
    parts = (*PARTS.values(), *world.mind.parts.values())
    return float(min(part.due(customer) for part in parts))


def _fire(turn: Turn) -> None:
    """Every timer due by `turn.now`, each at its moment, in the world of that moment."""
    customer, world, now, cause = turn.customer, turn.world, turn.now, turn.cause
    turn.timed = True
    while customer.due <= now:
        at = customer.due
        turn.now, turn.world = at, world.at(at)
        if turn.world.programme.experiments or customer.arms:
            turn.world = experiments.world_of(turn.world, customer, turn.who, at)
        for name, part in (*PARTS.items(), *turn.world.mind.parts.items()):
            if part.due(customer) <= at:
                turn.cause = f"{name}@{at}"
                part.fire(turn)
                if part.due(customer) <= at:
                    raise RuntimeError(f"{name}: a timer that has fired is still due")
        if len(turn.decisions) > turn.heard:
            fired, turn.cause = turn.cause, f"policies@{at}"
            turn.world.mind.react(turn)
            turn.cause = fired
        if customer.arms and turn.decisions:
            exposures.look(turn)
        customer.due = max(at, next_due(turn.world, customer))
    turn.now, turn.world, turn.cause, turn.timed = now, world, cause, False


def _elsewhere(turn: Turn, event: Happening) -> Effects:
    """An event of an id that is another one now, or nobody.

    A repeat stays here, where its first was seen. Who is erased is so under every id.
    """
    customer = turn.customer
    if customer.erased and not isinstance(event, TotalsKept | MergeIn):
        turn.note("erased")
        return turn.effects()
    name = NAMES[type(event)]
    rule = RULES.get(name)
    mark = recall.mark(name, event.message_id, exact=rule is not None and rule.keyed)
    if recall.repeated(turn.customer.seen, mark, turn.now):
        turn.note("repeat")
    elif isinstance(event, TotalsKept):
        erasure.keep(turn, event.properties)
    elif isinstance(event, MergeIn) and customer.erased:
        life = event.properties
        erasure.settle(turn, identity.brought(life).book.ledger, life.origin)
    else:
        identity.hand_on(turn, event, name)
        if isinstance(event, CustomerErased):
            erasure.bury(customer, turn.world.mind.newcomer())
    return turn.effects()


def _posted(turn: Turn, name: str, event: Happening, rule: Rule | None) -> Happened | None:
    """Believe or correct the event's time, and let the ledger's rule have it first.

    None: it changed nothing.
    """
    now, at = turn.now, event.at(turn.now)
    if at > now:
        if at > now + AHEAD:
            turn.note("clock_ahead")
        at = now
    if event.user_id is not None and (rule is None or rule.names):
        if event.anonymous_id is not None or name == "alias":
            identity.meet(turn, event)
        if not turn.customer.known:
            turn.customer.known, turn.customer.born = True, now
    if event.context.timezone is not None:
        profile.set_zone(turn, event.context.timezone, at)
    if rule is not None:
        return rule.post(turn, event, at)
    return Happened(name, event, at, now - at > LATE)


def _think(turn: Turn, happened: Happened) -> None:
    """Everything but the ledger, for what is not too old for it."""
    if turn.now - happened.at > STALE:
        turn.note("stale")
        return
    world = turn.world
    if happened.name in world.actions:
        enrolments.count_action(turn, happened.name, happened.event.message_id, happened.at)
    world.mind.fold(turn, happened)
    world.mind.score(turn)
    if not happened.late:
        world.mind.decide(turn, happened)
