"""One learner per question: predicts, is judged, and only then learns. Imported by nobody but `flows`.

River does the learning; whatever is kept or published is plain numbers, because pickled River
objects do not outlive a release of River.
"""

from collections.abc import Sequence
from math import isfinite, log, sqrt
from typing import Final, Self

import msgspec
import river
from msgspec import Struct
from river.compose import Pipeline
from river.linear_model import LogisticRegression
from river.metrics import RollingROCAUC
from river.optim import AdaGrad
from river.preprocessing import StandardScaler
from river.utils import VectorDict

from engine.decisions import Outcome
from engine.errors import PunchcardError
from engine.models import Snapshot
from policies.models.gate import Gate
from policies.models.inputs import NAMES, SCHEMA
from policies.models.learnt import SPREAD, Learnt
from policies.models.quality import WINDOW, Judged, Quality
from policies.models.task import Task

RATE: Final = 0.03
"""AdaGrad's step: the best of those tried on four public churn sets."""
LIMIT: Final = 1e6
"""No input of ours is as large; an example that has one is broken."""
WARM_UP: Final = 100
"""Examples after which the inputs' spread is known well enough to cut off what lies far out."""


class Kept(Struct, frozen=True):
    """A learner's durable form. river: the version that learnt it."""

    river: str
    task: str
    schema: str
    labels: int
    refused: int
    learnt: Learnt
    quality: Quality
    gate: Gate


class Learner:
    """A scaler and a logistic regression for one task, with their record and their gate.

    Not for two threads at once: River loses half of the steps then, silently.
    labels: examples learnt. refused: examples that were not for this model, or broken.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.quality = Quality()
        self.gate = Gate()
        self.labels = 0
        self.refused = 0
        self._auc = RollingROCAUC(window_size=WINDOW)
        zeros = [0.0] * len(NAMES)
        self._restore(Learnt(0, zeros, zeros, zeros, zeros, log(task.prior / (1.0 - task.prior))))

    @property
    def proven(self) -> bool:
        """Whether a snapshot may be published: some state has passed the gate."""
        return bool(self.gate.greens)

    def predict(self, inputs: Sequence[float]) -> float:
        """The probability of yes, by the model as it is; changes nothing."""
        if not self._scaler.counts:
            # River's scaler would remember having been asked.
            return self.task.prior
        x = dict(zip(NAMES, self._clipped(inputs), strict=True))
        return float(self._pipeline.predict_proba_one(x)[True])

    def learn(self, outcome: Outcome) -> None:
        """Predict, judge, learn, and let the gate look. What cannot be used is refused, and counted."""
        if not self._usable(outcome):
            self.refused += 1
            return
        base = self.quality.base_rate(self.task.prior)
        self._judge(Judged(self.predict(outcome.inputs), base, outcome.answer, outcome.weight))
        warm = self._examples >= WARM_UP
        inputs = self._clipped(outcome.inputs) if warm else outcome.inputs
        x = dict(zip(NAMES, inputs, strict=True))
        self._pipeline.learn_one(x, outcome.answer, w=outcome.weight)
        self.labels += 1
        back = self.gate.check(self.labels, self.quality, self._learnt)
        if back is not None:
            self._restore(back)

    def snapshot(self) -> Snapshot:
        """What may be published: the model as it is, or while the gate pauses, what it went back to."""
        learnt = self.gate.greens[0] if self.gate.pause else self._learnt()
        return learnt.snapshot(self.task.name, SCHEMA)

    def metrics(self) -> dict[str, float]:
        """Figures over the newest examples; all finite, 0 where there are none yet.

        auc: 0.5 is chance. log_loss, base_log_loss: nats; the model's should be the lower.
        calibration_error, top_decile_rate: see `Quality`. returns: times the gate went back.
        """
        loss, base_loss = self.quality.losses()
        return {
            "labels": float(self.labels),
            "refused": float(self.refused),
            "log_loss": loss,
            "base_log_loss": base_loss,
            "base_rate": self.quality.base_rate(self.task.prior),
            "auc": self._auc.get(),
            "calibration_error": self.quality.calibration_error(),
            "top_decile_rate": self.quality.top_decile_rate(),
            "returns": float(self.gate.returns),
            "proven": float(self.proven),
        }
