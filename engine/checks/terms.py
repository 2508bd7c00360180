"""Checks of what members are promised: rewards, and when they are left in peace."""

from collections.abc import Iterator

from engine.catalogue import KINDS, WORTHS
from engine.dates import zone
from engine.locating import Path, dotted
from engine.programme import Programme, Quiet, RewardRule
from engine.reading import Mistake, Reading
from engine.wording import guess, shown


def zone_exists(reading: Reading) -> Iterator[Mistake]:
    """The time zone database knows the programme's zone."""
    for _, programme in reading.each(Programme):
        if zone(programme.zone) is None:
            mend = 'write the IANA name of a place, such as "Europe/Vienna"'
            yield Mistake(("zone",), f"there is no zone {shown(programme.zone)}", mend)


def ids_are_used_once(reading: Reading) -> Iterator[Mistake]:
    """No two tiers, challenges, rewards or policies share an id."""
    first: dict[tuple[Path, str], Path] = {}
    for path, ident in reading.ids.items():
        taken = first.setdefault((path[:-1], ident), path)
        if taken != path:
            problem = f"is already the id of {dotted(taken, {})}"
            yield Mistake((*path, "id"), problem, "give each an id of its own")


def rewards_are_worth_something(reading: Reading) -> Iterator[Mistake]:
    """A reward says what it is worth in the key of its kind, and in no other."""
    for path, reward in reading.each(RewardRule):
        sort = KINDS.get(reward.kind)
        if sort is None:
            problem = f"{shown(reward.kind)} is no kind that there is{guess(reward.kind, KINDS)}"
            yield Mistake((*path, "kind"), problem, f"there are {', '.join(KINDS)}")
            continue
        for key in WORTHS:
            given = bool(getattr(reward, key))
            if key == sort.worth and not given:
                problem = f"a reward of kind {sort.name} is worth none"
                yield Mistake((*path, key), problem, f"write {key}, above 0 or as a name")
            elif key != sort.worth and given:
                problem = f"a reward of kind {sort.name} has no {key}"
                yield Mistake((*path, key), problem, "delete it, or write another kind")


def only_figures_move(reading: Reading) -> Iterator[Mistake]:
    """A worth can follow stock and demand only where it is a figure."""
    for path, reward in reading.each(RewardRule):
        figure = bool(reward.points or reward.percent or reward.amount)
        if reward.dynamic is not None and not figure:
            problem = "is dynamic, and has no figure that could move"
            mend = "delete dynamic, or write a kind with points, percent or amount"
            yield Mistake((*path, "dynamic"), problem, mend)


def quiet_hours_end(reading: Reading) -> Iterator[Mistake]:
    """From one time to the same time is either always or never."""
    for path, quiet in reading.each(Quiet):
        if quiet.start == quiet.end:
            problem = f"quiet hours begin and end at {quiet.end}"
            mend = "write another time; for no quiet hours write channels = []"
            yield Mistake((*path, "end"), problem, mend)
