"""What is tried on some members before it holds for all."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from engine.dates import NEVER
from engine.programme.types import Share
from engine.strict import Name, Strict

FLOOR: Final = 0.01
"""The least odds of an arm that has a weight at all: with none, nothing is learnt of it."""

Day = Annotated[
    str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", description='a day such as "2026-03-31"')
]


class Arm(Strict, frozen=True):
    """One of the ways that are compared.

    weight: its share is its weight among all weights; 0: nobody is drawn into it any more. set:
    what is different for these members, by path, such as {"challenges.espresso_three.goal": 2}.
    """

    id: Name
    weight: Annotated[float, Meta(ge=0, le=1_000_000)] = 1.0
    set: dict[str, Any] = field(default_factory=dict)


class Experiment(Strict, frozen=True):
    """Arms among which members are drawn by a hash, each for good. The held out take no part.

    share: of the members that take part (0 to 1). salt: two experiments of one salt draw alike; by
    default each has its own. since, until: midnight in the programme's zone; the last day is not
    in it.
    """

    id: Name
    name: str
    arms: tuple[Arm, ...]
    share: Share = 1.0
    salt: Annotated[str, Meta(max_length=100)] = ""
    since: Day | None = None
    until: Day | None = None


class Course(Struct, frozen=True):
    """An experiment as it runs. begins, ends: log time (s). odds: of the arms, in their order.

    salt: what its hash is salted with. changes: the arms that change anything. touches: all that
    any arm changes, as (table, id), or (table, "") for what is no list.
    """

    id: str
    arms: tuple[str, ...]
    share: float
    salt: str
    begins: float
    ends: float
    odds: tuple[float, ...]
    changes: frozenset[str]
    touches: frozenset[tuple[str, str]]


def odds(weights: tuple[float, ...]) -> tuple[float, ...]:
    """How likely each arm is: by weight, none with a weight under `FLOOR`.

    >>> odds((1.0, 3.0)), odds((999.0, 1.0, 0.0))
    ((0.25, 0.75), (0.99, 0.01, 0.0))
    """
    low: set[int] = set()
    while True:
        free = 1.0 - FLOOR * len(low)
        total = sum(weight for n, weight in enumerate(weights) if n not in low)
        shares = [FLOOR if n in low else weight / total * free for n, weight in enumerate(weights)]
        under = {n for n, share in enumerate(shares) if weights[n] and share < FLOOR}
        if under <= low:
            return tuple(shares)
        low |= under


def flat(sets: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Each path and its value; a table of values is the same as each of them by itself.

    >>> dict(flat({"points.earn": 2, "caps": {"per_day": 1}}))
    {'points.earn': 2, 'caps.per_day': 1}
    """
    for key, value in sets.items():
        if isinstance(value, dict) and value:
            yield from flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def element(path: str, lists: Collection[str]) -> tuple[str, str]:
    """The part of the programme that a path is in, which only one experiment may touch.

    lists: the tables of which there are many.

    >>> element("challenges.espresso_three.goal", ["challenges"]), element("points.earn", [])
    (('challenges', 'espresso_three'), ('points', ''))
    """
    table, _, rest = path.partition(".")
    return (table, rest.partition(".")[0]) if table in lists else (table, "")


def course(
    experiment: Experiment,
    salt: str,
    zone: ZoneInfo,
    lists: Collection[str],
    policies: Iterable[str] = (),
) -> Course:
    """How an experiment runs in a programme of this salt and zone.

    policies: those that choose by it.
    """
    arms = experiment.arms
    set_by_path = {element(path, lists) for arm in arms for path, _ in flat(arm.set)}
    return Course(
        id=experiment.id,
        arms=tuple(arm.id for arm in arms),
        share=experiment.share,
        salt=experiment.salt or f"{salt}/experiments/{experiment.id}",
        begins=-NEVER if experiment.since is None else _midnight(experiment.since, zone),
        ends=NEVER if experiment.until is None else _midnight(experiment.until, zone),
        odds=odds(tuple(arm.weight for arm in arms)),
        changes=frozenset(arm.id for arm in arms if arm.set),
        touches=frozenset(set_by_path | {("policies", ident) for ident in policies}),
    )


def _midnight(day: str, zone: ZoneInfo) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=zone).timestamp()
