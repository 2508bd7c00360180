"""The command line. Every command imports what it needs when it runs, so that all start quickly.

Exit codes: 0 fine, 1 the answer is bad news (mistakes, differences, nobody of that name), 2 it
could not be done, and one sentence on standard error says why. `run` ends as `flows.process` says.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from engine.errors import ProgrammeError, PunchcardError, SettingsError

if TYPE_CHECKING:
    from flows.process import Stop
    from flows.settings import Settings

BAD_NEWS: Final = 1
FAILED: Final = 2
PARTS: Final = ("decide", "publish", "clock", "learn")
OUTSIDE: Final = {"redis": "PUNCHCARD_REDIS", "cimpl": "PUNCHCARD_KAFKA"}
"""Whose errors are no bug of ours, by their module, and the setting that says where they live."""

app = typer.Typer(
    name="punchcard",
    help="A decision engine for loyalty programmes: every effect exactly once, with its reason.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
run = typer.Typer(help="Run a part of the engine until it is stopped.", no_args_is_help=True)
programme = typer.Typer(
    help="Check, compare and publish the marketers' file.", no_args_is_help=True
)
points = typer.Typer(help="Points by hand.", no_args_is_help=True)
app.add_typer(run, name="run")
app.add_typer(points, name="points")
app.add_typer(programme, name="programme")


def main() -> None:
    """The console command: whatever is no bug is one sentence, not a stack."""
    try:
        app()
    except Exception as error:
        outside = OUTSIDE.get(type(error).__module__.partition(".")[0])
        if outside is None and not isinstance(error, PunchcardError):
            raise
        typer.echo(f"punchcard: {outside}: {error}" if outside else f"punchcard: {error}", err=True)
        raise SystemExit(FAILED) from error


# ── run ──────────────────────────────────────────────────────────────────────────────────────────


@run.command("decide")
def run_decide(
    partitions: Annotated[
        str | None, typer.Option(help="Partitions to take, as 0-15 or 0,3,5 (default: all).")
    ] = None,
    ordinal: Annotated[
        int | None, typer.Option(help="Which of the replicas this is, from 0.")
    ] = None,
    replicas: Annotated[
        int | None, typer.Option(help="How many processes share the partitions.")
    ] = None,
) -> None:
    """Fold events into customers, and commit every effect. One process per partition."""
    from flows import decide, options, topics
    from flows.process import run as run_part

    named = options.wanted(partitions, ordinal, replicas)

    def work(settings: "Settings", stop: "Stop") -> None:
        decide.run_decide(settings, stop, named(topics.identify(settings).partitions))

    raise typer.Exit(run_part("decide", _settings(), work))


@run.command("publish")
def run_publish() -> None:
    """Take what was decided out of the outbox into Kafka. Any number of processes."""
    from flows.process import run as run_part
    from flows.publish import run_publish as work

    raise typer.Exit(run_part("publish", _settings(), work))


@run.command("clock")
def run_clock(
    start: Annotated[
        str | None, typer.Option(help="Compressed time: the moment that it is now (ISO 8601).")
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0.001, help="Compressed time: seconds that go by in one.")
    ] = 1.0,
) -> None:
    """Tick, so that timers fire where nobody shops. Any number of processes."""
    from flows import clock, options
    from flows.process import run as run_part

    origin = None if start is None else options.moment(start, "--start")

    def work(settings: "Settings", stop: "Stop") -> None:
        clock.run_clock(settings, stop, origin, speed)

    raise typer.Exit(run_part("clock", _settings(), work))


@run.command("learn")
def run_learn() -> None:
    """Teach the models by what came of their scores, and publish new versions. One process."""
    from flows.learn import run_learn as work
    from flows.process import run as run_part

    raise typer.Exit(run_part("learn", _settings(), work))


@run.command("all")
def run_all(
    logs: Annotated[Path, typer.Option(help="Directory for the parts' log lines.")] = Path("logs"),
) -> None:
    """Run every part as a process, and start again whatever dies. For one machine."""
    from flows.process import Stop
    from flows.supervise import supervise

    _settings()
    _make_directory(logs)
    raise typer.Exit(supervise(os.environ, logs, PARTS, Stop()))


@app.command()
def topics() -> None:
    """Make the topics that are missing."""
    from flows.topics import TOPICS, ensure_topics, full_name

    settings = _quiet_settings()
    ensure_topics(settings)
    typer.echo(f"there are {', '.join(full_name(settings, topic) for topic in TOPICS)}")


@app.command()
def erase(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    actor: Annotated[str, typer.Option(help="Who erases, by the shop's own name for them.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the log.")],
) -> None:
    """Forget a person for ever: nothing is kept but the ledger's totals, under a pseudonym."""
    _command("Customer Erased", "erasure", customer, actor=actor, reason=reason)
    typer.echo(f"{customer}: will be forgotten as soon as the log is read so far")


@app.command()
def export(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    to: Annotated[Path | None, typer.Option(help="A file; without it, standard output.")] = None,
    most: Annotated[
        int, typer.Option(min=1, help="How many of the newest records of a partition.")
    ] = 10_000_000,
) -> None:
    """Give a person all that is held about them, as JSON: state, numbers, events, decisions."""
    from flows import export as exporting

    document = exporting.export(_quiet_settings(), customer, most)
    if document is None:
        typer.echo(f"nothing is held about {customer!r}", err=True)
        raise typer.Exit(BAD_NEWS)
    text = exporting.text(document)
    if to is None:
        typer.echo(text, nl=False)
    else:
        to.write_text(text)


@app.command()
def merge(
    customer: Annotated[str, typer.Argument(help="A customer's id.")],
    other: Annotated[str, typer.Argument(help="Another id of the same person.")],
    actor: Annotated[str, typer.Option(help="Who says so, by the shop's own name for them.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the log.")],
) -> None:
    """Make two customers one: the older id stays, and has everything; both lead to it for ever."""
    _command("Merge Requested", "merge", customer, into=other, actor=actor, reason=reason)
    typer.echo(f"{customer} and {other}: will be one as soon as the log is read so far")


def _command(event: str, word: str, customer: str, ident: str | None = None, **told: Any) -> str:
    """Send an operator's command; returns its id. word: how ids of such commands begin."""
    from flows import commands
    from flows.store import new_token

    ident = f"{word}-{new_token()}" if ident is None else ident
    commands.send(_quiet_settings(), customer, commands.command(event, ident, customer, **told))
    return ident


# ── programme ────────────────────────────────────────────────────────────────────────────────────


@programme.command()
def check(files: Annotated[list[Path], typer.Argument(help="Programme files (TOML).")]) -> None:
    """Say every mistake in the files, with its place and how to mend it."""
    from policies.check import load

    bad = False
    for file in files:
        text, mistakes = _checked(file)
        bad = bad or bool(mistakes)
        if not mistakes:
            typer.echo(f"{file}: fine, version {load(text).version}")
    if bad:
        raise typer.Exit(BAD_NEWS)


@programme.command()
def publish(
    file: Annotated[Path, typer.Argument(help="The programme file (TOML).")],
    at: Annotated[
        str | None, typer.Option(help="Its moment in data time, ISO 8601 (default: now).")
    ] = None,
) -> None:
    """Check a programme and, if it is fine, let it hold from here on."""
    from flows.announce import announce
    from flows.options import moment

    text, mistakes = _checked(file)
    if mistakes:
        typer.echo(f"{file}: not published", err=True)
        raise typer.Exit(BAD_NEWS)
    published = announce(_quiet_settings(), text, None if at is None else moment(at, "--at"))
    typer.echo(f"{file}: published, version {published.version}")


@programme.command()
def situation(
    reward: Annotated[str, typer.Argument(help="The id of a dynamic reward.")],
    stock: Annotated[int, typer.Option(min=0, help="Units there are.")],
    demand: Annotated[int, typer.Option(min=0, help="Unlocks a day.")],
) -> None:
    """Tell stock and demand of a dynamic reward: what it is worth follows, 10 % a day at most."""
    from engine.events import Situation
    from flows.announce import tell
    from flows.store import new_token

    tell(_quiet_settings(), f"situation-{new_token()}", Situation(reward, stock, demand))
    typer.echo(f"{reward}: sent, stock {stock:,}, demand {demand:,} a day")


@programme.command()
def diff(
    before: Annotated[Path, typer.Argument(help="The programme as it is (TOML).")],
    after: Annotated[Path, typer.Argument(help="The programme as it is to be (TOML).")],
    as_json: Annotated[
        bool, typer.Option("--json", help="A list of changes for machines.")
    ] = False,
) -> None:
    """Say what another programme changes, and whom each change concerns."""
    from flows.differences import changes, report, reported

    texts = [_checked(file) for file in (before, after)]
    if any(mistakes for _, mistakes in texts):
        raise typer.Exit(BAD_NEWS)
    from policies.check import load

    found = changes(*(load(text) for text, _ in texts))
    typer.echo(reported(found) if as_json else report(found))


@programme.command()
def schema() -> None:
    """Print the JSON Schema of programme files, by which editors complete and check them."""
    from flows.schema import text

    typer.echo(text(), nl=False)


@programme.command("numbers")
@app.command()
def numbers() -> None:
    """List what conditions and messages may name: numbers with units, scores, standing."""
    from flows.console import console
    from flows.tables import numbers_table

    console().print(numbers_table())


# ── points ───────────────────────────────────────────────────────────────────────────────────────


@points.command(context_settings={"ignore_unknown_options": True})
def correct(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    amount: Annotated[int, typer.Argument(metavar="POINTS", help="How many; below 0: taken.")],
    actor: Annotated[str, typer.Option(help="Who does it.")],
    reason: Annotated[str, typer.Option(help="Why; it stands in the decision.")],
    ident: Annotated[
        str | None, typer.Option("--id", help="Its id, so that a repeat is known as one.")
    ] = None,
) -> None:
    """Give or take points by hand: a record of the log with its actor and reason."""
    if not amount:
        raise SettingsError("amount", "says nothing", "give points that are not 0")
    told: dict[str, Any] = {"points": amount, "actor": actor, "reason": reason}
    sent = _command("Points Corrected", "correction", customer, ident, **told)
    typer.echo(f"sent: {amount:+,} points for {customer}, id {sent}")


# ── looking and counting ─────────────────────────────────────────────────────────────────────────


@app.command()
def show(customer: Annotated[str, typer.Argument(help="The customer's id.")]) -> None:
    """Show everything that is known of one customer."""
    from flows.console import console
    from flows.panels import panels
    from flows.show import find

    found = find(_quiet_settings(), customer)
    if found is None:
        typer.echo(f"nothing is known of {customer!r}", err=True)
        raise typer.Exit(BAD_NEWS)
    out = console()
    for panel in panels(found):
        out.print(panel)


@app.command("journey")
def draw_journey(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    as_json: Annotated[bool, typer.Option("--json", help="The map, for machines.")] = False,
) -> None:
    """Draw one member's map: where they stand, what comes next, and on which condition."""
    from flows.console import console
    from flows.journey import as_json as told
    from flows.journey import journey
    from flows.journey_page import page
    from flows.show import find
    from flows.wording import Wording

    found = find(_quiet_settings(), customer)
    if found is None:
        typer.echo(f"nothing is known of {customer!r}", err=True)
        raise typer.Exit(BAD_NEWS)
    drawn, programme, out = journey(found), found.world.programme, console()
    if as_json:
        typer.echo(told(drawn))
        return
    for part in page(drawn, programme, Wording(found.turn.zone, programme.currency)):
        out.print(part)


@app.command()
def explain(
    decision: Annotated[str, typer.Argument(help="The decision's id.")],
    customer: Annotated[
        str | None, typer.Option(help="Whose it is: only their partition is searched.")
    ] = None,
    most: Annotated[
        int, typer.Option(min=1, help="How many of the newest decisions a partition.")
    ] = 1_000_000,
) -> None:
    """Say why something was decided, put off or left undone: gates, odds, scores, numbers."""
    from flows.console import console
    from flows.explain import find, page

    found = find(_quiet_settings(), decision, customer, most)
    if found is None:
        where = "" if customer is None else f" in the partition of {customer!r}"
        typer.echo(f"there is no decision {decision!r} among the newest{where}", err=True)
        raise typer.Exit(BAD_NEWS)
    out = console()
    for section in page(found):
        out.print(section)


@app.command()
def experiments(
    most: Annotated[
        int, typer.Option(min=1, help="How many of the newest decisions a partition.")
    ] = 10_000_000,
) -> None:
    """Say what each experiment has come to, and whether its arms can be believed."""
    from flows import scan, trials
    from flows.console import console
    from flows.topics import DECISIONS

    messages = scan.newest(_quiet_settings(), DECISIONS, most)
    found = trials.count(value for each in messages if (value := each.value()) is not None)
    if not found:
        typer.echo("no experiment has been seen by anybody yet")
    out = console()
    for part in trials.tables(found):
        out.print(part)
    if any(trials.report(name, trial).alarm for name, trial in found.items()):
        raise typer.Exit(BAD_NEWS)


@app.command()
def recount() -> None:
    """Fold the whole log again, plainly, and compare every customer with Redis."""
    from flows.recount import recount as count_again

    report = count_again(_quiet_settings())
    for line in report.lines:
        typer.echo(line, err=True)
    typer.echo(f"{report.customers:,} customers, {report.events:,} records counted again")
    typer.echo(f"recount: {report.differences} differences")
    if report.differences:
        raise typer.Exit(BAD_NEWS)


@app.command()
def totals() -> None:
    """Show what became of all members' points, day by day: they are a liability."""
    from flows.console import console
    from flows.liability import daily
    from flows.tables import totals_table

    console().print(totals_table(daily(_quiet_settings())))


@app.command()
def budgets() -> None:
    """Show every budget: what is leased, held, used, and what each partition may still give."""
    from flows.console import console
    from flows.spending import spendings
    from flows.tables import budgets_table

    found = spendings(_quiet_settings())
    if found:
        console().print(budgets_table(found))
    else:
        typer.echo("no budgets")


@app.command()
def replay(
    file: Annotated[
        str, typer.Argument(help="Segment JSON lines; .gz, .xz, .zst are unpacked; - reads stdin.")
    ],
    speed: Annotated[
        float | None,
        typer.Option(min=0.001, help="Data time per time on the clock (default: full speed)."),
    ] = None,
    tick: Annotated[str, typer.Option(help="Data time between ticks, as 15m, 1h, 1d.")] = "1h",
    until_ticks: Annotated[
        float,
        typer.Option(min=0, help="Days of ticks after the last event, so that timers mature."),
    ] = 0.0,
) -> None:
    """Send a recorded log into `events`, in data time.

    Make the topics with PUNCHCARD_LOG_TIME=create: else the broker dates every record now. Timers
    that are due fire for 200 customers a batch, so --until-ticks ends with as many ticks as it
    takes to come to everybody.
    """
    from flows.options import duration
    from flows.replaying import replay_file

    seconds = duration(tick, "--tick")
    replay_file(_quiet_settings(), file, tick=seconds, speed=speed, until_days=until_ticks)


@app.command()
def dead_letters(
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 20,
) -> None:
    """Show the newest records that were refused, and why."""
    from flows.console import console
    from flows.letters import newest
    from flows.tables import letters_table

    letters = newest(_quiet_settings(), last)
    if letters:
        console().print(letters_table(letters))
    else:
        typer.echo("no dead letters")


@app.command()
def settings() -> None:
    """List every setting: variable, default, what is in force, meaning."""
    from flows.console import console
    from flows.tables import settings_table

    console().print(settings_table(_settings()))


def _settings() -> "Settings":
    from flows.settings import read_settings

    return read_settings(os.environ)


def _quiet_settings() -> "Settings":
    """For commands that say themselves what is wrong, in fewer lines than the Kafka client does."""
    from msgspec.structs import replace

    settings = _settings()
    return replace(settings, kafka_config=f"log_level=0;{settings.kafka_config}")


def _checked(file: Path) -> tuple[str, list[ProgrammeError]]:
    """A programme's text and its mistakes; they are told."""
    from flows.announce import text_of
    from policies.check import check

    try:
        text = text_of(file)
        mistakes = check(text)
    except ProgrammeError as error:
        text, mistakes = "", [error]
    for mistake in mistakes:
        typer.echo(f"{file}: {mistake}")
    return text, mistakes


def _make_directory(path: Path) -> None:
    from engine.errors import SettingsError

    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(str(path), f"cannot be made: {error.strerror}") from error


if __name__ == "__main__":
    main()
