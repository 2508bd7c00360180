"""One member, from the first order to the day on which they stay away."""

from typing import Final

import orjson
from msgspec import Struct, field

from bench.town import TimedEvent, Town, Truth
from bench.town.chance import DAY
from flows.profiles import Profile

LEAVES: Final = (0.4, 0.6)
"""The part of the time in which a telling member leaves."""
OFTEN: Final = 12 * DAY
"""Between two of their orders, at most (s)."""
BOUGHT: Final = 5
"""Orders before they leave, at least."""


class Moment(Struct, frozen=True):
    """The scores at one moment (Unix s), 0 to 1."""

    at: float
    churn: float
    purchase: float


class Followed(Struct):
    """What is known of the member who is followed.

    orders, messages: when they were (Unix s). moments: the scores, in the order of time.
    """

    truth: Truth
    profile: Profile = field(default_factory=Profile)
    moments: list[Moment] = field(default_factory=list)
    orders: list[float] = field(default_factory=list)
    messages: list[float] = field(default_factory=list)

    @property
    def customer(self) -> str:
        """Who it is."""
        return self.truth.person.customer

    def sent(self, event: TimedEvent) -> None:
        """Something that they did."""
        if event.customer == self.customer and b'"Order Completed"' in event.body:
            told = orjson.loads(event.body)
            if told["event"] == "Order Completed":
                self.orders.append(event.at)

    def looks(self, at: float, profile: Profile) -> None:
        """Their profile at a moment (Unix s)."""
        self.profile = profile
        if not profile.cold:
            scores = profile.scores
            moment = Moment(at, scores.get("churn", 0.0), scores.get("purchase_7d", 0.0))
            self.moments.append(moment)


def choose(town: Town, start: float, end: float) -> Truth:
    """A regular who leaves in the middle of the time; if there is none, who buys most."""
    lives = [town.truth(customer) for customer in town.customers]
    telling = (truth for truth in lives if _telling(truth, start, end))
    return next(telling, None) or max(lives, key=lambda truth: len(truth.purchases))


def _telling(truth: Truth, start: float, end: float) -> bool:
    if truth.lapsed_at is None:
        return False
    leaves = (truth.lapsed_at - start) / (end - start)
    regular = truth.person.gap <= OFTEN and len(truth.purchases) >= BOUGHT
    return regular and LEAVES[0] <= leaves <= LEAVES[1] and truth.person.consents["email"]
