"""By weight, the same for every member and moment."""

from collections.abc import Sequence

from engine.programme import Variant
from engine.turn import Turn
from policies.bid import Odds


class Weighted:
    """A variant of weight 3 is drawn three times as often as one of weight 1."""

    def odds(self, candidates: Sequence[Variant], turn: Turn) -> Odds:
        """Each one's share of all weights."""
        whole = sum(each.weight for each in candidates)
        return [(each, each.weight / whole) for each in candidates]
