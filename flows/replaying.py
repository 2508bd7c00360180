"""The replay as people see it: a progress bar by bytes, a warning where it must fail, a summary."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from flows.console import console
from flows.dating import broker_dates
from flows.lines import Lines, lines_of
from flows.process import Stop
from flows.replay import QUEUE, Replay
from flows.sender import Sender
from flows.settings import Settings
from flows.tables import replay_table
from flows.topics import EVENTS, full_name, identify

WARNING = (
    "warning: {topic} has LogAppendTime: the broker dates every record of this replay now, "
    "so history becomes the present (make the topics with PUNCHCARD_LOG_TIME=create)"
)


def replay_file(
    settings: Settings, name: str, *, tick: float, speed: float | None, until_days: float
) -> None:
    """Replay a file (`-`: standard input), as `Replay` says, and tell how it went.

    Raises SettingsError: no such file, a broken one, or no broker. LogError: there is no such
    topic. DeliveryError: the broker did not acknowledge.
    """
    with lines_of(name) as lines:
        partitions = identify(settings).partitions
        sender = Sender(settings, **QUEUE)
        if broker_dates(settings, sender):
            console(stderr=True).print(WARNING.format(topic=full_name(settings, EVENTS)))
        replay = Replay(sender, partitions, Stop(), tick=tick, speed=speed, until_days=until_days)
        with _bar(lines, replay) as look:
            summary = replay.run(lines, look)
    console().print(replay_table(summary))


@contextmanager
def _bar(lines: Lines, replay: Replay) -> Iterator[Callable[[], None]]:
    """On a terminal; in a file it would only be noise."""
    err = console(stderr=True)
    told = TextColumn("{task.fields[lines]:,} lines")
    columns = (BarColumn(), TaskProgressColumn(), told, TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        task = bar.add_task("replay", total=lines.size, lines=0)
        yield lambda: bar.update(task, completed=lines.position, lines=replay.summary.lines)
