"""Checks of experiments: arms can be drawn, and each is a programme as good as the file's own."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import date
from math import prod
from typing import Any, Final

from engine.errors import ProgrammeError
from engine.locating import Path
from engine.programme import LISTS, Arm, Experiment, PolicyRule, Programme, element, flat
from engine.reading import Check, Mistake, Reading
from engine.variants import put

ARMS: Final = 20
COMBINATIONS: Final = 256
"""Of arms that members may be in: each is a programme of its own in memory."""


def arms_can_be_drawn(reading: Reading) -> Iterator[Mistake]:
    """There are two to choose from at least, and somebody is drawn into one."""
    for path, experiment in reading.each(Experiment):
        arms = experiment.arms
        if not 2 <= len(arms) <= ARMS:
            problem = f"there are {len(arms)} arms"
            mend = f"write 2 to {ARMS}, one of them without set, to compare with"
            yield Mistake((*path, "arms"), problem, mend)
        elif not any(arm.weight for arm in arms):
            yield Mistake((*path, "arms"), "no arm has a weight", "give one of them weight = 1")


def combinations_are_few(reading: Reading) -> Iterator[Mistake]:
    """A member is in one arm of every experiment at once."""
    experiments = list(reading.each(Experiment))
    if prod(len(experiment.arms) + 1 for _, experiment in experiments) > COMBINATIONS:
        problem = f"a member may be in any of more than {COMBINATIONS} combinations of arms"
        yield Mistake(("experiments",), problem, "end one before the next begins")


def days_are_in_order(reading: Reading) -> Iterator[Mistake]:
    """An experiment begins and ends on days that there are, and begins first."""
    for path, experiment in reading.each(Experiment):
        days = {"since": experiment.since, "until": experiment.until}
        wrong = [key for key, day in days.items() if day is not None and not _is_day(day)]
        for key in wrong:
            yield Mistake((*path, key), f'there is no day "{days[key]}"', "look at a calendar")
        since, until = experiment.since, experiment.until
        if not wrong and since is not None and until is not None and since >= until:
            problem = f"{until} is not after since, {since}"
            yield Mistake((*path, "until"), problem, "write a later day; the last is not in it")


def elements_are_tried_once(reading: Reading) -> Iterator[Mistake]:
    """Two experiments on one thing could not be told apart."""
    first: dict[tuple[str, str], Path] = {}
    for path, arm in reading.each(Arm):
        for key, _ in flat(arm.set):
            tried = element(key, LISTS)
            owner = first.setdefault(tried, path[:2])
            if owner != path[:2]:
                name = ".".join(filter(None, tried))
                problem = f"{name} is changed by {reading.ids.get(owner, 'another experiment')} too"
                mend = "try one thing in one experiment: end one, or make more arms"
                yield Mistake((*path, "set", key), problem, mend)


def choosers_have_one(reading: Reading) -> Iterator[Mistake]:
    """A policy that chooses by an experiment has the arms of exactly one for its variants."""
    arms = [{arm.id for arm in experiment.arms} for _, experiment in reading.each(Experiment)]
    for path, policy in reading.each(PolicyRule):
        if policy.choose == "experiment":
            found = arms.count({each.id for each in policy.variants})
            if found != 1:
                problem = f"{found} experiments have arms with the ids of these variants"
                mend = "give every arm of one experiment a variant with its id, and no others"
                yield Mistake((*path, "choose"), problem, mend)


def arms_make_programmes(
    raw: Mapping[str, Any], reading: Reading, checks: Iterable[Check]
) -> Iterator[Mistake]:
    """Every mistake that an arm makes, and the file without it does not.

    raw: the file's tables. checks: all that the programme itself must pass.
    """
    known = set(reading.mistakes)
    checks = tuple(checks)
    for path, arm in reading.each(Arm):
        changed = deepcopy(dict(raw))
        for key, value in flat(arm.set):
            try:
                put(changed, key, value)
            except ProgrammeError as error:
                yield Mistake((*path, "set", key), error.problem, error.mend)
        for mistake in _mistakes(changed, checks) if arm.set else ():
            if mistake not in known:
                yield _blamed(path, arm, mistake, changed)


def _mistakes(changed: Mapping[str, Any], checks: Iterable[Check]) -> list[Mistake]:
    trial = Reading()
    trial.table(Programme, changed)
    for check in checks:
        trial.mistakes.extend(check(trial))
    return trial.mistakes


def _blamed(path: Path, arm: Arm, mistake: Mistake, changed: Mapping[str, Any]) -> Mistake:
    """The mistake at the path in `set` that makes it."""
    place = _named(mistake.path, changed)
    keys = [key for key, _ in flat(arm.set)]
    near = [key for key in keys if f"{place}.".startswith(f"{key}.")]
    if near and near[0] == place:
        return Mistake((*path, "set", place), mistake.problem, mistake.mend)
    problem = f"then {place}: {mistake.problem}"
    return Mistake((*path, "set", (near or keys)[0]), problem, mistake.mend)


def _named(path: Path, changed: Any) -> str:
    """A path as `set` writes it: by ids, where there are any."""
    names, node = [], changed
    for part in path:
        inner = node[part] if isinstance(part, int) or part in node else {}
        named = inner.get("id") if isinstance(part, int) and isinstance(inner, dict) else None
        names.append(str(part if named is None else named))
        node = inner if isinstance(inner, dict | list) else {}
    return ".".join(names)


def _is_day(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True
