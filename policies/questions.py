"""What the models are asked about a member, and what came of it.

On a clock of the member's own, spread by a hash of the id: asked only after events, a model would
learn about people who have just bought. Both answers of a question leave together when its horizon
has passed, never the yes when it is seen and the no at the end (measured: that costs .01 to .11 AUC
and the calibration).
"""

from typing import Any, Final

from engine.chance import digest, draw
from engine.dates import DAY, NEVER
from engine.decisions import Outcome
from engine.state import Customer, Question
from engine.turn import Turn
from features import INDEX
from policies.actions import version
from policies.models import TASKS, Task
from policies.models.inputs import SCHEMA, inputs, pack, unpack

DORMANT: Final = 400
"""Who has not been seen for so many days is not asked about any more, until the next event."""
MILLION: Final = 1_000_000
"""Scores are put aside to six digits."""
_UNSEEN: Final = INDEX["days_since_visit"]
_HERE: Final = SCHEMA[:8]
_BY_NAME: Final = {task.name: task for task in TASKS}


def first_pulse(salt: str, who: str, now: float, every_days: int) -> float:
    """When a newcomer is first asked about: within the first period, by a hash of the id."""
    return now + draw(f"{salt}/pulse", who) * every_days * DAY


def due(customer: Customer[Any]) -> float:
    """When the next question is asked or answered."""
    answers = (_answered(each, model) for each in customer.book.questions for model in each.open)
    return min((customer.pulse, *answers))


def ask(turn: Turn) -> None:
    """Put today's numbers aside, with what each model says about them; the scores must be fresh."""
    customer = turn.customer
    if turn.numbers[_UNSEEN] > DORMANT:
        customer.pulse = NEVER
        return
    asked = {
        task.name: (round(customer.scores[n] * MILLION), version(turn, task.name))
        for n, task in enumerate(TASKS)
        if customer.book.orders or not task.buyers_only
    }
    if asked:
        customer.book.questions.append(Question(turn.now, pack(inputs(turn.numbers)), asked, _HERE))
    customer.pulse = turn.now + turn.world.programme.scores.every_days * DAY


def answer(turn: Turn) -> None:
    """Every question whose horizon has passed leaves as an outcome, whichever the answer."""
    customer = turn.customer
    for question in customer.book.questions:
        if question.schema != _HERE or not question.open.keys() <= _BY_NAME.keys():
            question.open.clear()
            turn.note("question_of_another_release")
        ripe = [model for model in question.open if _answered(question, model) <= turn.now]
        for task in map(_BY_NAME.__getitem__, ripe):
            outcome = _outcome(turn, question, task)
            if outcome is not None:
                turn.outcomes.append(outcome)
    customer.book.questions = [question for question in customer.book.questions if question.open]


def _answered(question: Question, model: str) -> float:
    """When a model's horizon has passed (s); at once for a model that this release has not."""
    task = _BY_NAME.get(model)
    return question.asked + (task.horizon * DAY if task is not None else 0.0)


def _outcome(turn: Turn, question: Question, task: Task) -> Outcome | None:
    """None: one of the many negatives that their like stand for, drawn by a hash."""
    score, scored_by = question.open.pop(task.name)
    ident = digest(turn.who, task.name, repr(question.asked))
    until = question.asked + task.horizon * DAY
    bought = any(question.asked < order.at <= until for order in turn.customer.book.orders.values())
    answer = task.answer(bought)
    weight = task.weight(answer)
    if weight > 1 and draw(f"{turn.world.programme.salt}/keep", ident) >= 1 / weight:
        return None
    features = unpack(question.inputs)
    return Outcome(
        ident,
        turn.who,
        task.name,
        scored_by,
        SCHEMA,
        question.asked,
        turn.now,
        features,
        answer,
        score / MILLION,
        weight,
    )
