"""Checks of policies: each can be triggered, and its condition can be asked."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from engine.challenges import KINDS
from engine.checks.events import refuse_unknown
from engine.checks.names import own_names
from engine.decisions import NAMES
from engine.errors import ProgrammeError
from engine.expression import Kind, compile_expression
from engine.locating import Path
from engine.programme import NOTHING, After, Offer, PolicyRule, Schedule, Variant
from engine.reading import Check, Mistake, Reading
from engine.wording import guess

OWN: Final = ("Message", "Action", "Tag")
"""What policies say of themselves sets none of them off."""
TRIGGERS: Final = ("on", "score", "entered", "left", "after", "schedule")
SAID: Final = tuple(name for name in NAMES if not name.startswith(OWN))
"""Decisions of ours that may set a policy off."""


def one_trigger(reading: Reading) -> Iterator[Mistake]:
    """One thing sets a policy off: an event, a score, a segment, or time."""
    for path, policy in reading.each(PolicyRule):
        given = [key for key in TRIGGERS if getattr(policy, key) is not None]
        if not given:
            mend = 'write on = "Order Completed", or score = { model = …, rises = …, falls = … }'
            yield Mistake(path, f"nothing sets it off: none of {', '.join(TRIGGERS)}", mend)
        elif len(given) > 1:
            mend = "delete one of them, or make two policies"
            first, second = given[:2]
            yield Mistake((*path, second), f"{first} and {second} are both given", mend)


def waits_are_for_events(reading: Reading) -> Iterator[Mistake]:
    """What starts an alarm, or calls it off, is something that a customer does."""
    for path, after in reading.each(After):
        yield from refuse_unknown(after.event, (*path, "event"), [])
        if after.unless is not None:
            yield from refuse_unknown(after.unless, (*path, "unless"), [])


def schedules_are_of_one_kind(reading: Reading) -> Iterator[Mistake]:
    """Days of the week, a day of the month, or a day of the year."""
    for path, schedule in reading.each(Schedule):
        kinds = ("days", bool(schedule.days)), ("day", schedule.day), ("yearly", schedule.yearly)
        given = [key for key, told in kinds if told]
        if len(given) > 1:
            problem = f"{given[0]} and {given[1]} are both given"
            yield Mistake((*path, given[1]), problem, "keep one of them")


def events_exist(reading: Reading) -> Iterator[Mistake]:
    """What sets a policy off, or takes its reason away, is something that a customer does."""
    for path, policy in reading.each(PolicyRule):
        if policy.on is not None:
            yield from refuse_unknown(policy.on, (*path, "on"), SAID)
        yield from refuse_unknown(policy.cancel_on, (*path, "cancel_on"), [NOTHING])


def something_is_done(reading: Reading) -> Iterator[Mistake]:
    """A policy says or does something, whichever of its variants is chosen."""
    for path, policy in reading.each(PolicyRule):
        own = policy.message or policy.reward or policy.offer
        deeds = own or policy.challenge or policy.tag or policy.untag
        mend = "write message = { title = … }, reward, offer, challenge, tag or untag"
        if not deeds and not policy.variants:
            yield Mistake(path, "does nothing", mend)
        for place, variant in enumerate(policy.variants):
            if not (deeds or variant.message or variant.reward or variant.offer):
                yield Mistake((*path, "variants", place), "does nothing", mend)


def gifts_exist(reading: Reading) -> Iterator[Mistake]:
    """Rewards that are given or offered stand in the catalogue."""
    known = [ident for path, ident in reading.ids.items() if path[:1] == ("rewards",)]
    givers: list[tuple[Path, PolicyRule | Variant | Offer]] = [
        *reading.each(PolicyRule),
        *reading.each(Variant),
        *reading.each(Offer),
    ]
    for path, giver in givers:
        if giver.reward is not None and giver.reward not in known:
            problem = f'there is no reward "{giver.reward}"{guess(giver.reward, known)}'
            yield Mistake((*path, "reward"), problem, "add it under [[rewards]], or name another")


def challenges_can_be_joined(reading: Reading) -> Iterator[Mistake]:
    """A policy enrols in a challenge that one joins; the others begin by themselves."""
    joins = {challenge.id: challenge.join for _, challenge in reading.each(*KINDS)}
    known = [ident for path, ident in reading.ids.items() if path[:1] == ("challenges",)]
    for path, policy in reading.each(PolicyRule):
        ident = policy.challenge
        if ident is not None and ident not in known:
            problem = f'there is no challenge "{ident}"{guess(ident, known)}'
            yield Mistake((*path, "challenge"), problem, "add it under [[challenges]]")
        elif ident is not None and joins.get(ident) == "automatic":
            mend = 'write join = "opt_in" there, or name another'
            yield Mistake((*path, "challenge"), f'"{ident}" begins by itself', mend)


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
        known = {**names, **own_names(reading)}
        for path, policy in reading.each(PolicyRule):
            try:
                compile_expression(policy.when, known, where="")
            except ProgrammeError as error:
                yield Mistake((*path, "when"), error.problem, error.mend)

    return check
