"""Members who spend what they have earned: the town's answer to points and rewards."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from bench.town import TimedEvent
from bench.town.chance import DAY, chance
from bench.town.wire import Pen
from engine.catalogue import KINDS
from engine.decisions import Decision
from engine.programme import Programme

SAVES_UP: Final = 200
"""Points that a member has before they think of spending."""
SPENDS: Final = 100
TEMPTED: Final = 0.35
"""How often they do, each time that points become spendable."""
HONOURED: Final = 0.6
"""Share of the coupons that are ever shown at the till."""
PAYS: Final = 60.0
"""From setting points aside to having paid (s)."""


class Till:
    """Hears what members were given, and has some of them use it, by chance with a name.

    zone: a customer's, by id. What a member has is reckoned from what was said, so that now and
    then somebody asks for more than is left, and is refused.
    """

    def __init__(self, seed: int, programme: Programme, zone: Callable[[str], str]) -> None:
        self._seed = seed
        self._programme = programme
        self._zone = zone
        self._spendable: Counter[str] = Counter()

    def react(self, decision: Decision) -> list[TimedEvent]:
        """What is done about a decision, in order; mostly nothing."""
        match decision.event:
            case "Points Released" | "Points Earned":
                return self._points(decision)
            case "Reward Unlocked":
                return self._coupon(decision)
            case _:
                return []

    def _points(self, decision: Decision) -> list[TimedEvent]:
        who = decision.customer
        self._spendable[who] += decision.properties["points"]
        dice = chance(self._seed, "till", decision.id)
        if self._spendable[who] < SAVES_UP or dice.random() >= TEMPTED:
            return []
        self._spendable[who] -= SPENDS
        asked = {"redemption_id": f"t{decision.id}", "points": SPENDS}
        comes = decision.at + dice.uniform(0.1, 3) * DAY
        pen = Pen(who, self._zone(who), dice)
        told = ((comes, "Redemption Requested"), (comes + PAYS, "Redemption Committed"))
        return [pen.write((at, event, asked), at) for at, event in told]

    def _coupon(self, decision: Decision) -> list[TimedEvent]:
        reward = self._programme.reward(decision.properties["reward"])
        dice = chance(self._seed, "till", decision.id)
        if reward is None or KINDS[reward.kind].at_once or dice.random() >= HONOURED:
            return []
        coupon = decision.properties["reward_id"]
        shown = {"redemption_id": f"t{decision.id}", "reward_id": coupon}
        comes = decision.at + dice.uniform(0.1, 0.9) * reward.valid_days * DAY
        pen = Pen(decision.customer, self._zone(decision.customer), dice)
        return [pen.write((comes, "Redemption Committed", shown), comes)]
