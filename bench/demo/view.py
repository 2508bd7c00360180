"""The live view: one screen, every number in a place of its own, readable from 100 × 30 on."""

from collections.abc import Callable, Sequence
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bench.demo.followed import Moment
from bench.demo.scene import Kind, Member, Quality, Said, Scene
from bench.demo.strokes import bar, last_of_columns, level, marks

LEAST: Final = (80, 24)
"""A smaller terminal (columns, lines) gets lines instead."""
HEAD: Final = 4
FOOT: Final = 7
"""Lines of the first and of the last panels, with their frames."""
MODELS: Final = 45
"""Columns of the models' panel."""
RISKY: Final = 0.5
LOST: Final = 0.7
"""Churn scores from which on the column is yellow, and red: the win-back's own two lines."""

FAMILIES: Final = {
    "Points": "green",
    "Redemption": "green",
    "Reward": "magenta",
    "Tier": "yellow",
    "Challenge": "cyan",
    "Message": "bright_blue",
}
"""A colour for each family of decisions."""


def draw(scene: Scene, width: int, height: int) -> Layout:
    """The whole screen for a terminal of this size."""
    kinds = 10 + max(0, min(3, (height - 30) // 2))
    said = max(3, height - HEAD - kinds - FOOT)
    foot = Layout(name="foot", size=FOOT)
    foot.split_row(
        Layout(member(scene, width - MODELS), name="member"),
        Layout(models(scene.models), name="models", size=MODELS),
    )
    whole = Layout(name="whole")
    whole.split_column(
        Layout(head(scene, width), name="head", size=HEAD),
        Layout(decisions(scene.kinds, kinds - 2, width - 4), name="kinds", size=kinds),
        Layout(latest(scene.latest, said - 2), name="latest", size=said),
        foot,
    )
    return whole


def head(scene: Scene, width: int) -> Panel:
    """What time it is in the town, and how the engine keeps up."""
    rows = Table.grid(expand=True, padding=(0, 2))
    rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True, justify="right")
    room = max(10, width - 62)
    done = round(scene.share * room)
    progress = Text.assemble(("━" * done, "cyan"), ("━" * (room - done), "bright_black"))
    when = Text.assemble(
        (f"{scene.date}", "bold"),
        (f"   day {scene.day:>3} of {scene.days}, {scene.speed:.1f} a second", "dim"),
    )
    figures = Text.assemble(
        (f"{scene.rate:>6,.0f}", "bold cyan"), " events/s ",
        (f"{scene.events:>9,}", "bold"), " so far   lag ",
        (f"{scene.lag:>6,}", "bold yellow" if scene.lag > scene.rate else "bold"),
    )  # fmt: skip
    rows.add_row(when, progress)
    if scene.notice:
        notice = Text(scene.notice, "bold red", overflow="ellipsis", no_wrap=True)
        return _panel(Group(rows, notice), scene.title)
    rows.add_row(figures, _news(scene))
    return _panel(rows, scene.title)


def decisions(kinds: Sequence[Kind], lines: int, width: int) -> Panel:
    """How many of each kind, in two columns; always in the same order."""
    shown = _most(kinds, lines * 2)
    highest = max((kind.rate for kind in kinds), default=0.0)
    stroke = max(4, (width - 81) // 2)
    table = Table.grid(expand=True, padding=(0, 1))
    for _ in range(2):
        table.add_column(no_wrap=True, width=21)
        table.add_column(no_wrap=True, width=stroke)
        table.add_column(no_wrap=True, width=7, justify="right")
        table.add_column(no_wrap=True, width=8, justify="right")
    half = (len(shown) + 1) // 2
    for n in range(half):
        pair = [*_kind(shown[n], highest, stroke)]
        pair += _kind(shown[half + n], highest, stroke) if half + n < len(shown) else [""] * 4
        table.add_row(*pair)
    rate = sum(kind.rate for kind in kinds)
    return _panel(table, f"decisions: {rate:,.0f} a second, {sum(k.total for k in kinds):,} so far")


def latest(said: Sequence[Said], lines: int) -> Panel:
    """Some of the newest decisions, the newest on top."""
    table = Table.grid(expand=True, padding=(0, 2))
    table.add_column(no_wrap=True, width=12, style="dim")
    table.add_column(no_wrap=True, width=6, style="bold")
    table.add_column(no_wrap=True, ratio=11, overflow="ellipsis")
    table.add_column(no_wrap=True, ratio=10, overflow="ellipsis", style="italic")
    for one in said[:lines]:
        table.add_row(one.when, one.who, one.what, one.why)
    return _panel(table, "latest decisions: when, who, what, and why")


def models(qualities: Sequence[Quality]) -> Panel:
    """How well the models predict what they have not yet been told."""
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(no_wrap=True, width=11)
    for width in (7, 5, 5, 4, 3):
        table.add_column(no_wrap=True, width=width, justify="right")
    table.add_row(*(Text(name, "dim") for name in ("", "labels", "loss", "base", "AUC", "ver")))
    for one in qualities:
        better = "green" if one.log_loss < one.base else "red"
        told = one.labels > 0
        table.add_row(
            one.model,
            f"{one.labels:,}",
            Text(f"{one.log_loss:.3f}" if told else "–", better),
            f"{one.base:.3f}" if told else "–",
            f"{one.auc:.2f}" if told else "–",
            f"{one.versions}",
        )
    notes = Table.grid()
    notes.add_column(no_wrap=True)
    notes.add_row(table)
    notes.add_row(Text("loss under base: better than guessing", "dim"))
    notes.add_row(Text("AUC: 0.5 is chance, 1 is certainty", "dim"))
    return _panel(notes, "models: loss and AUC before learning")


def member(scene: Scene, width: int) -> Panel:
    """One member's months: scores, orders, messages, challenges."""
    one = scene.member
    room = max(10, width - 4 - 10 - 4 - 2)

    def line(name: str, strokes: Text | str, value: str = "") -> tuple[RenderableType, ...]:
        return Text(name, "dim"), strokes, value

    columns = last_of_columns(one.moments, scene.start, scene.end, room)
    now = one.moments[-1] if one.moments else None
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, width=10)
    table.add_column(no_wrap=True, width=room)
    table.add_column(no_wrap=True, width=4, justify="right")
    churn = _levels(columns, lambda moment: moment.churn, _alarm)
    buys = _levels(columns, lambda moment: moment.purchase, lambda value: "green")
    table.add_row(*line("churn", churn, f"{now.churn:.2f}" if now else ""))
    table.add_row(*line("buys in 7d", buys, f"{now.purchase:.2f}" if now else ""))
    for name, moments, mark, style in (
        ("orders", one.orders, "●", "bold"),
        ("messages", one.messages, "◆", "bright_blue"),
    ):
        strokes = Text(marks(moments, scene.start, scene.end, room, mark), style)
        table.add_row(*line(name, strokes, str(len(moments))))
    table.add_row(*line("under way", Text(" · ".join(one.challenges), overflow="ellipsis")))
    return _panel(table, _title(one))


def _title(one: Member) -> str:
    who = f"{one.who}, left {one.gone}" if one.gone else one.who
    return f"{who} · {one.tier} · {one.points:,} points (+{one.pending:,})"


def _news(scene: Scene) -> Text:
    if scene.late:
        return Text(f"the town is told {scene.behind:.0f} days late", "yellow")
    times = f"fetched to readable {scene.p50 * 1000:.0f} ms, 99 % {scene.p99 * 1000:.0f} ms"
    return Text(times if scene.p99 else "", "dim")


def _levels(
    columns: Sequence[Moment | None],
    value: Callable[[Moment], float],
    style: Callable[[float], str],
) -> Text:
    line = Text()
    for moment in columns:
        if moment is None:
            line.append(" ")
        else:
            line.append(level(value(moment)), style(value(moment)))
    return line


def _alarm(churn: float) -> str:
    return "red" if churn >= LOST else "yellow" if churn >= RISKY else "green"


def _kind(kind: Kind, highest: float, stroke: int) -> list[RenderableType]:
    style = FAMILIES.get(kind.name.split()[0], "white")
    share = kind.rate / highest if highest else 0.0  # the others together may be more than one
    return [kind.name, Text(bar(share, stroke), style), f"{kind.rate:,.0f}/s", f"{kind.total:,}"]


def _most(kinds: Sequence[Kind], room: int) -> list[Kind]:
    """The most frequent ones, in their own order; the others in one line."""
    if len(kinds) <= room:
        return list(kinds)
    kept = sorted(kinds, key=lambda kind: -kind.total)[: room - 1]
    rest = [kind for kind in kinds if kind not in kept]
    total, rate = sum(kind.total for kind in rest), sum(kind.rate for kind in rest)
    return [*(kind for kind in kinds if kind in kept), Kind(f"{len(rest)} others", rate, total)]


def _panel(content: RenderableType, title: str) -> Panel:
    return Panel(
        content,
        title=Text(title, "bold"),
        title_align="left",
        box=box.ROUNDED,
        border_style="bright_black",
    )
