"""What goes on while the demo runs: events in, decisions out, answers back in, a picture of it."""

import time
from typing import Final

from msgspec.structs import asdict

from bench.demo.pace import Pace
from bench.demo.parts import Parts
from bench.demo.progress import Progress
from bench.demo.screen import Screen
from bench.demo.stage import Stage
from bench.demo.till import Till
from bench.town import Town
from engine.decisions import Decision
from flows.control import CLOCK
from flows.profiles import Profiles
from flows.sender import Sender

FRAME: Final = 0.25
"""Seconds between two pictures; one takes a terminal library some 20 ms of work."""
PICK: Final = 0.5
"""Seconds between two decisions that are picked to be shown."""
LOOK: Final = 0.5
"""Seconds between two looks after the parts."""
NEWS: Final = 6.0
"""Seconds for which a notice stands."""
REST: Final = 0.01
"""Seconds to sleep when there is nothing to send."""


class Every:
    """Says yes at most once in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def __call__(self) -> bool:
        """Whether it is time again."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True


class Course:
    """Does a little of everything, again and again, in one thread."""

    def __init__(
        self,
        stage: Stage,
        screen: Screen,
        *,
        pace: Pace,
        parts: Parts,
        town: Town,
        till: Till,
        sender: Sender,
        profiles: Profiles,
        progress: Progress,
    ) -> None:
        self.stage = stage
        self.screen = screen
        self.pace = pace
        self.parts = parts
        self.town = town
        self.till = till
        self.sender = sender
        self.profiles = profiles
        self.progress = progress
        self._frame, self._pick, self._look = Every(FRAME), Every(PICK), Every(LOOK)
        self._noticed = 0.0

    def live(self) -> None:
        """Let the town live to its last day.

        Raises DeliveryError: the broker did not take an event. SettingsError: a part keeps dying.
        """
        feeder, end = self.stage.feeder, self.stage.plan.end
        while (now := self.pace.now) < end or feeder.behind(end):
            self._go_on(min(now, end))
        self.sender.settle()
        self.parts.stop(CLOCK)

    def listen(self) -> int:
        """Take in what was decided, and let people answer; how much it was."""
        found = self.stage.heard.take()
        for decision in found:
            if decision.event == "Message Decided":
                self._written_to(decision)
            else:
                self.stage.feeder.answer(self.till.react(decision))
        return len(found)

    def attend(self, now: float) -> None:
        """Look after the parts, and show a picture if it is time."""
        if self._look():
            self._look_after()
        if self._pick():
            self.stage.heard.show()
        if self._frame():
            followed = self.stage.followed
            followed.looks(now, self.profiles.get(followed.customer))
            self.screen.show(self.stage.scene(now, self.pace.speed))

    def _go_on(self, now: float) -> None:
        sent = self.stage.feeder.feed(now)
        self.sender.poll()
        self.listen()
        self.attend(now)
        if not sent:
            time.sleep(REST)

    def _written_to(self, decision: Decision) -> None:
        if decision.customer == self.stage.followed.customer:
            self.stage.followed.messages.append(decision.at)
        self.stage.feeder.answer(self.town.react(asdict(decision)))

    def _look_after(self) -> None:
        news = self.parts.look()
        self.stage.lag = self.progress.lag()
        self.pace.keep_up(self.stage.lag, self.stage.rate)
        if news:
            self.stage.notice, self._noticed = "; ".join(news), time.monotonic()
        elif time.monotonic() - self._noticed > NEWS:
            self.stage.notice = ""
