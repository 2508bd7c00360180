"""Features, models and policies, as the kernel meets them (`engine.world.Mind`)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

import features
from engine.dates import DAY, NEVER
from engine.programme import Programme
from engine.state import Customer
from engine.turn import Turn
from engine.world import Happened, Part
from features import Memories
from features.affinity import Taste
from policies import alarms, crossings, messages, questions, segments
from policies.models import TASKS
from policies.models.inputs import SCHEMA, inputs
from policies.rulebook import Policy, compile_rules, in_order
from policies.view import SCORES

_SCORES: Final = "{" + ",".join(f'"{name}":%.4f' for name in SCORES) + "}"
ROUNDS: Final = 4
"""Policies may be set off by what policies decided, so many times in one step."""
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
        self.parts: Mapping[str, Part] = {
            "pulse": Pulse(self),
            "alarms": Alarms(self),
            "deferred": Morning(self),
        }

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
        if self.rules.schedules and not alarms.wound(customer):
            alarms.wind(turn, self.rules)

    def merge(self, customer: Customer[Any], memory: Any) -> None:
        """The features of both, as of one person."""
        features.merge(customer.memory, msgspec.convert(memory, Memories))

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
        rules, name = self.rules, happened.name
        if name in rules.cancels and turn.customer.book.deferred:
            messages.cancel(turn, rules.cancels[name], rules.by_id)
        if rules.timed:
            alarms.follow(turn, rules, name, happened.at)
        wanting = rules.by_event.get(name, ())
        risen = crossings.evaluate(turn, rules.crossings)
        if rules.segments.every:
            moved = segments.touched(turn, rules.segments, name)
            risen += self._set_off(segments.evaluate(turn, moved, rules.words) if moved else ())
        if risen:
            wanting = in_order([*wanting, *risen])
        if wanting or len(turn.decisions) > turn.heard:
            self.ask(turn, wanting)

    def react(self, turn: Turn) -> None:
        """Timers have led to decisions: ask the segments and policies that these can touch."""
        rules = self.rules
        moved = rules.segments.standing
        heard = rules.hears.intersection(each.event for each in turn.decisions[turn.heard :])
        if moved or heard:
            self.score(turn)
            self.ask(turn, in_order(self._set_off(segments.evaluate(turn, moved, rules.words))))
        turn.heard = len(turn.decisions)

    def ask(self, turn: Turn, wanting: Sequence[Policy]) -> None:
        """These policies, then those that are set off by what was just decided.

        By priority within a round; each policy once a step, so that nothing goes round for ever.
        wanting: in their order.
        """
        taken, asked = dict[str, str](), set[str]()
        for _ in range(ROUNDS):
            if len(turn.decisions) > turn.heard:
                wanting = in_order([*wanting, *self._hearing(turn)])
            fresh = [each for each in wanting if each.rule.id not in asked] if asked else wanting
            messages.consider(turn, fresh, taken)
            if len(turn.decisions) == turn.heard:
                return
            asked.update(each.rule.id for each in fresh)
            wanting = ()
        turn.heard = len(turn.decisions)

    def _hearing(self, turn: Turn) -> list[Policy]:
        """Whom the newest decisions set off."""
        rules = self.rules
        said = rules.hears.intersection(each.event for each in turn.decisions[turn.heard :])
        turn.heard = len(turn.decisions)
        return [policy for name in said for policy in rules.by_event[name]]

    def changed(self, turn: Turn) -> list[Policy]:
        """On the pulse: the policies set off by who has entered or left a segment since."""
        return self._set_off(segments.look_again(turn, self.rules.segments, self.rules.words))

    def _set_off(self, changes: Iterable[segments.Change]) -> list[Policy]:
        by_change = self.rules.by_change
        return [policy for change in changes for policy in by_change.get(change, ())]

    def under(self, programme: Programme) -> "Mind":
        """The same for a member in an arm of an experiment."""
        return Mind(programme)

    def favourite(self, customer: Customer[Any], target: str) -> str:
        """What is liked best at present."""
        affinity = customer.memory.affinity
        taste = affinity.categories if target == "favourite_category" else affinity.brands
        return next((name for name, _ in taste.top(1)), "")

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
        rules = self.mind.rules
        wanting = [*crossings.look_again(turn, rules.crossings), *self.mind.changed(turn)]
        if rules.schedules and alarms.due(turn.customer) > turn.now:
            alarms.wind(turn, rules)  # a programme may have brought earlier ones
        self.mind.ask(turn, in_order(wanting))


class Alarms:
    """Policies whose time has come."""

    def __init__(self, mind: Mind) -> None:
        """Fire for this mind's policies."""
        self.mind = mind

    def due(self, customer: Customer[Any]) -> float:
        """The earliest."""
        return alarms.due(customer)

    def fire(self, turn: Turn) -> None:
        """Ask them, with fresh numbers."""
        self.mind.score(turn)
        self.mind.ask(turn, in_order(alarms.ring(turn, self.mind.rules)))


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
                messages.drop(turn, deferred, None)
            else:
                messages.reconsider(turn, policy, deferred)
