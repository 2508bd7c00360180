"""How well a model predicts, over its newest examples, each judged before it was learnt."""

from itertools import islice, pairwise
from math import log
from typing import Final

from msgspec import Struct

WINDOW: Final = 1000
"""Examples that figures are about."""
DECILES: Final = 10
SURE: Final = 1e-15
"""How near to 0 and 1 a probability is taken, so that one wrong certainty is not infinitely bad."""


class Judged(Struct, frozen=True, array_like=True, gc=False):
    """A prediction and what came of it.

    score, base: the probabilities that the model and the running base rate gave beforehand.
    weight: how many examples it stands for.
    """

    score: float
    base: float
    answer: bool
    weight: float


class Decile(Struct, frozen=True):
    """A tenth of the examples. score: their mean score. yes: the share of yes among them."""

    weight: float
    score: float
    yes: float


class Quality(Struct, array_like=True):
    """The newest WINDOW judged examples, oldest first, and the running base rate of all ever seen.

    yes, all: weights of the examples with answer yes, and of all.
    """

    window: list[Judged] = []
    yes: float = 0.0
    all: float = 0.0

    def base_rate(self, prior: float) -> float:
        """The share of yes; the prior counts as one example more."""
        return (self.yes + prior) / (self.all + 1.0)

    def judge(self, judged: Judged) -> None:
        """Take in one more, and let the oldest go."""
        self.window.append(judged)
        del self.window[:-WINDOW]
        self.yes += judged.weight if judged.answer else 0.0
        self.all += judged.weight

    def losses(self, newest: int = WINDOW) -> tuple[float, float]:
        """Mean log loss of the newest examples: (the model's, the base rate's); 0 without any."""
        start = max(0, len(self.window) - newest)
        model = base = weights = 0.0
        for one in islice(self.window, start, None):
            model += one.weight * log_loss(one.score, one.answer)
            base += one.weight * log_loss(one.base, one.answer)
            weights += one.weight
        return (model / weights, base / weights) if weights else (0.0, 0.0)

    def deciles(self) -> list[Decile]:
        """Tenths of the window by score, lowest first; fewer while there are not ten examples."""
        ranked = sorted(self.window, key=lambda judged: judged.score)
        edges = [len(ranked) * n // DECILES for n in range(DECILES + 1)]
        return [_decile(ranked[start:end]) for start, end in pairwise(edges) if end > start]


def calibration_error(deciles: list[Decile]) -> float:
    """Expected calibration error, the mean of |score − share of yes| (0 to 1; 0: no examples).

    >>> calibration_error([Decile(1.0, 0.25, 0.0), Decile(3.0, 0.5, 0.75)])
    0.25
    """
    error = weights = 0.0
    for decile in deciles:
        error += decile.weight * abs(decile.score - decile.yes)
        weights += decile.weight
    return error / weights if weights else 0.0


def log_loss(score: float, answer: bool) -> float:
    """−log of the probability that was given to what happened.

    >>> round(log_loss(0.9, answer=True), 3), round(log_loss(0.9, answer=False), 3)
    (0.105, 2.303)
    """
    given = score if answer else 1.0 - score
    return -log(max(given, SURE))


def _decile(judged: list[Judged]) -> Decile:
    weight = sum(one.weight for one in judged)
    score = sum(one.weight * one.score for one in judged) / weight
    return Decile(weight, score, sum(one.weight for one in judged if one.answer) / weight)
