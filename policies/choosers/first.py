"""No chance at all: the first of the variants, always."""

from collections.abc import Sequence

from engine.programme import Variant
from engine.turn import Turn
from policies.bid import Odds


class First:
    """For trying a text out, or for keeping others ready."""

    def odds(self, candidates: Sequence[Variant], turn: Turn) -> Odds:
        """All for the first."""
        return [(each, 1.0 if place == 0 else 0.0) for place, each in enumerate(candidates)]
