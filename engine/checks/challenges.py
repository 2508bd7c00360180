"""Checks of challenges: each can be begun, counted, ended and rewarded as its definition says."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from engine.challenges import KINDS, Collection, Count, Sequence, Spend, Step, Streak
from engine.checks.events import ORDER, refuse_unknown
from engine.locating import Path
from engine.reading import Mistake, Reading
from engine.wording import guess

MAX_DAYS: Final = 3660
"""The longest window (days)."""
MAX_STEPS: Final = 8
LINES: Final = ("categories", "brands", "products")
"""What chooses among the lines of an order."""


def rewards_exist(reading: Reading) -> Iterator[Mistake]:
    """What is promised stands among the rewards."""
    known = [ident for path, ident in reading.ids.items() if path[:1] == ("rewards",)]
    for path, challenge in reading.each(*KINDS):
        if challenge.reward is not None and challenge.reward not in known:
            problem = f'there is no reward "{challenge.reward}"{guess(challenge.reward, known)}'
            yield Mistake((*path, "reward"), problem, "add it under [[rewards]], or name another")


def windows_are_of_one_kind(reading: Reading) -> Iterator[Mistake]:
    """Either so many days from joining, or calendar periods, which nobody joins."""
    for path, challenge in reading.each(*KINDS):
        if challenge.days is not None and not 1 <= challenge.days <= MAX_DAYS:
            problem = f"{challenge.days} days are out of bounds"
            yield Mistake((*path, "days"), problem, f"write a whole number from 1 to {MAX_DAYS}")
        if challenge.days is not None and challenge.every is not None:
            problem = "days and every are both given"
            mend = "keep days for a window from joining, or every for calendar periods"
            yield Mistake((*path, "every"), problem, mend)
        if challenge.every is not None and challenge.join == "opt_in":
            problem = "calendar periods begin by themselves"
            yield Mistake((*path, "join"), problem, "delete join, or give days instead of every")


def repeats_have_an_end(reading: Reading) -> Iterator[Mistake]:
    """Only what ends can begin again."""
    for path, challenge in reading.each(*KINDS):
        if challenge.every is not None and challenge.repeat != "none":
            problem = f"every {challenge.every} begins a new one already"
            yield Mistake((*path, "repeat"), problem, "delete repeat")
        elif challenge.repeat == "on_expiry" and challenge.days is None:
            mend = 'give days, or write repeat = "on_completion"'
            yield Mistake((*path, "repeat"), "a challenge without days never expires", mend)


def actions_exist(reading: Reading) -> Iterator[Mistake]:
    """What is counted is something that a customer does."""
    for path, one in _counting(reading):
        words = ["orders", "items"] if isinstance(one, Count) else ["orders"]
        if one.action == ORDER:
            problem = "orders are counted with their returns"
            mend = ", or ".join(f'of = "{word}"' for word in words)
            yield Mistake((*path, "of"), problem, f"write {mend}")
        elif one.action is not None:
            yield from refuse_unknown(one.action, (*path, "of"), words)


def actions_have_no_lines(reading: Reading) -> Iterator[Mistake]:
    """Categories, brands and products choose lines of orders; other events have none."""
    for path, one in _counting(reading):
        mend = "orders" if not isinstance(one, Count) else '"orders" or "items"'
        for key in LINES:
            if one.action is not None and getattr(one, key):
                problem = f'"{one.action}" is counted whatever it is about'
                yield Mistake((*path, key), problem, f"delete it, or count {mend}")


def collections_can_be_complete(reading: Reading) -> Iterator[Mistake]:
    """There are as many to collect as are asked for."""
    for path, challenge in reading.each(Collection):
        different = len(set(challenge.listed))
        if challenge.goal is None and not challenge.listed:
            problem = "is missing, and so is a list to collect"
            mend = f"write how many different {challenge.of}, or list them under {challenge.of}"
            yield Mistake((*path, "goal"), problem, mend)
        elif challenge.listed and challenge.needed("") > different:
            problem = f"there are only {different} different {challenge.of} listed"
            yield Mistake((*path, "goal"), problem, "list more, or ask for fewer")


def sequences_have_steps(reading: Reading) -> Iterator[Mistake]:
    """One thing after the other, each described in its own step."""
    for path, challenge in reading.each(Sequence):
        if not 2 <= len(challenge.steps) <= MAX_STEPS:
            problem = f"{len(challenge.steps)} are out of bounds"
            yield Mistake((*path, "steps"), problem, f"write 2 to {MAX_STEPS} steps")
        for key in (*LINES, "target"):
            if getattr(challenge, key):
                problem = "says nothing of which step"
                yield Mistake((*path, key), problem, "write it in the step that it belongs to")


def favourites_have_a_beginning(reading: Reading) -> Iterator[Mistake]:
    """A favourite is found when somebody joins, or when a calendar period begins for them."""
    for path, challenge in reading.each(*KINDS):
        if challenge.target is None:
            continue
        if challenge.action is not None:
            problem = f'"{challenge.action}" is counted whatever it is about'
            yield Mistake((*path, "target"), problem, "delete it, or count orders")
        elif challenge.every is None and challenge.join == "automatic":
            problem = "nobody can tell when it begins"
            mend = 'write join = "opt_in", or calendar periods such as every = "month"'
            yield Mistake((*path, "target"), problem, mend)


def bounds_can_be_kept(reading: Reading) -> Iterator[Mistake]:
    """The least and the most, of something that a member's orders foretell, in a window."""
    for path, challenge in reading.each(*KINDS):
        if not (isinstance(challenge, Count | Spend) and challenge.bounds):
            continue
        if len(challenge.bounds) != 2 or not 0 < challenge.bounds[0] < challenge.bounds[1]:
            problem = "are not a least and a most"
            yield Mistake((*path, "bounds"), problem, "write two of them, the lower one first")
        if challenge.chooses:
            problem = "only the number of all orders, their pieces or their money is foretold"
            yield Mistake((*path, "bounds"), problem, "delete it, or let every order count")
        if challenge.days is None and challenge.every is None:
            problem = "in any time everybody gets there"
            yield Mistake((*path, "bounds"), problem, "give days, or every")


def _counting(reading: Reading) -> Iterator[tuple[Path, Count | Streak | Step]]:
    """Whatever counts orders or other events."""
    return chain(reading.each(Count), reading.each(Streak), reading.each(Step))
