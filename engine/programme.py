"""The programme: what marketers own, as strict types. `engine.loading` reads it from TOML.

Unknown keys are errors. Amounts are major units of `currency`, as decimals in quotes; days are 24
hours of log time unless a rule speaks of calendar days.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, field

from engine.challenges import Kind
from engine.dates import zone
from engine.money import minor
from engine.strict import Name, Strict

Days = Annotated[int, Meta(ge=0, le=3660)]
Share = Annotated[float, Meta(ge=0, le=1)]
Clock = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", description='a time such as "20:00"')
]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", description='three capitals, such as "EUR"')]
Channel = Literal["email", "sms", "push", "onsite"]

MAX_MULTIPLIER: Final = Fraction(5)
"""However many multipliers add up, no order earns more than this many times its points.

Source: DOMAIN, money and points.
"""
NOTHING: Final = "nothing"
"""The word for `cancel_on` where no event takes the reason of a message away."""


class Points(Strict, frozen=True):
    """How points are earned and how long they live.

    earn points for every full `per` of the earning base. remember_days: how long an order can still
    be refunded and counts for tiers; never less than the 12 months that tiers look back.
    """

    earn: Annotated[int, Meta(ge=0, le=100_000)] = 1
    per: Decimal = Decimal("1.00")
    pending_days: Annotated[int, Meta(ge=0, le=90)] = 14
    expire_months: Annotated[int, Meta(ge=1, le=120)] = 12
    lease_minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    parked_days: Annotated[int, Meta(ge=1, le=60)] = 7
    remember_days: Annotated[int, Meta(ge=367, le=3660)] = 400


class TierRule(Strict, frozen=True):
    """One step of the ladder; the first is where everybody starts.

    spend: net spend in 12 months that reaches it. multiplier: of the points earned in it.
    """

    id: Name
    name: str
    spend: Decimal
    multiplier: Decimal = Decimal(1)


class Ladder(Strict, frozen=True):
    """How tiers are kept. period: a tier holds to the end of this calendar period and the next."""

    period: Literal["month", "quarter", "year"] = "year"
    grace_days: Days = 30
    steps: tuple[TierRule, ...] = ()


class RewardRule(Strict, frozen=True):
    """Something to be unlocked.

    kind points: `points` are credited at once; kind coupon: the shop's till honours it.
    """

    id: Name
    name: str
    kind: Literal["points", "coupon"]
    points: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    valid_days: Annotated[int, Meta(ge=1, le=3660)] = 60


class Crossing(Strict, frozen=True):
    """A score that rises over a line and stays there for so many evaluations.

    It is left again only under `falls`; see policies/triggers.
    """

    model: Name
    rises: Share
    falls: Share
    evaluations: Annotated[int, Meta(ge=1, le=10)] = 2


class Message(Strict, frozen=True):
    """What is said. Liquid templates over the numbers of the catalogue."""

    title: Annotated[str, Meta(max_length=200)]
    body: Annotated[str, Meta(max_length=4000)] = ""


class PolicyRule(Strict, frozen=True):
    """Who is told what, when.

    `on` names an event, or `score` a crossing; `when` is a condition on the numbers.
    cancel_on: an event after which a deferred message has lost its reason, or "nothing".
    """

    id: Name
    message: Message
    on: str | None = None
    score: Crossing | None = None
    when: str = "true"
    channel: Channel = "onsite"
    purpose: Literal["marketing", "transactional"] = "marketing"
    cool_down_days: Days = 0
    cancel_on: str = "Order Completed"


class Caps(Strict, frozen=True):
    """How often one member may hear from us, over all marketing channels.

    per_day: a calendar day where the member is. per_week: any 7 days.
    """

    per_day: Annotated[int, Meta(ge=0, le=100)] = 1
    per_week: Annotated[int, Meta(ge=0, le=500)] = 3


class Quiet(Strict, frozen=True):
    """When nobody is disturbed: local hours from `start` to `end`, over midnight.

    A message waits at most drop_hours.
    """

    start: Clock = "20:00"
    end: Clock = "09:00"
    channels: tuple[Channel, ...] = ("sms", "push")
    drop_hours: Annotated[int, Meta(ge=1, le=720)] = 72


class Holdout(Strict, frozen=True):
    """The share of members who get what they are owed and nothing else.

    Without them nobody could say what the messages bring.
    """

    share: Share = 0.05


class Scores(Strict, frozen=True):
    """When models are asked.

    every_days: by each member's own clock, so that the members are spread over the days.
    """

    every_days: Annotated[int, Meta(ge=1, le=90)] = 7


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
    rewards: tuple[RewardRule, ...] = ()
    policies: tuple[PolicyRule, ...] = ()
    caps: Caps = Caps()
    quiet: Quiet = Quiet()
    holdout: Holdout = Holdout()
    scores: Scores = Scores()
    version: str = ""

    @cached_property
    def zone_info(self) -> ZoneInfo:
        """The programme's zone; checked on loading."""
        found = zone(self.zone)
        assert found is not None
        return found

    @cached_property
    def thresholds(self) -> tuple[int, ...]:
        """The net spend that reaches each tier (minor units)."""
        return tuple(minor(step.spend, self.currency) for step in self.tiers.steps)

    @cached_property
    def rates(self) -> tuple[Fraction, ...]:
        """Points for one minor unit in each tier; without tiers, the one for all."""
        plain = Fraction(self.points.earn, minor(self.points.per, self.currency))
        multipliers = [Fraction(step.multiplier) for step in self.tiers.steps] or [Fraction(1)]
        return tuple(min(multiplier, MAX_MULTIPLIER) * plain for multiplier in multipliers)

    @cached_property
    def counting(self) -> Mapping[str | None, tuple[Kind, ...]]:
        """The challenges for which each action counts; None: orders."""
        actions = {challenge.action for challenge in self.challenges}
        return {
            action: tuple(each for each in self.challenges if each.action == action)
            for action in actions
        }

    def reward(self, ident: str) -> RewardRule | None:
        """The reward of an id."""
        return next((reward for reward in self.rewards if reward.id == ident), None)
