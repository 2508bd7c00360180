"""The variant of the arm that the member is in, so that a message can be what is tried."""

from collections.abc import Sequence

from engine.experiments import OUT, arm
from engine.programme import Variant
from engine.turn import Turn
from policies.bid import Odds


class Experiment:
    """Of the experiment whose arms have the ids of the variants (publication sees to it).

    Who takes no part gets the first variant. The odds are those of the draw that is left, which is
    none; those of the arm stand in Experiment Exposed.
    """

    def odds(self, candidates: Sequence[Variant], turn: Turn) -> Odds:
        """All for the member's arm."""
        idents = [each.id for each in candidates]
        courses = turn.world.programme.courses
        arms = (
            arm(turn.customer, course, turn.who, turn.now)
            for course in courses
            if set(course.arms) == set(idents)
        )
        chosen = next(arms, OUT) or idents[0]
        return [(each, 1.0 if each.id == chosen else 0.0) for each in candidates]
