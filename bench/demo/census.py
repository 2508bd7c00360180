"""Everybody at the end: points, tiers, and what the churn model knew of those who had left."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from bench.town import Town
from engine import ledger
from engine.programme import Programme
from engine.state import Customer
from features import Memories
from flows.draft import CODEC
from flows.partition import partition_of
from flows.store import Store
from policies.view import SCORES


class Census(Struct):
    """All members together. Points since the beginning, but pending, spendable and debt: now.

    tiers: members by the tier's id. scores: (churn score, has left for good) of everybody.
    """

    members: int = 0
    issued: int = 0
    redeemed: int = 0
    reversed: int = 0
    expired: int = 0
    pending: int = 0
    spendable: int = 0
    debt: int = 0
    tiers: Counter[str] = field(default_factory=Counter)
    scores: list[tuple[float, bool]] = field(default_factory=list)

    @property
    def outstanding(self) -> int:
        """Points that the shop still owes: what is issued and neither used nor gone."""
        return self.issued - self.redeemed - self.reversed - self.expired


def take(store: Store, partitions: int, town: Town, programme: Programme, at: float) -> Census:
    """Read everybody's state; at: the moment at which it is asked who has left (Unix s)."""
    census = Census()
    for who, customer in _customers(store, partitions, town.customers):
        points = customer.book.ledger
        census.members += 1
        census.issued += points.issued
        census.redeemed += points.redeemed
        census.reversed += points.reversed
        census.expired += points.expired
        census.pending += ledger.pending(points)
        census.spendable += ledger.available(points)
        census.debt += points.debt
        census.tiers[programme.tiers.steps[customer.book.tier.level].id] += 1
        census.scores.append((customer.scores[SCORES["churn"]], town.truth(who).lapsed(at)))
    return census


def _customers(
    store: Store, partitions: int, names: Sequence[str]
) -> Iterator[tuple[str, Customer[Memories]]]:
    homes: defaultdict[int, list[str]] = defaultdict(list)
    for who in names:
        homes[partition_of(who, partitions)].append(who)
    for partition, people in homes.items():
        for who, state in zip(people, store.states(partition, people), strict=True):
            if state is not None:
                yield who, CODEC.unpack(*state)


def auc(scores: Sequence[tuple[float, bool]]) -> float | None:
    """The probability that one who has left scores higher than one who has not; None: no pair.

    >>> auc([(0.9, True), (0.5, False), (0.5, True)])
    0.75
    """
    gone = sum(left for _, left in scores)
    pairs = gone * (len(scores) - gone)
    if not pairs:
        return None
    ranks: dict[float, list[bool]] = {}
    for score, left in scores:
        ranks.setdefault(score, []).append(left)
    below, won = 0, 0.0
    for score in sorted(ranks):
        stayed = ranks[score].count(False)
        won += ranks[score].count(True) * (below + stayed / 2)
        below += stayed
    return won / pairs
