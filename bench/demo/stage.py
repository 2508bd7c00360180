"""All that a running demo knows of itself, put into one picture."""

from collections import defaultdict
from datetime import datetime
from time import monotonic
from typing import Final

from msgspec import Struct, field

from bench.demo.feeder import Feeder
from bench.demo.followed import Followed
from bench.demo.heard import Heard
from bench.demo.plan import Plan
from bench.demo.rates import Rate
from bench.demo.scene import Kind, Member, Quality, Said, Scene
from bench.demo.scrape import Scraper
from bench.demo.words import Words
from bench.town.chance import DAY
from engine.decisions import NAMES, Decision
from policies.models import TASKS

CONTROLS: Final = ("Tick", "Programme Published", "Model Published")
"""Records that are no events of the shop."""


class Stage(Struct):
    """Where the picture comes from.

    lag: records not yet folded. notice: news of the parts, if there are any.
    """

    plan: Plan
    words: Words
    feeder: Feeder
    scraper: Scraper
    heard: Heard
    followed: Followed
    lag: int = 0
    notice: str = ""
    rates: defaultdict[str, Rate] = field(default_factory=lambda: defaultdict(Rate))

    def scene(self, now: float, speed: float) -> Scene:
        """The picture at a moment of the town's time (Unix s), which goes `speed` times as fast."""
        plan, told = self.plan, self.scraper
        folded = told.sum("decide", "punchcard_records_total", without=CONTROLS)
        zone = self.words.programme.zone_info
        return Scene(
            title=f"Punchcard: {self.words.programme.name}, {plan.customers:,} customers",
            date=f"{datetime.fromtimestamp(now, zone):%a %e %b %Y %H:%M}",
            now=now,
            start=plan.start,
            end=plan.end,
            days=plan.days,
            speed=speed / DAY,
            rate=self.rates["events"].see(folded, monotonic()),
            events=self.feeder.sent,
            lag=self.lag,
            p50=told.quantile("decide", "punchcard_engine_seconds", 0.5),
            p99=told.quantile("decide", "punchcard_engine_seconds", 0.99),
            behind=self.feeder.behind(now) / DAY,
            kinds=tuple(self._kind(name) for name in NAMES if self.heard.counts[name]),
            latest=tuple(self._said(decision) for decision in self.heard.latest),
            models=tuple(self._quality(task.name) for task in TASKS),
            member=self._member(now),
            notice=self.notice,
        )

    @property
    def rate(self) -> float:
        """Events folded in a second."""
        return self.rates["events"].value

    def _kind(self, name: str) -> Kind:
        total = self.heard.counts[name]
        return Kind(name, self.rates[name].see(total, monotonic()), total)

    def _said(self, decision: Decision) -> Said:
        words = self.words
        at, what, why = words.when(decision.at), words.what(decision), words.why(decision)
        return Said(at, decision.customer, what, why)

    def _quality(self, model: str) -> Quality:
        def told(measure: str) -> float:
            name = "punchcard_model_quality"
            return self.scraper.value("learn", name, model=model, measure=measure)

        versions = self.scraper.value("learn", "punchcard_model_versions_total", model=model)
        losses = told("log_loss"), told("base_log_loss")
        return Quality(model, int(told("labels")), *losses, told("auc"), int(versions))

    def _member(self, now: float) -> Member:
        one, words = self.followed, self.words
        left = one.truth.lapsed_at if one.truth.lapsed(now) else None
        under_way = (each for each in one.profile.challenges if not each.done)
        return Member(
            who=one.customer,
            tier=words.tier(one.profile.tier),
            points=one.profile.points,
            pending=one.profile.pending,
            challenges=tuple(
                f"{words.challenge(each.id)}: {words.progress(each.id, each.progress, each.goal)}"
                for each in under_way
            ),
            moments=tuple(one.moments),
            orders=tuple(one.orders),
            messages=tuple(one.messages),
            gone=words.day(left) if left is not None else "",
        )
