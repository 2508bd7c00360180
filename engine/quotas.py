"""How a budget's pool and the partitions share it out, by records of the log.

What may be unlocked is always leased: all that partitions may have together is never more than the
budget. Every figure is a running total of its period and only the largest counts, so errands may
come twice, late and in any order.
"""

from typing import Final

from engine.budgets import (
    NONE,
    Amount,
    Pool,
    Purse,
    Quota,
    Share,
    bounds,
    covers,
    dearest,
    keeper,
    least,
    limit,
    minus,
    most,
    plus,
    portion,
)
from engine.dates import HOUR, NEVER
from engine.events import (
    Errand,
    Lease,
    QuotaGranted,
    QuotaRecalled,
    QuotaReturned,
)
from engine.programme import BudgetRule, Programme

AHEAD: Final = HOUR
"""The first shares of a period are leased so long before it begins (s)."""
IDLE: Final = HOUR
"""A share that nobody has drawn on for so long is given back down to one portion (s)."""


def publish(purse: Purse, programme: Programme, now: float) -> None:
    """A programme begins to hold: half of every new budget is split evenly at once.

    Every partition folds the same text and so takes the same part, without being told. A budget
    that was known before keeps what has been drawn, even if its figures are edited.
    """
    for rule in programme.budgets:
        began, _ = bounds(rule, programme, now)
        pool = _pool(purse, rule.id, began)
        if rule.id not in purse.quotas:
            firsts = _firsts(rule, programme, purse.count)
            quota = purse.quotas[rule.id] = Quota()
            quota.shares[began] = Share(granted=firsts[purse.number], moved=now)
            if keeper(rule.id, purse.count) == purse.number:
                quota.pools[began] = Pool(granted=dict(enumerate(firsts)))
        elif pool is not None and not covers(limit(rule, programme), pool.out):
            _recall(purse, rule.id, began, pool, everything=True)


def tick(purse: Purse, programme: Programme, now: float) -> None:
    """Time passed: what is over lapses, the next period's shares go out, idle ones come back."""
    for rule in programme.budgets:
        began, end = bounds(rule, programme, now)
        quota = purse.quotas[rule.id]
        for kept in (quota.shares, quota.pools):
            for over in [each for each in kept if each < began]:
                del kept[over]
        if keeper(rule.id, purse.count) == purse.number:
            _open(purse, programme, rule, began)
            if end - AHEAD <= now:
                _open(purse, programme, rule, int(end))
        share = quota.shares.get(began)
        if share is not None and share.moved + IDLE <= now:
            spare = minus(share.free, portion(rule, programme, purse.count))
            _return(purse, rule.id, began, share, most(spare, NONE), 0)
            share.moved = now


def receive(purse: Purse, programme: Programme, errand: Errand, now: float) -> None:
    """An errand has come: to the pool, or to this partition as a holder.

    A period that is over, or that nobody should know of yet, is none of its business.
    """
    lease = errand.properties
    rule = next((each for each in programme.budgets if each.id == lease.budget), None)
    if rule is not None:
        began, end = bounds(rule, programme, now)
        if lease.period != began and (end == NEVER or lease.period != int(end)):
            return
    match errand:
        case QuotaGranted():
            _granted(purse, lease, now)
        case QuotaRecalled():
            _recalled(purse, programme, rule, lease)
        case QuotaReturned():
            _returned(purse, programme, rule, lease)
        case _ if rule is not None:
            _requested(purse, programme, rule, lease)


def _granted(purse: Purse, lease: Lease, now: float) -> None:
    """The holder has more. Who got all that was asked for may ask for more at once."""
    share = purse.share(lease.budget, lease.period)
    share.granted, share.moved = most(share.granted, _amount(lease)), now
    if covers(share.granted, share.wanted):
        share.asked = 0.0


def _recalled(purse: Purse, programme: Programme, rule: BudgetRule | None, lease: Lease) -> None:
    """The holder answers always: with half of what is free, or with all that is of no more use."""
    share = purse.share(lease.budget, lease.period)
    free = most(share.free, NONE)
    half = (-(-free[0] // 2), -(-free[1] // 2))
    useful = rule is not None and covers(minus(free, half), dearest(rule, programme))
    keeps = useful and not lease.everything
    _return(purse, lease.budget, lease.period, share, half if keeps else free, lease.round)


def _return(
    purse: Purse, budget: str, began: int, share: Share, spare: Amount, number: int
) -> None:
    """Give back to the pool. number: the recall that is answered; 0: of one's own accord."""
    if spare == NONE and not number:
        return
    share.returned = plus(share.returned, spare)
    lease = Lease(budget, began, purse.number, *share.returned, number)
    purse.send(keeper(budget, purse.count), QuotaReturned, lease)


def _requested(purse: Purse, programme: Programme, rule: BudgetRule, lease: Lease) -> None:
    """The pool gives what it has, and calls back from others what is missing.

    Who cannot be served waits for one round of that; the holder asks again if it must.
    """
    pool = _open(purse, programme, rule, lease.period)
    pool.waiting[lease.holder] = _amount(lease)
    _serve(purse, programme, rule, lease.period, pool)
    if pool.waiting and not pool.recalled:
        _recall(purse, rule.id, lease.period, pool)
    if not pool.recalled:
        pool.waiting.clear()


def _returned(purse: Purse, programme: Programme, rule: BudgetRule | None, lease: Lease) -> None:
    """The pool has some back, and gives it to those who wait."""
    pool = _pool(purse, lease.budget, lease.period)
    if pool is None:
        return
    pool.returned[lease.holder] = most(pool.returned.get(lease.holder, NONE), _amount(lease))
    if lease.round == pool.round and lease.holder in pool.recalled:
        pool.recalled.remove(lease.holder)
    if rule is not None:
        _serve(purse, programme, rule, lease.period, pool)
    if not pool.recalled:
        pool.waiting.clear()


def _serve(purse: Purse, programme: Programme, rule: BudgetRule, began: int, pool: Pool) -> None:
    """Give what there is to those who wait, one after the other."""
    whole = limit(rule, programme)
    for holder, wanted in sorted(pool.waiting.items()):
        has = pool.granted.get(holder, NONE)
        missing = most(minus(wanted, has), NONE)
        given = least(missing, most(minus(whole, pool.out), NONE))
        pool.granted[holder] = plus(has, given)
        if given == missing:
            del pool.waiting[holder]
        if given != NONE or given == missing:
            _grant(purse, rule.id, began, pool, holder)


def _recall(purse: Purse, budget: str, began: int, pool: Pool, *, everything: bool = False) -> None:
    """Begin a round: ask all who have something, and do not wait for more, to give some back."""
    pool.round += 1
    pool.recalled = [
        holder
        for holder, granted in sorted(pool.granted.items())
        if holder not in pool.waiting and granted != pool.returned.get(holder, NONE)
    ]
    for holder in pool.recalled:
        lease = Lease(budget, began, holder, round=pool.round, everything=everything)
        purse.send(holder, QuotaRecalled, lease)


def _open(purse: Purse, programme: Programme, rule: BudgetRule, began: int) -> Pool:
    """The pool of a period; a new one sends every partition its first share."""
    pools = purse.quotas[rule.id].pools
    if began not in pools:
        firsts = _firsts(rule, programme, purse.count)
        pools[began] = Pool(granted=dict(enumerate(firsts)))
        for holder in range(purse.count):
            _grant(purse, rule.id, began, pools[began], holder)
    return pools[began]


def _grant(purse: Purse, budget: str, began: int, pool: Pool, holder: int) -> None:
    purse.send(holder, QuotaGranted, Lease(budget, began, holder, *pool.granted[holder]))


def _pool(purse: Purse, budget: str, began: int) -> Pool | None:
    quota = purse.quotas.get(budget)
    return None if quota is None else quota.pools.get(began)


def _firsts(rule: BudgetRule, programme: Programme, count: int) -> list[Amount]:
    """Half of a period, split evenly; where that is less than one each, one to as many as it is."""
    units, money = limit(rule, programme)
    each = units // (2 * count)
    firsts = [each or int(holder < units) for holder in range(count)]
    return [(first, money // (2 * count)) for first in firsts]


def _amount(lease: Lease) -> Amount:
    return lease.units, lease.money
