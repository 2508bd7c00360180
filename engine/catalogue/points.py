"""Points that are credited at once."""

from engine.catalogue.base import Sort


class PointsReward(Sort):
    """So many points. Value: points."""

    name = "points"
    worth = "points"
    at_once = True
