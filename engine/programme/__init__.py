"""The programme: what marketers own, as strict types. `engine.loading` reads it from TOML.

A file a theme. Unknown keys are errors. Amounts are major units of `currency`, as decimals in
quotes; days are 24 hours of log time unless a rule speaks of calendar days.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Final, get_origin
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, field
from msgspec.structs import fields

from engine.challenges import Kind
from engine.chance import mark
from engine.dates import zone
from engine.money import minor
from engine.programme.budgets import BudgetRule
from engine.programme.challenges import ChallengesShown
from engine.programme.experiments import Arm, Course, Experiment, course, element, flat
from engine.programme.peace import Caps, Holdout, Quiet, Scores
from engine.programme.points import MAX_MULTIPLIER, BonusRule, MultiplierRule, Points
from engine.programme.policies import (
    NOTHING,
    After,
    Crossing,
    Message,
    Offer,
    PolicyRule,
    Schedule,
    Variant,
)
from engine.programme.referral import ReferralRule
from engine.programme.rewards import Dynamic, RewardRule
from engine.programme.segments import SegmentRule
from engine.programme.tiers import Ladder, TierRule
from engine.programme.types import Channel, Clock, Currency, Days, Purpose, Share
from engine.strict import Strict

__all__ = [
    "LISTS",
    "MAX_MULTIPLIER",
    "NOTHING",
    "After",
    "Arm",
    "BonusRule",
    "BudgetRule",
    "Caps",
    "ChallengesShown",
    "Channel",
    "Clock",
    "Course",
    "Crossing",
    "Currency",
    "Days",
    "Dynamic",
    "Experiment",
    "Holdout",
    "Ladder",
    "Message",
    "MultiplierRule",
    "Offer",
    "Points",
    "PolicyRule",
    "Programme",
    "Purpose",
    "Quiet",
    "ReferralRule",
    "RewardRule",
    "Schedule",
    "Scores",
    "SegmentRule",
    "Share",
    "TierRule",
    "Variant",
    "element",
    "flat",
]  # fmt: skip


class Programme(Strict, frozen=True, dict=True):
    """The whole file. version: the hash of its text, set on loading.

    What follows from it for every order is worked out once, when it is first asked for.
    """

    name: str
    currency: Currency
    zone: str
    salt: Annotated[str, Meta(min_length=1, max_length=100)]
    points: Points = Points()
    currencies: dict[Currency, Decimal] = field(default_factory=dict)
    tiers: Ladder = Ladder()
    challenges: tuple[Kind, ...] = ()
    challenges_shown: ChallengesShown = ChallengesShown()
    rewards: tuple[RewardRule, ...] = ()
    segments: tuple[SegmentRule, ...] = ()
    policies: tuple[PolicyRule, ...] = ()
    caps: Caps = Caps()
    quiet: Quiet = Quiet()
    holdout: Holdout = Holdout()
    scores: Scores = Scores()
    experiments: tuple[Experiment, ...] = ()
    budgets: tuple[BudgetRule, ...] = ()
    referral: ReferralRule | None = None
    version: str = ""

    @cached_property
    def zone_info(self) -> ZoneInfo:
        """The programme's zone; checked on loading."""
        found = zone(self.zone)
        assert found is not None
        return found

    @cached_property
    def thresholds(self) -> tuple[int, ...]:
        """What reaches each tier: net spend (minor units), or points, as the ladder counts."""
        if self.tiers.by == "points":
            return tuple(step.points for step in self.tiers.steps)
        return tuple(minor(step.spend, self.currency) for step in self.tiers.steps)

    @cached_property
    def plain(self) -> Fraction:
        """Points for one minor unit before anything multiplies them."""
        return Fraction(self.points.earn, minor(self.points.per, self.currency))

    @cached_property
    def rates(self) -> tuple[Fraction, ...]:
        """Points for one minor unit in each tier; without tiers, the one for all."""
        multipliers = [Fraction(step.multiplier) for step in self.tiers.steps] or [Fraction(1)]
        return tuple(min(multiplier, MAX_MULTIPLIER) * self.plain for multiplier in multipliers)

    @cached_property
    def counting(self) -> Mapping[str | None, tuple[Kind, ...]]:
        """The challenges for which each action counts; None: orders."""
        actions = {action for challenge in self.challenges for action in challenge.triggers}
        return {
            action: tuple(each for each in self.challenges if action in each.triggers)
            for action in actions
        }

    @cached_property
    def awaited(self) -> frozenset[str]:
        """The events and decisions that set a policy off by themselves."""
        return frozenset(each.on for each in self.policies if each.on is not None)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Every tag that a policy gives, in the file's order."""
        return tuple(dict.fromkeys(each.tag for each in self.policies if each.tag is not None))

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        """The experiments as they run."""
        return tuple(
            course(each, self.salt, self.zone_info, LISTS, self._chosen_by(each))
            for each in self.experiments
        )

    def _chosen_by(self, experiment: Experiment) -> list[str]:
        """The policies whose variants are its arms."""
        arms = {arm.id for arm in experiment.arms}
        return [
            policy.id
            for policy in self.policies
            if policy.choose == "experiment" and {each.id for each in policy.variants} == arms
        ]

    @cached_property
    def dealing(self) -> int:
        """A checksum of the experiments: whose arms a member's arms are. 0: there are none."""
        text = msgspec.json.encode(self.experiments).decode()
        return int.from_bytes(mark(text, size=4)) if self.experiments else 0

    @cached_property
    def drawing(self) -> Mapping[str, tuple[BudgetRule, ...]]:
        """The budgets that each reward draws on, for those that draw on any."""
        named = {reward for budget in self.budgets for reward in budget.rewards}
        return {
            reward: tuple(each for each in self.budgets if reward in each.rewards)
            for reward in named
        }

    def reward(self, ident: str) -> RewardRule | None:
        """The reward of an id."""
        return next((reward for reward in self.rewards if reward.id == ident), None)


LISTS: Final = frozenset(each.name for each in fields(Programme) if get_origin(each.type) is tuple)
"""Tables of which there are many, each with an id."""
