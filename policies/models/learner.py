"""One learner per question: it predicts, is judged, and only then learns. For `flows` alone.

River does the learning. What is kept or published is plain numbers: pickled River objects do not
outlive a release of River.
"""

from math import isfinite, log
from typing import Any, Final, Self

import msgspec
from msgspec import Struct
from river.__version__ import __version__ as RIVER
from river.metrics import RollingROCAUC

from engine.decisions import Outcome
from engine.errors import PunchcardError
from engine.models import Snapshot
from policies.models.gate import Gate
from policies.models.inputs import NAMES, SCHEMA
from policies.models.learnt import Learnt
from policies.models.quality import WINDOW, Judged, Quality, calibration_error
from policies.models.regression import Regression
from policies.models.task import Task

LIMIT: Final = 1e6
"""No input of ours is as large; an example that has one is broken."""


class Kept(Struct, frozen=True):
    """A learner's durable form. river: the version of River that learnt it."""

    river: str
    task: str
    schema: str
    labels: int
    refused: int
    learnt: Learnt
    quality: Quality
    gate: Gate


class Learner:
    """A regression for one task, with its record and its gate.

    labels: examples learnt. refused: examples that were for another model, or broken.
    """

    def __init__(self, task: Task) -> None:
        zeros = [0.0] * len(NAMES)
        bias = log(task.prior / (1.0 - task.prior))
        untaught = Learnt(0, zeros, zeros, zeros, zeros, bias)
        self.task = task
        self.labels = 0
        self.refused = 0
        self.quality = Quality()
        self.gate = Gate()
        self._regression = Regression(untaught, heaviest=task.keep)

    @property
    def proven(self) -> bool:
        """Whether the snapshot may be published: some state has passed the gate."""
        return bool(self.gate.greens)

    def predict(self, inputs: list[float]) -> float:
        """The probability of yes, by the model as it is; changes nothing."""
        # Without an example River's scaler would remember having been asked.
        return self._regression.predict(inputs) if self._regression.examples else self.task.prior

    def learn(self, outcome: Outcome) -> None:
        """Predict, be judged, learn, and let the gate look; what is no use is only counted."""
        if not self._usable(outcome):
            self.refused += 1
            return
        score = self.predict(outcome.inputs)
        base = self.quality.base_rate(self.task.prior)
        self.quality.judge(Judged(score, base, outcome.answer, outcome.weight))
        self._regression.learn(outcome.inputs, answer=outcome.answer, weight=outcome.weight)
        self.labels += 1
        back = self.gate.check(self.labels, self.quality, self._regression.learnt)
        if back is not None:
            self._regression = Regression(back, heaviest=self.task.keep)

    def snapshot(self) -> Snapshot:
        """The model as it is; while the gate pauses, the state that it went back to."""
        learnt = self.gate.greens[0] if self.gate.pause else self._regression.learnt()
        return learnt.snapshot(self.task.name, SCHEMA)

    def metrics(self) -> dict[str, float]:
        """Figures for operators, over the newest examples; 0 where there are none yet.

        log_loss, base_log_loss: nats, of the model and of the base rate. auc: 0.5 is chance.
        calibration_error: see there. top_decile_rate: the share of yes in the tenth with the
        highest scores. returns: times that the gate went back.
        """
        loss, base_loss = self.quality.losses()
        deciles = self.quality.deciles()
        return {
            "labels": float(self.labels),
            "refused": float(self.refused),
            "log_loss": loss,
            "base_log_loss": base_loss,
            "base_rate": self.quality.base_rate(self.task.prior),
            "auc": _auc(self.quality),
            "calibration_error": calibration_error(deciles),
            "top_decile_rate": deciles[-1].yes if deciles else 0.0,
            "returns": float(self.gate.returns),
            "proven": float(self.proven),
        }

    def dump(self) -> bytes:
        """Everything, as msgpack: what `load` makes of it goes on as if nothing had happened."""
        return msgspec.msgpack.encode(
            Kept(
                river=RIVER,
                task=self.task.name,
                schema=SCHEMA,
                labels=self.labels,
                refused=self.refused,
                learnt=self._regression.learnt(),
                quality=self.quality,
                gate=self.gate,
            )
        )

    @classmethod
    def load(cls, task: Task, dumped: bytes) -> Self:
        """The learner that was dumped. Raises PunchcardError: it is of another task or schema."""
        where = f"learner {task.name}"
        anew = "delete what is kept of it; it then learns anew from the outcomes"
        try:
            kept = msgspec.msgpack.decode(dumped, type=Kept)
        except msgspec.DecodeError as error:
            raise PunchcardError(
                where, f"what is kept of it cannot be read: {error}", anew
            ) from error
        if (kept.task, kept.schema) != (task.name, SCHEMA):
            raise PunchcardError(
                where,
                f"what is kept is of {kept.task} with inputs {kept.schema} (River {kept.river}), "
                f"but the inputs are now {SCHEMA}",
                anew,
            )
        learner = cls(task)
        learner.labels, learner.refused = kept.labels, kept.refused
        learner.quality, learner.gate = kept.quality, kept.gate
        learner._regression = Regression(kept.learnt, heaviest=task.keep)
        return learner

    def _usable(self, outcome: Outcome) -> bool:
        return (
            (outcome.model, outcome.schema) == (self.task.name, SCHEMA)
            and len(outcome.inputs) == len(NAMES)
            and 0.0 < outcome.weight < LIMIT
            and all(isfinite(value) and abs(value) < LIMIT for value in outcome.inputs)
        )


def _auc(quality: Quality) -> float:
    # Exact, over the window: River's other one, ROCAUC, misreads rare answers.
    auc: Any = RollingROCAUC(window_size=WINDOW)  # type: ignore[no-untyped-call]
    for judged in quality.window:
        auc.update(judged.answer, judged.score)
    return float(auc.get())
