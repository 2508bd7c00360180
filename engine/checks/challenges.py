"""Checks of challenges: each can be begun, counted, ended and rewarded as its definition says."""

from collections.abc import Iterator
from typing import Final

from engine.challenges import KINDS, Count
from engine.checks.events import ORDER, refuse_unknown
from engine.reading import Mistake, Reading
from engine.wording import guess

MAX_DAYS: Final = 3660
"""The longest window (days)."""


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
    for path, challenge in reading.each(Count):
        if challenge.action == ORDER:
            problem = "orders are counted with their returns"
            yield Mistake((*path, "of"), problem, 'write of = "orders", or of = "items"')
        elif challenge.action is not None:
            yield from refuse_unknown(challenge.action, (*path, "of"), ["orders", "items"])


def actions_have_no_lines(reading: Reading) -> Iterator[Mistake]:
    """Categories, brands and products choose lines of orders; other events have none."""
    for path, challenge in reading.each(Count):
        for key in ("categories", "brands", "products"):
            if challenge.action is not None and getattr(challenge, key):
                problem = f'"{challenge.action}" is counted whatever it is about'
                yield Mistake((*path, key), problem, 'delete it, or count "orders" or "items"')
