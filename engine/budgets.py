"""Hard budgets, as one partition holds them: what it may still give, and what it has given.

A budget holds over all customers of all partitions, and nothing is shared between partitions. So
its pool (`engine.quotas`) leases each of them a quota by records of the log, and a partition only
unlocks what its own quota covers. Quotas are part of the partition's committed state: a process
that dies holds nothing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct, field

from engine.chance import draw
from engine.dates import MINUTE, NEVER, period
from engine.events import Errand, Lease, QuotaRequested
from engine.money import minor
from engine.programme import BudgetRule, Programme, RewardRule

if TYPE_CHECKING:
    from engine.turn import Turn

Amount = tuple[int, int]
"""Units, and money in minor units; 0 where the budget does not count them."""
NONE: Final[Amount] = (0, 0)
PATIENCE: Final = MINUTE
"""Who has asked the pool and not got all of it asks again after this (s)."""
PARTS: Final = 4
"""A partition asks for a quarter of an even share at a time."""

Drawn = tuple[str, int, int, int]
"""What a reward holds of a budget: (id, period, units, minor units)."""


class Share(Struct):
    """What one partition has of a budget's period; all but `asked` and `moved` only ever add up.

    granted, returned: from and to the pool. held: by unlocked rewards; used: by redeemed ones.
    wanted: what was asked for last, and when (log time, s). moved: when it last changed (s).
    """

    granted: Amount = NONE
    returned: Amount = NONE
    held: Amount = NONE
    used: Amount = NONE
    wanted: Amount = NONE
    asked: float = 0.0
    moved: float = 0.0

    @property
    def free(self) -> Amount:
        """What may still be given."""
        return minus(minus(self.granted, self.returned), plus(self.held, self.used))


class Pool(Struct):
    """Where a budget's period is handed out, by partition.

    granted, returned: in total. waiting: what those want who could not be served yet. recalled:
    the partitions that have not answered the recall of this round.
    """

    granted: dict[int, Amount] = field(default_factory=dict)
    returned: dict[int, Amount] = field(default_factory=dict)
    waiting: dict[int, Amount] = field(default_factory=dict)
    recalled: list[int] = field(default_factory=list)
    round: int = 0

    @property
    def out(self) -> Amount:
        """What all partitions together may have."""
        total = NONE
        for each in self.granted.values():
            total = plus(total, each)
        for each in self.returned.values():
            total = minus(total, each)
        return total


class Quota(Struct):
    """All that a partition knows of one budget, by period."""

    shares: dict[int, Share] = field(default_factory=dict)
    pools: dict[int, Pool] = field(default_factory=dict)


class Sending(Struct, frozen=True):
    """An errand to another partition, or to this one."""

    to: int
    kind: type[Errand]
    lease: Lease


class Purse(Struct):
    """The quotas of a partition while records are folded, and the errands that this leads to.

    It is changed in place: whoever throws a step away throws the purse away with it.
    """

    number: int = 0
    count: int = 1
    quotas: dict[str, Quota] = field(default_factory=dict)
    sendings: list[Sending] = field(default_factory=list)

    def share(self, budget: str, began: int) -> Share:
        """What this partition has of a period; nothing yet, at first."""
        quota = self.quotas.setdefault(budget, Quota())
        return quota.shares.setdefault(began, Share())

    def send(self, to: int, kind: type[Errand], lease: Lease) -> None:
        """Say something to a partition."""
        self.sendings.append(Sending(to, kind, lease))


def plus(one: Amount, other: Amount) -> Amount:
    """Both together."""
    return one[0] + other[0], one[1] + other[1]


def minus(one: Amount, other: Amount) -> Amount:
    """What is left of one."""
    return one[0] - other[0], one[1] - other[1]


def most(one: Amount, other: Amount) -> Amount:
    """The larger of each."""
    return max(one[0], other[0]), max(one[1], other[1])


def least(one: Amount, other: Amount) -> Amount:
    """The smaller of each."""
    return min(one[0], other[0]), min(one[1], other[1])


def covers(one: Amount, other: Amount) -> bool:
    """Whether it is enough in both."""
    return one[0] >= other[0] and one[1] >= other[1]


def bounds(rule: BudgetRule, programme: Programme, now: float) -> tuple[int, float]:
    """The period that `now` lies in: its number, which is when it began, and its end (s)."""
    if rule.period == "none":
        return 0, NEVER
    start, end = period(now, rule.period, programme.zone_info)
    return int(start), end


def limit(rule: BudgetRule, programme: Programme) -> Amount:
    """All that there is in a period."""
    money = 0 if rule.money is None else minor(rule.money, programme.currency)
    return (0 if rule.units is None else rule.units), money


def need(rule: BudgetRule, programme: Programme, reward: RewardRule) -> Amount:
    """What one reward takes out of a budget."""
    cost = (
        0 if reward.cost is None or rule.money is None else minor(reward.cost, programme.currency)
    )
    return (0 if rule.units is None else 1), cost


def dearest(rule: BudgetRule, programme: Programme) -> Amount:
    """The most that one reward takes out of it."""
    found = NONE
    for reward in programme.rewards:
        if reward.id in rule.rewards:
            found = most(found, need(rule, programme, reward))
    return found


def portion(rule: BudgetRule, programme: Programme, count: int) -> Amount:
    """What a partition asks for at a time."""
    whole, once = limit(rule, programme), dearest(rule, programme)
    part = (-(-whole[0] // (PARTS * count)), -(-whole[1] // (PARTS * count)))
    return most(part, once)


def reserve(turn: "Turn", reward: RewardRule) -> list[Drawn] | None:
    """Take out of every budget what this reward needs; None: one of them has too little here."""
    programme, purse = turn.world.programme, turn.purse
    rules = programme.drawing.get(reward.id, ())
    if not rules:
        return []
    if purse is None:
        return None
    plan = [(rule, bounds(rule, programme, turn.now)[0]) for rule in rules]
    needs = [need(rule, programme, reward) for rule in rules]
    shares = [purse.share(rule.id, began) for rule, began in plan]
    enough = all(covers(share.free, take) for share, take in zip(shares, needs, strict=True))
    for (rule, began), share, take in zip(plan, shares, needs, strict=True):
        if enough:
            share.held, share.moved = plus(share.held, take), turn.now
        _ask(purse, programme, rule, began, share, turn.now)
    if not enough:
        return None
    return [(rule.id, began, *take) for (rule, began), take in zip(plan, needs, strict=True)]


def commit(turn: "Turn", drawn: list[Drawn]) -> None:
    """A reward was redeemed: what it held is used."""
    for share, amount in _held(turn, drawn):
        share.held, share.used = minus(share.held, amount), plus(share.used, amount)


def give_back(turn: "Turn", drawn: list[Drawn], *, used: bool) -> None:
    """A reward came to nothing: its part may be given to somebody else, within its period."""
    for share, amount in _held(turn, drawn):
        if used:
            share.used = minus(share.used, amount)
        else:
            share.held = minus(share.held, amount)
        share.moved = turn.now


def _held(turn: "Turn", drawn: list[Drawn]) -> list[tuple[Share, Amount]]:
    """The shares that something was drawn from; those of a period that is over are gone."""
    quotas: Mapping[str, Any] = {} if turn.purse is None else turn.purse.quotas
    found = []
    for budget, began, units, money in drawn:
        share = quotas[budget].shares.get(began) if budget in quotas else None
        if share is not None:
            found.append((share, (units, money)))
    return found


def _ask(
    purse: Purse, programme: Programme, rule: BudgetRule, began: int, share: Share, now: float
) -> None:
    """Ask the pool before the share runs dry, unless an answer is being waited for."""
    part = portion(rule, programme, purse.count)
    if covers(share.free, part) or now < share.asked + PATIENCE:
        return
    wanted = plus(share.granted, part)
    share.wanted, share.asked = wanted, now
    lease = Lease(rule.id, began, purse.number, *wanted)
    purse.send(keeper(rule.id, purse.count), QuotaRequested, lease)


def keeper(budget: str, count: int) -> int:
    """The partition that keeps a budget's pool."""
    return int(draw("pool", budget) * count)
