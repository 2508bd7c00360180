"""What a condition or a template can speak of.

The catalogue's numbers, the scores, and where the member stands.
"""

from collections.abc import Callable, Mapping
from typing import Final

from engine import ledger
from engine.expression import Kind
from engine.turn import Turn
from features import CATALOGUE, INDEX
from policies.models import TASKS

Value = float | str | bool

STANDING: Final[Mapping[str, tuple[Kind, str, Callable[[Turn], Value]]]] = {
    "points": (
        Kind.NUMBER,
        "points that may be spent",
        lambda turn: ledger.available(turn.customer.book.ledger),
    ),
    "pending": (
        Kind.NUMBER,
        "points that wait",
        lambda turn: ledger.pending(turn.customer.book.ledger),
    ),
    "debt": (Kind.NUMBER, "points owed", lambda turn: turn.customer.book.ledger.debt),
    "tier": (Kind.TEXT, "id of the tier, empty without tiers", lambda turn: tier_id(turn)),
    "country": (
        Kind.TEXT,
        "ISO 3166 code, empty while unknown",
        lambda turn: turn.customer.country,
    ),
    "known": (Kind.TRUTH, "has a customer id", lambda turn: turn.customer.known),
    "holdout": (Kind.TRUTH, "is held out", lambda turn: turn.customer.book.holdout),
}
"""Name → kind, meaning, and how it is read."""

SCORES: Final[Mapping[str, int]] = {task.name: n for n, task in enumerate(TASKS)}

NAMES: Final[Mapping[str, Kind]] = {
    **{number.name: Kind.NUMBER for number in CATALOGUE},
    **dict.fromkeys(SCORES, Kind.NUMBER),
    **{name: kind for name, (kind, _, _) in STANDING.items()},
}
"""Everything that a condition may name in any programme."""

Reads = Mapping[str, Callable[[Turn], Value]]


def _score(place: int) -> Callable[[Turn], Value]:
    return lambda turn: turn.customer.scores[place]


READS: Final[Reads] = {
    **{name: _score(place) for name, place in SCORES.items()},
    **{name: read for name, (_, _, read) in STANDING.items()},
}
"""How all but the catalogue's numbers are read; those have a place in `turn.numbers`."""


class View(dict[str, Value]):
    """The names and their values in one turn, found when they are asked for.

    For messages and explanations; conditions that run per event read the turn itself.
    """

    __slots__ = ("others", "turn")

    def __init__(self, turn: Turn, others: Reads) -> None:
        """Look at this turn; `turn.numbers` must have been filled.

        others: how all but the catalogue's numbers are read.
        """
        self.turn = turn
        self.others = others

    def __missing__(self, name: str) -> Value:
        """A number, a score, or where the member stands. Raises KeyError: there is none such."""
        place = INDEX.get(name)
        return self.others[name](self.turn) if place is None else self.turn.numbers[place]


def tier_id(turn: Turn) -> str:
    """The id of the member's tier; empty where the programme has none."""
    steps = turn.world.programme.tiers.steps
    return steps[min(turn.customer.book.tier.level, len(steps) - 1)].id if steps else ""
