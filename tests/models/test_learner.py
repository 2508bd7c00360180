from collections.abc import Callable, Iterator
from math import exp, inf, log, nan
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from river.linear_model import LogisticRegression
from river.optim import AdaGrad
from river.preprocessing import StandardScaler

from engine.decisions import Outcome
from engine.errors import PunchcardError
from policies.models import TASKS, Task
from policies.models.churn import CHURN
from policies.models.gate import NEWEST, PAUSE
from policies.models.inputs import NAMES, SCHEMA, pack, unpack
from policies.models.learner import Kept, Learner
from policies.models.purchase import PURCHASE

WIDTH = len(NAMES)


def outcome(inputs: list[float], answer: bool, *, of: Task = CHURN, weight: float = 1.0) -> Outcome:
    return Outcome("q1", "c1", of.name, "v1", SCHEMA, 0.0, 1.0, inputs, answer, 0.5, weight)


def examples(seed: int, of: Task = CHURN, bias: float = 0.0) -> Iterator[Outcome]:
    """People whose first input makes the answer likely and whose second makes it unlikely."""
    dice = Random(seed)
    while True:
        inputs = unpack(pack([dice.gauss(3.0, 1.0 + n / 10) for n in range(WIDTH)]))
        answer = dice.random() < 1 / (1 + exp(inputs[1] - 2 * (inputs[0] - 3) - 3 - bias))
        if answer or dice.random() < 1 / of.keep:
            yield outcome(inputs, answer, of=of, weight=of.weight(answer))


def taught(many: int, *, of: Task = CHURN, seed: int = 1, bias: float = 0.0) -> Learner:
    learner = Learner(of)
    for _, example in zip(range(many), examples(seed, of, bias), strict=False):
        learner.learn(example)
    return learner


@pytest.fixture(scope="module")
def dumped() -> bytes:
    return taught(700).dump()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_an_untaught_learner_says_the_prior(task: Task) -> None:
    learner = Learner(task)
    assert learner.predict([1.0] * WIDTH) == task.prior
    assert learner.snapshot().score([1.0] * WIDTH) == pytest.approx(task.prior)


@given(st.lists(st.floats(-1e5, 1e5), min_size=WIDTH, max_size=WIDTH))
def test_predicting_leaves_the_model_as_it_is(dumped: bytes, inputs: list[float]) -> None:
    learner = Learner.load(CHURN, dumped)
    learner.predict(inputs)
    learner.snapshot().score(inputs)
    learner.metrics()
    assert learner.dump() == dumped


@given(st.lists(st.floats(-1e5, 1e5), min_size=WIDTH, max_size=WIDTH))
def test_a_snapshot_scores_as_river_does(dumped: bytes, inputs: list[float]) -> None:
    learner = Learner.load(CHURN, dumped)
    assert learner.snapshot().score(inputs) == pytest.approx(learner.predict(inputs), abs=1e-12)


def test_it_learns_what_a_river_pipeline_learns() -> None:
    pipeline = StandardScaler() | LogisticRegression(AdaGrad(0.03), clip_gradient=1)
    learner = Learner(CHURN)
    for _, example in zip(range(400), examples(seed=2), strict=False):
        inputs = [min(max(value, 0.0), 6.0) for value in example.inputs]
        learner.learn(outcome(inputs, example.answer))
        pipeline.learn_one(dict(zip(NAMES, inputs, strict=True)), example.answer)
    asked = next(examples(seed=3)).inputs
    river = pipeline.predict_proba_one(dict(zip(NAMES, asked, strict=True)))[True]
    assert learner.predict(asked) == pytest.approx(river, abs=1e-12)


def test_the_next_hundred_lessons_after_a_restart_are_as_if_nothing_had_happened() -> None:
    learner = taught(950)
    restarted = Learner.load(CHURN, learner.dump())
    for _, example in zip(range(100), examples(seed=4), strict=False):
        learner.learn(example)
        restarted.learn(example)
    assert restarted.dump() == learner.dump()
    assert restarted.metrics() == learner.metrics()
    assert restarted.snapshot() == learner.snapshot()


def test_it_is_judged_before_it_learns() -> None:
    learner, example = taught(50), next(examples(seed=5))
    before = learner.predict(example.inputs)
    learner.learn(example)
    assert learner.quality.window[-1].score == before != learner.predict(example.inputs)


def test_it_learns_to_tell_people_apart() -> None:
    metrics = taught(3000).metrics()
    assert metrics["auc"] > 0.8
    assert metrics["log_loss"] < 0.85 * metrics["base_log_loss"]
    assert metrics["top_decile_rate"] > metrics["base_rate"] + 0.3


def test_negatives_that_stand_for_five_leave_the_scores_honest() -> None:
    learner = taught(3500, of=PURCHASE, bias=-2.0)
    window = learner.quality.window
    whole = sum(judged.weight for judged in window)
    scored = sum(judged.weight * judged.score for judged in window) / whole
    yes = sum(judged.weight for judged in window if judged.answer) / whole
    assert scored == pytest.approx(yes, abs=0.03)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: msgspec.structs.replace(it, inputs=[nan] * WIDTH),
        lambda it: msgspec.structs.replace(it, inputs=[inf] * WIDTH),
        lambda it: msgspec.structs.replace(it, inputs=[1e308] * WIDTH),
        lambda it: msgspec.structs.replace(it, inputs=[1.0]),
        lambda it: msgspec.structs.replace(it, weight=nan),
        lambda it: msgspec.structs.replace(it, weight=0.0),
        lambda it: msgspec.structs.replace(it, schema="other"),
        lambda it: msgspec.structs.replace(it, model="purchase_7d"),
    ],
)
def test_what_is_broken_or_not_its_own_is_counted_and_not_learnt(
    spoil: Callable[[Outcome], Outcome],
) -> None:
    learner = taught(20)
    weights = learner.snapshot()
    learner.learn(spoil(next(examples(seed=6))))
    assert (learner.snapshot(), learner.refused, learner.labels) == (weights, 1, 20)


def test_one_absurd_input_does_not_shift_what_is_usual() -> None:
    learner = taught(300)
    high = learner.snapshot().highs[0]
    learner.learn(outcome([9e5, *[3.0] * (WIDTH - 1)], True))
    assert learner.snapshot().highs[0] == pytest.approx(high, rel=0.1)


def test_an_input_that_has_never_varied_may_begin_to() -> None:
    learner = Learner(CHURN)
    for answer in [True, False] * 150:
        learner.learn(outcome([3.0] * WIDTH, answer))
    for answer in [True, False] * 150:
        learner.learn(outcome([3.0 + 4.0 * answer] * WIDTH, answer))
    assert learner.predict([7.0] * WIDTH) > 0.9


def test_a_snapshot_is_named_by_its_content() -> None:
    one, same, other = taught(30), taught(30), taught(31)
    assert one.snapshot().version == same.snapshot().version != other.snapshot().version


def test_nothing_is_proven_before_the_gate_has_seen_enough() -> None:
    assert [taught(many).proven for many in (NEWEST - 1, NEWEST)] == [False, True]


def lied_to(learner: Learner) -> Learner:
    """Taught the wrong answers until the gate goes back."""
    for _, example in zip(range(1000), examples(seed=7), strict=False):
        learner.learn(outcome(example.inputs, not example.answer))
        if learner.gate.returns:
            break
    return learner


def test_a_learner_that_is_lied_to_goes_back_and_publishes_what_was_good() -> None:
    learner = taught(NEWEST)
    good = learner.snapshot()
    assert lied_to(learner).metrics()["returns"] == 1.0
    assert learner.snapshot() == good
    learner.learn(next(examples(seed=8)))
    assert learner.snapshot() == good


def test_when_the_pause_is_over_it_publishes_what_it_has_learnt_since() -> None:
    learner = taught(NEWEST)
    good = learner.snapshot()
    lied_to(learner)
    for _, example in zip(range(PAUSE), examples(seed=9), strict=False):
        assert learner.snapshot() == good
        learner.learn(example)
    assert learner.snapshot() != good


def test_what_was_kept_of_another_schema_is_refused(dumped: bytes) -> None:
    kept = msgspec.msgpack.decode(dumped, type=Kept)
    other = msgspec.msgpack.encode(msgspec.structs.replace(kept, schema="other"))
    with pytest.raises(PunchcardError, match=r"learner churn: .* inputs other .* \(delete"):
        Learner.load(CHURN, other)


def test_what_was_kept_of_another_task_is_refused(dumped: bytes) -> None:
    with pytest.raises(PunchcardError, match="is of churn"):
        Learner.load(PURCHASE, dumped)


def test_bytes_that_nobody_kept_are_refused() -> None:
    with pytest.raises(PunchcardError, match="cannot be read"):
        Learner.load(CHURN, b"\x80")


def test_what_is_kept_says_which_river_learnt_it(dumped: bytes) -> None:
    assert msgspec.msgpack.decode(dumped, type=Kept).river.startswith("0.26.")


def test_an_untaught_learner_has_finite_figures() -> None:
    metrics = Learner(CHURN).metrics()
    assert metrics["labels"] == metrics["auc"] == metrics["log_loss"] == 0.0
    assert metrics["base_rate"] == pytest.approx(
        1 / (1 + exp(-log(CHURN.prior / (1 - CHURN.prior))))
    )
