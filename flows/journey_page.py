"""A member's map on a terminal: the ladder, the challenges, and what could be said next."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from engine.programme import Programme
from flows.console import printable
from flows.differences import worded
from flows.journey import Journey, Next, Running, Standing
from flows.tables import table
from flows.wording import NOTHING, Wording, bar, qualifies_by

NEAREST: Final = 10
"""Policies that are shown; the page says how many there are."""


def page(drawn: Journey, programme: Programme, words: Wording) -> Iterator[RenderableType]:
    """The map, part by part."""
    yield Panel(
        Group(*_head(drawn, programme, words)),
        title=printable(drawn.customer),
        subtitle=f"as of {_when(words, drawn.as_of)}",
        title_align="left",
        subtitle_align="left",
        expand=False,
        padding=(1, 2),
    )
    if drawn.challenges or drawn.open:
        yield _challenges(drawn, words)
    if drawn.rewards:
        yield _rewards(drawn, words)
    if drawn.policies:
        yield _policies(drawn.policies, words)


def _head(drawn: Journey, programme: Programme, words: Wording) -> Iterator[RenderableType]:
    if drawn.standing is not None:
        yield from _ladder(drawn.standing, programme, words)
        yield Text()
    points = drawn.points
    told = f"{points.available:,} points"
    if points.pending:
        told += f", {points.pending:,} more from {_when(words, points.matures)} on"
    if points.debt:
        told += f", {points.debt:,} owed"
    yield Text(told)
    if drawn.segments:
        yield Text(printable(f"in {', '.join(drawn.segments)}", most=200))
    if not drawn.known:
        yield Text("a visitor without an id: no points, tier or challenges yet")


def _ladder(standing: Standing, programme: Programme, words: Wording) -> Iterator[RenderableType]:
    """All steps, the member's own in bold, and what is missing to the next and to keep this one."""
    line = Text()
    for place, step in enumerate(programme.tiers.steps):
        line.append("  →  " if place else "", style="dim")
        here = step.id == standing.tier
        line.append(f"● {step.name}" if here else step.name, style="bold" if here else "dim")
    yield line
    amount = words.measured(programme.tiers)
    if standing.up is not None:
        goal = standing.counted + standing.up.missing
        yield Text(
            f"{bar(standing.counted, goal)}  {amount(standing.up.missing)} to {standing.up.name} "
            f"({amount(standing.counted)} {qualifies_by(programme.tiers)})"
        )
    if standing.until is not None and standing.keep is not None:
        kept = (
            f"{amount(standing.keep.missing)} more by then keep it"
            if standing.keep.missing
            else "and longer: enough is there for the review"
        )
        yield Text(f"{standing.name} until {_when(words, standing.until)}, {kept}")


def _challenges(drawn: Journey, words: Wording) -> Table:
    made = table("challenge", "progress", ">missing", "until", "for", title="challenges")
    for each in drawn.challenges:
        made.add_row(*map(printable, _challenge(each, words)))
    for other in drawn.open:
        how = "may be joined" if other.join == "opt_in" else "begins with what counts for it"
        made.add_row(printable(other.name), how, NOTHING, NOTHING, "")
    return made


def _challenge(each: Running, words: Wording) -> tuple[str, ...]:
    missing = words.money(each.missing) if each.money else str(each.missing)
    left = "done" if each.done is not None else missing
    return (
        each.name,
        bar(each.progress, each.goal),
        left,
        _when(words, each.ends),
        each.reward or "",
    )


def _rewards(drawn: Journey, words: Wording) -> Table:
    made = table("reward", "until", "id", title="rewards to be used")
    for held in drawn.rewards:
        made.add_row(printable(held.reward), _when(words, held.expires), held.id)
    return made


def _policies(found: list[Next], words: Wording) -> Table:
    title = f"what could be said or given next (the nearest {NEAREST} of {len(found)})"
    made = table("policy", "when this happens", "and this holds", "but", title=title)
    for each in found[:NEAREST]:
        made.add_row(*map(_short, (each.id, each.on, _condition(each), _but(each, words))))
    return made


def _condition(each: Next) -> str:
    """The first part that does not hold, with its numbers as they are."""
    if not each.unmet:
        return "all of it does"
    more = f", and {each.left - 1} more" if each.left > 1 else ""
    numbers = ", ".join(f"{name} is {_number(value)}" for name, value in each.values.items())
    return f"{each.unmet} ({numbers}){more}"


def _but(each: Next, words: Wording) -> str:
    told = [f"a gate: {each.stopped}"] if each.stopped else []
    return ", ".join([*told, *([f"rests until {_when(words, each.rests)}"] if each.rests else [])])


def _number(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else worded(value)


def _short(text: str) -> str:
    return printable(text, most=120)


def _when(words: Wording, at: str | None) -> str:
    return NOTHING if at is None else words.when(datetime.fromisoformat(at).timestamp())
