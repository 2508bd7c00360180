"""Arms and holdout when two ids turn out to be one person (DOMAIN: experiments).

The known id's sides win over the anonymous one's, if there are any yet; of two known ids the older
one's, and the person is excluded from the analysis, for they have been on both sides.
"""

from typing import Any

from msgspec import Struct, field

from engine import exposures
from engine.state import Customer, Trial
from engine.turn import Turn


class Sides(Struct, frozen=True, array_like=True):
    """Where somebody stands, as it goes from the id that ends to the one that stays.

    who: the id that ends.
    """

    who: str
    holdout: bool = False
    arms: dict[str, str] = field(default_factory=dict)
    trials: list[Trial] = field(default_factory=list)


def sides(customer: Customer[Any], who: str) -> Sides:
    """What of an id that ends is to be taken along."""
    return Sides(who, customer.book.holdout, customer.arms, customer.book.trials)


def unite(turn: Turn, other: Sides, *, keep: bool, both_known: bool) -> None:
    """Settle the sides of the customer that stays. A second time changes nothing.

    keep: its own win: it was known before this, and is the older of two known ones. both_known:
    both have had a customer id. The world of this step stays as it is; the next one is the side's.
    """
    customer, book = turn.customer, turn.customer.book
    if not keep:
        book.holdout, customer.arms = other.holdout, dict(other.arms)
    if both_known:
        _exclude_from_all(turn, other)
    elif not keep:
        _move(turn, other)
    for trial in other.trials:
        _leave_out(turn, trial, other.who)


def _move(turn: Turn, other: Sides) -> None:
    """The exposures of an anonymous visitor are the known customer's from now on."""
    mine, courses = turn.customer.book.trials, turn.world.programme.courses
    running = {course.id: course for course in courses}
    known = {trial.experiment for trial in mine}
    for trial in other.trials:
        if trial.experiment not in known:
            mine.append(trial)
            if trial.experiment in running:
                exposures.exposed(turn, running[trial.experiment], trial)


def _exclude_from_all(turn: Turn, other: Sides) -> None:
    """Of every experiment that either has a side in."""
    book = turn.customer.book
    known = {trial.experiment: trial for trial in (*other.trials, *book.trials)}
    drawn = {ident: arm for ident, arm in {**other.arms, **turn.customer.arms}.items() if arm}
    for ident in sorted(known.keys() | drawn.keys()):
        trial = known.get(ident) or Trial(ident, drawn[ident], turn.now)
        if trial in book.trials:
            book.trials.remove(trial)
        if ident in known and not trial.excluded:
            _leave_out(turn, trial, turn.who)
        book.trials.append(Trial(ident, trial.arm, trial.at, trial.spent, excluded=True))


def _leave_out(turn: Turn, trial: Trial, member: str) -> None:
    """Whoever counts leaves this id out."""
    about = {"experiment": trial.experiment, "arm": trial.arm, "member": member}
    key = f"{trial.experiment}/{member}"
    turn.say("Experiment Excluded", trial.experiment, key, ("merged",), **about)
