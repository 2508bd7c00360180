"""How it ended, on one page."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from bench.demo.census import Census, auc
from bench.demo.scene import Kind, Quality, Scene
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
    kinds = _kinds(ending.scene.kinds)
    console.print()
    for part in (_pairs(_town(ending)), kinds, _pairs(_facts(ending, words))):
        console.print(part)
        console.print()


def _town(ending: Ending) -> Iterator[tuple[str, str]]:
    scene, seconds = ending.scene, ending.seconds
    decided = sum(kind.total for kind in scene.kinds)
    yield "the town", f"{scene.days} days in {seconds:.0f} s, {ending.census.members:,} members"
    yield "events", f"{scene.events:,}, {scene.events / seconds:,.0f} a second"
    yield "decisions", f"{decided:,}, {decided / seconds:,.0f} a second"


def _facts(ending: Ending, words: Words) -> Iterator[tuple[str, str]]:
    census = ending.census
    yield "points", _points(census)
    yield "members", _counts({words.tier(tier): n for tier, n in census.tiers.items()})
    yield "dead letters", _counts({plain(why): n for why, n in ending.letters.items()})
    for one in ending.scene.models:
        yield f"model {one.model}", _model(one, ending.versions.get(one.model, "none"))
    yield "who has left", _truth(census)
    yield "restarts", _counts(ending.restarts)


def _model(one: Quality, version: str) -> str:
    return (
        f"log loss {one.log_loss:.3f}, by the base rate alone {one.base:.3f}; "
        f"AUC {one.auc:.2f}; {one.labels:,} labels; version {version[:8]}"
    )


def _pairs(pairs: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name, told in pairs:
        table.add_row(name, told)
    return table


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
