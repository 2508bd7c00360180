"""Which challenges a member sees: not all at once (DOMAIN: challenges).

Who has as many as the programme shows begins no other by buying until one of them is done or over.
What one joins is begun all the same, for it was asked for.
"""

from typing import Any

from engine.completions import needed, progress
from engine.state import Customer, Enrolment
from engine.turn import Turn
from engine.world import World


def has_room(turn: Turn) -> bool:
    """Whether another challenge may begin by itself."""
    running = [each for each in turn.customer.book.challenges if _runs(each, turn.now)]
    return len(running) < turn.world.programme.challenges_shown.most


def shown(world: World, customer: Customer[Any]) -> list[Enrolment]:
    """The cycles that pages show, chosen where not all of them are: see `ChallengesShown`.

    Those under way come first; those that are done have what is left.
    """
    cycles = [each for each in customer.book.challenges if not each.closed]
    rule, challenges = world.programme.challenges_shown, world.programme.challenges
    if len(cycles) <= rule.most:
        return cycles
    places = {each.id: place for place, each in enumerate(challenges)}

    def rank(each: Enrolment) -> tuple[bool, float, int]:
        near = progress(each) / needed(world, each) if rule.choose == "nearest" else 0.0
        return each.done > 0.0, -near, places.get(each.challenge, len(places))

    return sorted(cycles, key=rank)[: rule.most]


def _runs(enrolment: Enrolment, now: float) -> bool:
    return not (enrolment.closed or enrolment.done) and now < enrolment.ends
