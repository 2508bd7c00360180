"""What has become of every budget, over all partitions."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from engine.budgets import NONE, Amount, Quota, plus
from flows.quotas import read
from flows.settings import Settings
from flows.show import partitions_of
from flows.store import Store, connect


class Spending(Struct, frozen=True):
    """A budget in one of its periods; (units, minor units) each.

    began: Unix s; 0: it has one period for ever. granted: leased to partitions and not returned.
    held: by unlocked rewards. used: by redeemed ones. free: by partition, what it may still give.
    """

    budget: str
    began: int
    granted: Amount
    held: Amount
    used: Amount
    free: Mapping[int, Amount]


def spendings(settings: Settings) -> list[Spending]:
    """Every budget and period that any partition knows of.

    Raises SettingsError: Redis does not answer. StoreError: nothing was ever folded into it.
    """
    store = Store(connect(settings))
    return summed([read(store.quotas(number)) for number in range(partitions_of(store))])


def summed(partitions: Sequence[Mapping[str, Quota]]) -> list[Spending]:
    """The partitions' shares, put together."""
    every = {
        (budget, began)
        for quotas in partitions
        for budget, quota in quotas.items()
        for began in quota.shares
    }
    return [_summed(budget, began, partitions) for budget, began in sorted(every)]


def _summed(budget: str, began: int, partitions: Sequence[Mapping[str, Quota]]) -> Spending:
    free: dict[int, Amount] = {}
    held = used = granted = NONE
    for number, quotas in enumerate(partitions):
        share = quotas[budget].shares.get(began) if budget in quotas else None
        if share is not None:
            free[number] = share.free
            held, used = plus(held, share.held), plus(used, share.used)
            granted = plus(granted, plus(share.free, plus(share.held, share.used)))
    return Spending(budget, began, granted, held, used, free)
