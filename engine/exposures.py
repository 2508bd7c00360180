"""When an experiment could first be seen by a member, and what came of it (DOMAIN: experiments).

Exposed: the first time that something one of the arms changes matters for the member, whichever arm
they are in, so that arms stay alike in all but what is tried: a challenge is begun, a reward
unlocked, a policy asked (also where a gate then objects, for the arm may have changed that).

Measured: the net amount of the orders of the `WINDOW` after that, nothing where there were none.
Late orders and refunds correct it for `CORRECTED`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.dates import DAY, NEVER
from engine.decisions import Decision
from engine.experiments import arm
from engine.programme import Course
from engine.state import Customer, Trial
from engine.turn import Turn

WINDOW: Final = 7 * DAY
"""How long after exposure an order counts as an outcome (s, event time)."""
CORRECTED: Final = 60 * DAY
"""How long after the window a refund or a late order still corrects what was measured (s)."""
MATTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "challenges": ("Challenge",),
    "rewards": ("Reward",),
    "policies": ("Message", "Action", "Reward", "Tag"),
    "points": ("Points",),
    "tiers": ("Points", "Tier"),
    "caps": ("Message", "Action"),
    "quiet": ("Message", "Action"),
}
"""Table of the programme → first words of the decisions in which it has a say; else any."""


def look(turn: Turn) -> None:
    """Note every experiment that what was just decided shows to the member for the first time."""
    fresh, turn.looked = turn.decisions[turn.looked :], len(turn.decisions)
    programme, customer = turn.world.programme, turn.customer
    known = {trial.experiment for trial in customer.book.trials} if fresh else ()
    for course in programme.courses if fresh else ():
        if course.id not in known and _seen(course, fresh):
            mine = arm(customer, course, turn.who, turn.now)
            if mine:
                _expose(turn, course, Trial(course.id, mine, turn.now))
    turn.looked = len(turn.decisions)


def correct(turn: Turn) -> None:
    """The orders have changed: say anew what was measured too low or too high."""
    for trial in turn.customer.book.trials:
        if trial.spent is None or trial.excluded or turn.now > trial.at + WINDOW + CORRECTED:
            continue
        spent = _spent(turn.customer, trial)
        if spent != trial.spent:
            trial.spent = spent
            _measured(turn, trial, f"{trial.experiment}@{turn.cause}", "corrected")


def due(customer: Customer[Any]) -> float:
    """When the next outcome is complete."""
    return min([_moment(trial) for trial in customer.book.trials], default=NEVER)


def fire(turn: Turn) -> None:
    """Say what the window brought."""
    for trial in turn.customer.book.trials:
        if _moment(trial) <= turn.now:
            trial.spent = _spent(turn.customer, trial)
            _measured(turn, trial, trial.experiment, "window_over")


def exposed(turn: Turn, course: Course, trial: Trial) -> None:
    """Say it, with the odds that the arm had."""
    odds = dict(zip(course.arms, course.odds, strict=True))
    about = {"experiment": course.id, "arm": trial.arm, "odds": odds}
    turn.say("Experiment Exposed", course.id, course.id, ("could_be_seen",), **about)


def _expose(turn: Turn, course: Course, trial: Trial) -> None:
    """What no longer runs is forgotten; the rest is kept, for nobody is exposed twice."""
    book, running = turn.customer.book, {each.id for each in turn.world.programme.courses}
    kept = [
        each
        for each in book.trials
        if each.experiment in running or turn.now <= each.at + WINDOW + CORRECTED
    ]
    book.trials = [*kept, trial]
    exposed(turn, course, trial)


def _seen(course: Course, decisions: Iterable[Decision]) -> bool:
    return any(_shows(each, *part) for each in decisions for part in course.touches)


def _shows(decision: Decision, table: str, ident: str) -> bool:
    """Whether this part of the programme had a say in a decision."""
    words = MATTERS.get(table)
    if words is not None and decision.event.partition(" ")[0] not in words:
        return False
    return not ident or ident in (decision.rule, decision.properties.get("reward"))


def _moment(trial: Trial) -> float:
    return NEVER if trial.excluded or trial.spent is not None else trial.at + WINDOW


def _spent(customer: Customer[Any], trial: Trial) -> int:
    """Net minor units of the orders in the window."""
    orders = customer.book.orders.values()
    return sum(order.kept for order in orders if trial.at < order.at <= trial.at + WINDOW)


def _measured(turn: Turn, trial: Trial, key: str, because: str) -> None:
    about = {"experiment": trial.experiment, "arm": trial.arm, "spent": trial.spent}
    about["currency"] = turn.world.programme.currency
    turn.say("Experiment Measured", trial.experiment, key, (because,), **about)
