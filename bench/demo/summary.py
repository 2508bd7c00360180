"""How it ended, on one page."""

from collections.abc import Iterator, Mapping

from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.demo.census import Census, auc
from bench.demo.scene import Kind, Scene
from bench.demo.words import Words, plain


class Ending(Struct):
    """All that is told at the end.

    letters: dead letters by reason. versions: of the models, by name. restarts: of parts, by name.
    seconds: real ones that the town took.
    """

    scene: Scene
    census: Census
    letters: Mapping[str, int]
    versions: Mapping[str, str]
    restarts: Mapping[str, int]
    seconds: float


def show(console: Console, ending: Ending, words: Words) -> None:
    """Print it."""
    page = Table.grid(padding=(0, 2))
    page.add_column(no_wrap=True, style="bold")
    page.add_column()
    for name, told in _lines(ending, words):
        page.add_row(name, told)
    console.print()
    console.print(page)
    console.print()


def _lines(ending: Ending, words: Words) -> Iterator[tuple[str, Table | Text]]:
    scene, census = ending.scene, ending.census
    rate = scene.events / ending.seconds
    decided = sum(kind.total for kind in scene.kinds)
    yield (
        "the town",
        Text(f"{scene.days} days in {ending.seconds:.0f} s, {census.members:,} members"),
    )
    yield "events", Text(f"{scene.events:,}, {rate:,.0f} a second")
    yield "decisions", Text(f"{decided:,}, {decided / ending.seconds:,.0f} a second")
    yield "", _kinds(scene.kinds)
    yield "points", Text(_points(census))
    yield "members", Text(_counts({words.tier(tier): n for tier, n in census.tiers.items()}))
    yield "dead letters", Text(_counts({plain(why): n for why, n in ending.letters.items()}))
    for one in scene.models:
        version = ending.versions.get(one.model, "none")
        yield (
            f"model {one.model}",
            Text(
                f"log loss {one.log_loss:.3f}, by the base rate alone {one.base:.3f}; "
                f"AUC {one.auc:.2f}; {one.labels:,} labels; version {version[:8]}"
            ),
        )
    yield "who has left", Text(_truth(census))
    yield "restarts", Text(_counts(ending.restarts))


def _kinds(kinds: tuple[Kind, ...]) -> Table:
    """In three columns, read downwards."""
    table = Table.grid(padding=(0, 2))
    third = (len(kinds) + 2) // 3
    for _ in range(3):
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, justify="right")
    for n in range(third):
        shown = kinds[n::third]
        table.add_row(*(cell for kind in shown for cell in (kind.name, f"{kind.total:,}")))
    return table


def _points(census: Census) -> str:
    return (
        f"{census.issued:,} issued, {census.redeemed:,} redeemed, {census.reversed:,} taken back, "
        f"{census.expired:,} expired; {census.outstanding:,} outstanding "
        f"({census.pending:,} pending, {census.spendable:,} to spend, {census.debt:,} owed to us)"
    )


def _truth(census: Census) -> str:
    """What the churn score says, against what only the town knows."""
    known = auc(census.scores)
    left = sum(left for _, left in census.scores)
    if known is None:
        return f"{left:,} of {census.members:,}"
    return (
        f"{left:,} of {census.members:,}; of one of them and one who stays, "
        f"the one who left has the higher churn score {known:.0%} of the time"
    )


def _counts(counts: Mapping[str, int]) -> str:
    most = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {count:,}" for name, count in most) or "none"
