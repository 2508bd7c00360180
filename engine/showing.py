"""Which challenges a member sees: not all at once (DOMAIN: challenges).

Who has as many as the programme shows begins no other by buying until one of them is done or over.
What one joins is begun all the same, for it was asked for.
"""

from typing import Any

from engine.state import Customer, Enrolment
from engine.turn import Turn
from engine.world import World


def has_room(turn: Turn) -> bool:
    """Whether another challenge may begin by itself."""
    running = [each for each in turn.customer.book.challenges if _runs(each, turn.now)]
    return len(running) < turn.world.programme.challenges_shown.most


def shown(world: World, customer: Customer[Any]) -> list[Enrolment]:
    """The cycles that pages show, in the programme's order where not all of them are.

    Those under way come first; those that are done have what is left.
    """
    cycles = [each for each in customer.book.challenges if not each.closed]
    programme = world.programme
    most = programme.challenges_shown.most
    if len(cycles) <= most:
        return cycles
    order = {each.id: place for place, each in enumerate(programme.challenges)}
    last = len(order)
    cycles.sort(key=lambda each: (each.done > 0.0, order.get(each.challenge, last)))
    return cycles[:most]


def _runs(enrolment: Enrolment, now: float) -> bool:
    return not (enrolment.closed or enrolment.done) and now < enrolment.ends
