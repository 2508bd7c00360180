"""Tables for people: settings, numbers, dead letters, and what was replayed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Final

from rich import box
from rich.console import JustifyMethod
from rich.table import Table

from engine.budgets import Amount
from engine.dates import iso
from engine.totals import ENTRIES
from engine.wire import REASONS
from features import CATALOGUE
from flows.console import printable
from flows.letters import Letter
from flows.liability import Day
from flows.replay import Summary
from flows.settings import Settings, describe
from flows.spending import Spending
from policies.models import TASKS
from policies.view import STANDING

_SECRETS: Final = (
    (re.compile(r"(://[^:/@]*:)[^@]*@"), r"\1***@"),
    (re.compile(r"((?:password|secret|token|key)[^=;]*=)[^;]+", re.IGNORECASE), r"\1***"),
)


def table(*columns: str, title: str | None = None) -> Table:
    """Lines without a frame; the first column is never broken. `>name` is a column of figures."""
    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for place, name in enumerate(columns):
        justify: JustifyMethod = "right" if name.startswith(">") else "left"
        made.add_column(name.lstrip(">"), justify=justify, no_wrap=not place, overflow="fold")
    return made


def settings_table(settings: Settings) -> Table:
    """Every setting: default, in force, meaning. Passwords are not shown."""
    made = table("variable", "default", "in force", "meaning")
    for variable, default, value, meaning in describe(settings):
        made.add_row(variable, default, masked(value), meaning)
    return made


def masked(value: str) -> str:
    """A setting without the secrets in it.

    >>> masked("redis://app:hunter2@cache:6379/0"), masked("sasl.password=hunter2;acks=all")
    ('redis://app:***@cache:6379/0', 'sasl.password=***;acks=all')
    """
    for pattern, shown in _SECRETS:
        value = pattern.sub(shown, value)
    return value


def numbers_table() -> Table:
    """Everything that a condition or a message may name."""
    made = table("name", "unit", ">from", ">to", "meaning")
    for number in CATALOGUE:
        made.add_row(
            number.name, number.unit, bound(number.low), bound(number.high), number.meaning
        )
    made.add_section()
    for task in TASKS:
        made.add_row(task.name, "score", "0", "1", task.meaning)
    made.add_section()
    for name, (kind, meaning, _) in STANDING.items():
        made.add_row(name, kind.value, "", "", meaning)
    return made


def bound(value: float) -> str:
    """An end of a range.

    >>> bound(3650.0), bound(float("inf"))
    ('3650', '')
    """
    return "" if abs(value) == inf else f"{value:g}"


def letters_table(letters: Iterable[Letter]) -> Table:
    """Refused records and why."""
    made = table("put away", "reason", "what it means", "where and what", "record", "began with")
    for letter in letters:
        meaning = REASONS.get(letter.reason, "")
        began = printable(letter.value[:200].decode("utf-8", "replace"), 60)
        detail = printable(letter.detail, 100)
        made.add_row(iso(letter.at // 1), letter.reason, meaning, detail, letter.came_from, began)
    return made


def budgets_table(spendings: Iterable[Spending]) -> Table:
    """Budgets by period; money in minor units."""
    made = table("budget", "since", ">leased", ">held", ">used", "free, by partition")
    for each in spendings:
        since = iso(each.began) if each.began else "ever"
        free = ", ".join(f"{number}: {amount(left)}" for number, left in each.free.items())
        figures = map(amount, (each.granted, each.held, each.used))
        made.add_row(printable(each.budget, 60), since, *figures, free)
    return made


def amount(both: Amount) -> str:
    """Units and money; what is not counted is left out.

    >>> amount((3, 0)), amount((0, 750)), amount((3, 750)), amount((0, 0))
    ('3', '750 minor units', '3 and 750 minor units', '0')
    """
    units, money = both
    if not money:
        return str(units)
    return f"{units} and {money} minor units" if units else f"{money} minor units"


def totals_table(days: Iterable[Day]) -> Table:
    """Points of all members by day: what moved, and how many are owed and held at its end."""
    kinds = [kind for kind in ENTRIES if kind != "debt"]
    made = table("day", *(f">{kind}" for kind in kinds), ">debt", ">outstanding")
    for each in days:
        moved = (f"{each.moved.get(kind, 0):,}" for kind in kinds)
        made.add_row(each.day, *moved, f"{each.debt:,}", f"{each.outstanding:,}")
    return made


def replay_table(summary: Summary) -> Table:
    """What was replayed; what did not happen is left out."""
    made = table("replayed", ">")
    for name, value in _replayed(summary):
        made.add_row(name, value)
    return made


def _replayed(summary: Summary) -> Iterator[tuple[str, str]]:
    yield "lines", f"{summary.lines:,}"
    counted: Sequence[tuple[str, int]] = (
        ("of these no events, for the dead letters", summary.unreadable),
        ("of these without a customer", summary.nobody),
        ("of these without a moment", summary.undated),
        ("of these too far ahead to be believed", summary.ahead),
        ("ticks", summary.ticks),
    )
    yield from ((name, f"{count:,}") for name, count in counted if count)
    if summary.last:
        yield "data time from", iso(summary.first // 1)
        yield "data time to", iso(summary.last // 1)
    rate = summary.lines / summary.seconds if summary.seconds else 0.0
    yield "took", f"{summary.seconds:.1f} s, {rate:,.0f} lines a second"
    if summary.stopped:
        yield "stopped before the end", "what was sent has arrived"
