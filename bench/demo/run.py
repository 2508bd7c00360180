"""From nothing running, through the town's months and a recount, to nothing running."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from importlib.resources import files
from typing import Final

from msgspec import Struct
from rich.console import Console

from bench.demo import census, summary
from bench.demo.course import Course
from bench.demo.drain import drain
from bench.demo.feeder import Feeder, Send
from bench.demo.followed import Followed, choose
from bench.demo.heard import Heard
from bench.demo.keep import keep
from bench.demo.lives import RememberedTown
from bench.demo.pace import SLOWEST, Pace, start_clock
from bench.demo.parts import Parts
from bench.demo.plan import START, Plan
from bench.demo.progress import Progress
from bench.demo.scene import Scene
from bench.demo.scrape import Scraper
from bench.demo.screen import opened
from bench.demo.stage import Stage
from bench.demo.summary import Ending
from bench.demo.till import Till
from bench.demo.words import Words
from bench.town import TimedEvent
from engine.errors import SettingsError
from flows import letters
from flows.decide import stored_world
from flows.local import Local
from flows.profiles import Profiles
from flows.recount import recount
from flows.sender import Sender
from flows.source import Log
from flows.store import connect
from flows.topics import DECISIONS, EVENTS
from policies.check import load

PATIENCE: Final = 60.0
"""Seconds that the parts may take to start."""
QUIET: Final = "log_level=2"
"""Kafka's clients would write into the picture otherwise."""
LETTERS: Final = 100_000
"""Dead letters that are counted, at most."""


def run(plan: Plan, console: Console) -> int:
    """The whole demo; the exit code: 0 if everything ran dry and the recount found no difference.

    Raises PunchcardError: it cannot start, or cannot go on. KeyboardInterrupt: Ctrl-C. All parts
    have ended by then.
    """
    console.print("starting a broker, a Redis, decide, publish, learn and a clock", style="dim")
    with Local(kafka_config=QUIET) as local, Parts(local) as parts:
        demo = Demo(plan, local, parts)
        with Scraper(parts.ports) as scraper:
            lived = demo.live(scraper, console)
        differences = demo.end(lived, console)
        if plan.keep:
            keep(console, local, parts, plan.end)
    return 0 if lived.dry and not differences else 1


class Lived(Struct, frozen=True):
    """How it went. scene: the last one. seconds: real ones. dry: nothing was left on its way."""

    scene: Scene
    seconds: float
    dry: bool


class Demo:
    """What it consists of, once everything is started."""

    def __init__(self, plan: Plan, local: Local, parts: Parts) -> None:
        """Publish the programme, start the parts, and wait until they answer."""
        text = files("policies").joinpath("programmes/roastery.toml").read_text("utf-8")
        self.plan = plan
        self.local = local
        self.parts = parts
        self.words = Words(load(text))
        local.publish_programme(text, plan.start)
        for name in ("decide", "publish", "learn"):
            parts.start(name)
        start_clock(parts, plan.start, plan.speed * SLOWEST)
        self.town = RememberedTown(
            seed=plan.seed, customers=plan.customers, start=START, days=plan.days
        )
        self.followed = Followed(choose(self.town, plan.start, plan.end))
        self.sender = local.sender()
        self.feeder = Feeder(self.town.events(), _send(self.sender, self.followed))
        _wait(parts.answering, "the parts do not answer")
        _wait(lambda: local.wait_until_folded(1.0), "decide does not take the programme")

    def live(self, scraper: Scraper, console: Console) -> Lived:
        """Let the town live its days, then wait until everything has run dry."""
        plan, settings = self.plan, self.local.settings
        decisions = Log(settings, DECISIONS, dict.fromkeys(range(settings.partitions), 0))
        stage = Stage(plan, self.words, self.feeder, scraper, Heard(decisions), self.followed)
        pace, progress = Pace(plan.start, plan.speed), Progress(self.local)
        with opened(console, plain=plan.plain) as screen:
            course = Course(
                stage,
                screen,
                pace=pace,
                parts=self.parts,
                town=self.town,
                till=Till(plan.seed, self.words.programme, self._zone),
                sender=self.sender,
                profiles=Profiles(connect(settings), settings.partitions),
                progress=progress,
            )
            began = time.monotonic()
            course.live()
            seconds = time.monotonic() - began
            dry = drain(course, progress)
        progress.close()
        decisions.close()
        scraper.read()
        return Lived(stage.scene(plan.end, pace.speed), seconds, dry)

    def end(self, lived: Lived, console: Console) -> int:
        """Print how it went, and count everything again; the number of differences."""
        plan, local = self.plan, self.local
        partitions = local.settings.partitions
        ending = Ending(
            scene=lived.scene,
            census=census.take(local.store, partitions, self.town, self.words.programme, plan.end),
            letters=Counter(each.reason for each in letters.newest(local.settings, LETTERS)),
            versions=_versions(local),
            restarts=self.parts.restarts,
            seconds=lived.seconds,
        )
        summary.show(console, ending, self.words)
        return _recounted(local, console)

    def _zone(self, customer: str) -> str:
        return self.town.truth(customer).person.zone


def _send(sender: Sender, followed: Followed) -> Send:
    def send(event: TimedEvent, at: float) -> None:
        sender.send(EVENTS, event.customer.encode(), event.body, at_ms=round(at * 1000))
        followed.sent(event)

    return send


def _versions(local: Local) -> dict[str, str]:
    """Which version of each model scores at the end."""
    return {name: each.version for name, each in stored_world(local.store, 0).models.items()}


def _recounted(local: Local, console: Console) -> int:
    """Count everything again from the log; the number of differences, printed as the last line."""
    note = "recount: folding the whole log once more, one event after the other"
    with console.status(note) if console.is_terminal else nullcontext():
        report = recount(local.settings)
    for line in report.lines:
        console.print(line, style="red", soft_wrap=True)
    console.print(f"recount: {report.differences} differences")
    return report.differences


def _wait(come: Callable[[], bool], problem: str) -> None:
    """Until it has come. Raises SettingsError: it does not."""
    deadline = time.monotonic() + PATIENCE
    while not come():
        if time.monotonic() > deadline:
            raise SettingsError("demo", f"{problem} within {PATIENCE:.0f} s")
        time.sleep(0.02)
