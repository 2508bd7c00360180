"""The River pipeline, from plain numbers and back to them. Only the learner imports it."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final

from river.compose import Pipeline
from river.linear_model import LogisticRegression
from river.optim import AdaGrad
from river.preprocessing import StandardScaler
from river.utils import VectorDict

from policies.models.inputs import NAMES
from policies.models.learnt import SPREAD, Learnt

RATE: Final = 0.03
"""AdaGrad's step: the best of those tried on four public churn sets."""
WARM_UP: Final = 100
"""Examples after which the inputs' spread is known well enough to cut off what lies far out."""


class Regression:
    """A standard scaler and a logistic regression, learnt example by example.

    heaviest: the largest weight of an example. Not for two threads: half the steps would be lost.
    """

    def __init__(self, learnt: Learnt, heaviest: float) -> None:
        self.examples = learnt.examples
        self._scaler = StandardScaler()
        optimizer = AdaGrad(RATE)
        # The gradient of an example is at most its weight. A lower clip would make those that stand
        # for several count less than they should: log loss .61 instead of .52, measured.
        self._model = LogisticRegression(
            optimizer, intercept_init=learnt.bias, clip_gradient=heaviest
        )
        if learnt.examples:
            self._scaler.counts.update(dict.fromkeys(NAMES, learnt.examples))
            self._scaler.means.update(_named(learnt.means))
            self._scaler.vars.update(_named(learnt.variances))
            self._model._weights = VectorDict(_named(learnt.weights))
            optimizer.g2.update(_named(learnt.squares))
            optimizer.n_iterations = learnt.examples
        self._pipeline = Pipeline(self._scaler, self._model)

    def predict(self, inputs: Sequence[float]) -> float:
        """The probability of yes, by what has been learnt (ask nothing before); changes nothing."""
        x = dict(zip(NAMES, self._believed(inputs), strict=True))
        return float(self._pipeline.predict_proba_one(x)[True])

    def learn(self, inputs: Sequence[float], *, answer: bool, weight: float) -> None:
        """One step towards the answer."""
        believed = self._believed(inputs) if self.examples >= WARM_UP else inputs
        x = dict(zip(NAMES, believed, strict=True))
        self._pipeline.learn_one(x, answer, w=weight)
        self.examples += 1

    def learnt(self) -> Learnt:
        """All that it knows."""
        return Learnt(
            self.examples,
            _listed(self._scaler.means),
            _listed(self._scaler.vars),
            _listed(self._model.weights),
            _listed(self._model.optimizer.g2),
            float(self._model.intercept),
        )

    def _believed(self, inputs: Sequence[float]) -> list[float]:
        """The inputs, not further from their means than SPREAD; one that never varied is let be."""
        means, variances = self._scaler.means, self._scaler.vars
        believed = []
        for name, value in zip(NAMES, inputs, strict=True):
            mean, spread = means[name], SPREAD * sqrt(variances[name])
            believed.append(min(max(value, mean - spread), mean + spread) if spread else value)
        return believed


def _named(values: list[float]) -> dict[str, float]:
    return dict(zip(NAMES, values, strict=True))


def _listed(values: Mapping[str, float]) -> list[float]:
    return [values.get(name, 0.0) for name in NAMES]
