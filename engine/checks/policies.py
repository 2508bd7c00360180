"""Checks of policies: each can be triggered, and its condition can be asked."""

from collections.abc import Collection, Iterator, Mapping

from engine.checks.events import refuse_unknown
from engine.errors import ProgrammeError
from engine.expression import Kind, compile_expression
from engine.programme import NOTHING, PolicyRule
from engine.reading import Check, Mistake, Reading
from engine.wording import guess


def one_trigger(reading: Reading) -> Iterator[Mistake]:
    """Either an event or a score sets a policy off."""
    for path, policy in reading.each(PolicyRule):
        if policy.on is not None and policy.score is not None:
            mend = "delete one of them, or make two policies"
            yield Mistake((*path, "score"), "on and score are both given", mend)
        if policy.on is None and policy.score is None:
            mend = 'write on = "Order Completed", or score = { model = …, rises = …, falls = … }'
            yield Mistake(path, "nothing sets it off: neither on nor score", mend)


def events_exist(reading: Reading) -> Iterator[Mistake]:
    """What sets a policy off, or takes its reason away, is something that a customer does."""
    for path, policy in reading.each(PolicyRule):
        if policy.on is not None:
            yield from refuse_unknown(policy.on, (*path, "on"), [])
        yield from refuse_unknown(policy.cancel_on, (*path, "cancel_on"), [NOTHING])


def lines_are_in_order(reading: Reading) -> Iterator[Mistake]:
    """A crossing is left under the line on which it began, or on it."""
    for path, policy in reading.each(PolicyRule):
        if policy.score is not None and policy.score.falls > policy.score.rises:
            problem = f"{policy.score.falls} is above rises, {policy.score.rises}"
            mend = "write the lower line here: the score must come down to it before it counts anew"
            yield Mistake((*path, "score", "falls"), problem, mend)


def models_exist(models: Collection[str]) -> Check:
    """Scores are those of the models that there are."""

    def check(reading: Reading) -> Iterator[Mistake]:
        for path, policy in reading.each(PolicyRule):
            if policy.score is not None and policy.score.model not in models:
                named = policy.score.model
                problem = f'there is no model "{named}"{guess(named, models)}'
                mend = f"there are {', '.join(models)}"
                yield Mistake((*path, "score", "model"), problem, mend)

    return check


def conditions_compile(names: Mapping[str, Kind]) -> Check:
    """Conditions speak of what there is, and make sense."""

    def check(reading: Reading) -> Iterator[Mistake]:
        for path, policy in reading.each(PolicyRule):
            try:
                compile_expression(policy.when, names, where="")
            except ProgrammeError as error:
                yield Mistake((*path, "when"), error.problem, error.mend)

    return check
