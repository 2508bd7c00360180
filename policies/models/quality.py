"""How well a model predicts, over its newest examples, each judged before it was learnt."""

from itertools import islice, pairwise
from math import log
from typing import Final

from msgspec import Struct

WINDOW: Final = 1000
"""Examples that figures are about."""
BINS: Final = 10
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

    def bins(self) -> list[tuple[float, float, float]]:
        """Tenths of the window by score, lowest first: (weight, mean score, share of yes)."""
        ranked = sorted(self.window, key=lambda one: one.score)
        edges = [len(ranked) * n // BINS for n in range(BINS + 1)]
        return [_bin(ranked[start:end]) for start, end in pairwise(edges) if end > start]

    def calibration_error(self) -> float:
        """Expected calibration error by deciles: mean |score − share of yes| (0 to 1)."""
        bins = self.bins()
        whole = sum(weight for weight, _, _ in bins)
        return sum(weight * abs(score - yes) for weight, score, yes in bins) / whole if bins else 0.0

    def top_decile_rate(self) -> float:
        """The share of yes among the tenth with the highest scores."""
        bins = self.bins()
        return bins[-1][2] if bins else 0.0


def log_loss(score: float, answer: bool) -> float:
    """−log of the probability that was given to what happened.

    >>> round(log_loss(0.9, answer=True), 3), round(log_loss(0.9, answer=False), 3)
    (0.105, 2.303)
    """
    given = score if answer else 1.0 - score
    return -log(max(given, SURE))


def _bin(judged: list[Judged]) -> tuple[float, float, float]:
    weight = sum(one.weight for one in judged)
    score = sum(one.weight * one.score for one in judged) / weight
    yes = sum(one.weight for one in judged if one.answer) / weight
    return weight, score, yes
