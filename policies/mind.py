"""Features, models and policies, as the kernel meets them (`engine.world.Mind`)."""

from collections.abc import Mapping
from typing import Any, Final

import features
from engine.dates import DAY, NEVER
from engine.programme import Programme
from engine.state import Customer
from engine.turn import Turn
from engine.world import Happened, Part
from features import Memories
from features.affinity import Taste
from policies import crossings, messages, questions
from policies.models import TASKS
from policies.models.inputs import SCHEMA, inputs
from policies.rulebook import compile_rules, in_order
from policies.view import SCORES

_SCORES: Final = "{" + ",".join(f'"{name}":%.4f' for name in SCORES) + "}"
SHOWN: Final = 3
"""Tastes of each kind that a profile shows."""


class Mind:
    """One programme's policies over all features and models."""

    def __init__(self, programme: Programme) -> None:
        """Compile the programme's policies.

        Raises ProgrammeError: a condition or a template is wrong.
        """
        self.programme = programme
        self.rules = compile_rules(programme)
        self.parts: Mapping[str, Part] = {"pulse": Pulse(self), "deferred": Morning(self)}

    def newcomer(self) -> Memories:
        """A customer's empty memory."""
        return Memories()

    def welcome(self, customer: Customer[Any], who: str, now: float) -> None:
        """Start the customer's own clock, and the scores where nothing is known."""
        programme = self.programme
        customer.pulse = questions.first_pulse(
            programme.salt, who, now, programme.scores.every_days
        )
        customer.scores = [task.prior for task in TASKS]

    def fold(self, turn: Turn, happened: Happened) -> None:
        """Move the features; an event wakes the clock of a customer who was asleep."""
        customer = turn.customer
        features.fold(customer.memory, happened)
        if customer.pulse == NEVER:
            customer.pulse = turn.now + self.programme.scores.every_days * DAY
            customer.due = min(customer.due, customer.pulse)

    def score(self, turn: Turn) -> None:
        """Every model over the same inputs.

        The prior where none is published, or one for other inputs.
        """
        turn.numbers = features.numbers(turn.customer.memory, turn.now)
        given = inputs(turn.numbers)
        models = turn.world.models
        turn.customer.scores = [
            snapshot.score(given)
            if (snapshot := models.get(task.name)) and snapshot.schema == SCHEMA
            else task.prior
            for task in TASKS
        ]

    def decide(self, turn: Turn, happened: Happened) -> None:
        """Cancel what has lost its reason; ask the policies that this event can touch."""
        rules = self.rules
        if happened.name in rules.cancels and turn.customer.book.deferred:
            messages.cancel(turn, rules.cancels[happened.name])
        touched = rules.by_event.get(happened.name, ())
        if crossed := crossings.evaluate(turn, rules.crossings):
            touched = in_order((*touched, *crossed))
        if touched:
            messages.consider(turn, touched)

    def under(self, programme: Programme) -> "Mind":
        """The same for a member in an arm of an experiment."""
        return Mind(programme)

    def affinity(self, customer: Customer[Any]) -> Mapping[str, Any]:
        """The strongest tastes."""
        taste = customer.memory.affinity
        return {"categories": _shares(taste.categories), "brands": _shares(taste.brands)}

    def scores(self, customer: Customer[Any]) -> str:
        """Probabilities by model, to four digits."""
        return _SCORES % (*customer.scores,)


def _shares(taste: Taste) -> dict[str, float]:
    """The favourites' shares, in whole hundredths."""
    whole = sum(taste.short) or 1
    strongest = zip(taste.names[:SHOWN], taste.short, strict=False)
    return {name: weight * 100 // whole / 100 for name, weight in strongest}


class Pulse:
    """The customer's own clock.

    Answers that are ripe, then a question, then another look at crossings.
    """

    def __init__(self, mind: Mind) -> None:
        """Fire for this mind's policies."""
        self.mind = mind

    def due(self, customer: Customer[Any]) -> float:
        """The next question, answer, or second look."""
        return min(questions.due(customer), crossings.due(customer))

    def fire(self, turn: Turn) -> None:
        """Look again, with fresh scores."""
        questions.answer(turn)
        self.mind.score(turn)
        if turn.customer.pulse <= turn.now:
            questions.ask(turn)
        messages.consider(turn, crossings.look_again(turn, self.mind.rules.crossings))


class Morning:
    """Deferred messages whose time has come."""

    def __init__(self, mind: Mind) -> None:
        """Fire for this mind's policies."""
        self.mind = mind

    def due(self, customer: Customer[Any]) -> float:
        """The earliest of them."""
        return messages.due(customer)

    def fire(self, turn: Turn) -> None:
        """Ask every gate again; a policy that is gone takes its message along."""
        self.mind.score(turn)
        customer = turn.customer
        ripe = [deferred for deferred in customer.book.deferred if deferred.until <= turn.now]
        customer.book.deferred = [
            deferred for deferred in customer.book.deferred if deferred.until > turn.now
        ]
        for deferred in ripe:
            policy = self.mind.rules.by_id.get(deferred.policy)
            if policy is None:
                messages.suppress(turn, deferred.policy, "policy_gone", "deferred")
            else:
                messages.reconsider(turn, policy, deferred)
