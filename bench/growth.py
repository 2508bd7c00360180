"""Whether an event costs more where there is more of everything: policies, customers, challenges.

One partition in this process, as `decide` runs it and without Kafka and Redis: records are decoded,
folded and packed into commits, and customers are bytes in memory, as `flows/decider.py` keeps them.
What is measured is this process's time on a core, so waiting for a core does not count.

Every setting is measured in turns with all others, in one run: a machine that is slow for a while
is slow for all. Customers have bought and looked before, and begin every turn as they were then.
"""

import argparse
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle, islice
from statistics import median
from typing import Any, Final

import orjson
from msgspec import Struct
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from bench import mix
from bench.harness import OPENING, ROASTERY, SEED, snapshots
from engine.challenges import Count, Spend
from engine.programme import Crossing, Message, PolicyRule, Programme
from engine.step import tick
from engine.world import World
from flows.codec import CODEC
from flows.decider import Partition
from flows.process import calm_the_collector
from flows.record import Batch, Record
from flows.store import Checkpoint, State
from policies import worlds
from policies.check import load

POLICIES: Final = (10, 100, 1_000)
CUSTOMERS: Final = (10_000, 100_000, 1_000_000)
CHALLENGES: Final = (1, 5, 20)
FEW: Final = 10
"""Policies that every setting has, each set off by something that the mix has."""
SEEN: Final = ("Product Viewed", "Product Added", "Order Completed")
CONDITIONS: Final = (
    "one_timer == 1 and 10 <= days_since_order <= 45",
    "carts_since_order >= 1 and 1 <= days_since_cart <= 14",
    "orders >= 3 and last_order_value > mean_order_value * 1.8",
    "known and visits_14d >= 3 and favourite_share >= 0.6",
    "orders >= 3 and points >= 500",
)
"""As the roastery's are; the last one looks into the book."""
TOUCHED: Final = 0.01
"""Of the policies beyond these, the share that a view can touch."""
WATCHING: Final = 0.10
"""And the share that watch a score, over a line that one member in a hundred has reached."""
ELSEWHERE: Final = ("Store Visited", "Product Shared", "Referral Shared", "Promotion Viewed")
"""What sets the rest off: nothing that the mix has."""
WARM: Final = 2_000
"""Customers with a history; all others are copies of them, under ids of their own."""
HISTORY: Final = 8
"""Events of each of them, on average, over four weeks."""
TODAY: Final = OPENING + timedelta(days=28)
BATCH: Final = 500
ROUNDS: Final = 15
HELLO: Final = Message(title="Hello")
MEANING: Final = "µs of a core for an event, decoded, folded and packed; without Kafka and Redis"


class Nobody:
    """A store that holds nothing: whoever is there is in memory."""

    def states(self, partition: int, customers: Sequence[str]) -> list[State | None]:
        """Nobody."""
        return [None] * len(customers)

    def due(self, partition: int, until: float, limit: int) -> list[str]:
        """Nobody: no tick comes here."""
        return []

    def first_due(self, partition: int) -> float | None:
        """Never."""
        return None

    def quotas(self, partition: int) -> dict[str, bytes]:
        """No budgets."""
        return {}

    def totals(self, partition: int) -> dict[str, bytes]:
        """No days."""
        return {}


class Setting(Struct):
    """A partition with so much of something, and the records that are still to come."""

    partition: Partition
    records: Iterator[Record]
    times: list[float] = []

    def turn(self, events: int) -> None:
        """Fold so many events, then put everybody back as they were."""
        batches = [list(islice(self.records, BATCH)) for _ in range(events // BATCH)]
        whose = {(record.key or b"").decode() for batch in batches for record in batch}
        before = {who: self.partition.kept[who] for who in whose}
        began = time.process_time()
        for batch in batches:
            for _ in self.partition.fold(Batch(0, batch)):
                pass
        self.times.append((time.process_time() - began) / events * 1e6)
        self.partition.kept.update(before)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each setting")
    options.add_argument("--events", type=int, default=2_000, help="events of a turn")
    options.add_argument("--customers", type=int, default=CUSTOMERS[-1], help="at most")
    o = options.parse_args(arguments)
    load_before = os.getloadavg()[0]
    figures = measure(o.rounds, o.events, [n for n in CUSTOMERS if n <= o.customers])
    conditions = {"cores": os.cpu_count() or 1, "load_before": round(load_before, 2)}
    if o.json:
        print(orjson.dumps({**figures, **conditions}).decode())
    else:
        Console().print(_table(figures))


def measure(
    rounds: int, events: int, customers: Sequence[int]
) -> Mapping[str, Mapping[str, float]]:
    """µs per event by what grows and how much there is of it, and the ratios of most to least."""
    make = {
        "policies": {n: partial(_setting, with_policies(n)) for n in POLICIES},
        "customers": {n: partial(_setting, with_policies(FEW), n) for n in customers},
        "challenges": {n: partial(_setting, with_challenges(n)) for n in CHALLENGES},
    }
    settings = {what: {n: made() for n, made in each.items()} for what, each in make.items()}
    calm_the_collector()  # as every part of the engine does
    for turn in range(rounds + 1):
        for setting in (setting for each in settings.values() for setting in each.values()):
            setting.turn(events)
            if not turn:
                setting.times.clear()
    figures = {
        what: {str(n): round(median(setting.times), 2) for n, setting in each.items()}
        for what, each in settings.items()
    }
    return {**figures, "ratios": {what: _ratio(each) for what, each in figures.items()}}


def with_policies(n: int) -> Programme:
    """So many policies; see TOUCHED, WATCHING and ELSEWHERE."""
    few = [
        PolicyRule(
            id=f"few_{k}", message=HELLO, on=SEEN[k % len(SEEN)], cool_down_days=30,
            when=CONDITIONS[k % len(CONDITIONS)],
        )
        for k in range(FEW)
    ]  # fmt: skip
    return replace(_shop(), policies=(*few, *map(_another, range(n - FEW))))


def with_challenges(n: int) -> Programme:
    """So many challenges that every order counts for."""
    counts = [
        Count(id=f"c{k}", name="orders", of="orders", goal=50 + k)
        if k % 2
        else Spend(id=f"c{k}", name="euros", goal=Decimal(5_000 + k))
        for k in range(n)
    ]
    return replace(with_policies(FEW), challenges=tuple(counts), rewards=())


def _shop() -> Programme:
    """The roastery's points, tiers, challenges and rewards, and nothing of what else it has."""
    roastery = load(ROASTERY)
    kept = ("currencies", "points", "tiers", "challenges", "rewards")
    parts: dict[str, Any] = {part: getattr(roastery, part) for part in kept}
    return Programme(name="growth", currency="EUR", zone="Europe/Vienna", salt="growth", **parts)


def _another(k: int) -> PolicyRule:
    """A policy beyond the first few."""
    rule = PolicyRule(
        id=f"more_{k}", message=HELLO, when=CONDITIONS[k % len(CONDITIONS)],
        cool_down_days=30,
    )  # fmt: skip
    place = k % 100
    if place < TOUCHED * 100:
        return replace(rule, on="Product Viewed")
    if place < (TOUCHED + WATCHING) * 100:
        return replace(rule, score=Crossing(model="purchase_7d", rises=0.75, falls=0.6))
    return replace(rule, on=ELSEWHERE[k % len(ELSEWHERE)])


def _setting(programme: Programme, customers: int | None = None) -> Setting:
    """The programme in force and everybody in memory."""
    customers = CUSTOMERS[0] if customers is None else customers
    world = worlds.founded(replace(programme, version=f"bench-{customers}"))
    for snapshot in snapshots():
        world = replace(worlds.with_model(world, snapshot, 0.0), before=None)
    partition = _partition(world, customers)
    told = mix.events(seed=SEED + 1, customers=customers, n=10**9, start=TODAY, rate=1_000.0)
    return Setting(partition, _records(told, partition.at.offset), [])


def _partition(world: World, customers: int) -> Partition:
    at = Checkpoint(0, "begun", "log")
    partition = Partition(0, 1, at, world, Nobody(), cache=customers + WARM, patience=1)
    n = WARM * HISTORY
    rate = n / (TODAY - OPENING).total_seconds()
    told = _records(mix.events(seed=SEED, customers=WARM, n=n, start=OPENING, rate=rate), 0)
    while batch := list(islice(told, BATCH)):
        for _ in partition.fold(Batch(0, batch)):
            pass
    lived = [_rested(world, who, state) for who, state in partition.kept.items()]
    partition.kept = {
        f"c{n}": _copied(state) for n, state in zip(range(customers), cycle(lived), strict=False)
    }
    return partition


def _rested(world: World, who: str, state: State) -> State:
    """Somebody whose timers have fired, as ticks would have made them."""
    customer = CODEC.unpack(*state)
    tick(world, customer, who, TODAY.timestamp())
    return CODEC.moving(customer), CODEC.standing(customer), customer.inbox


def _copied(state: State) -> State:
    """The same bytes in another place, as a stranger's would be."""
    moving, book, inbox = (bytes(bytearray(part)) for part in state)
    return moving, book, inbox


def _records(told: Iterable[tuple[bytes, bytes, int]], first: int) -> Iterator[Record]:
    return (Record(first + n, at / 1e3, key, body) for n, (key, body, at) in enumerate(told))


def _ratio(figures: Mapping[str, float]) -> float:
    """Of most to least."""
    least, *_, most = figures.values()
    return round(most / least, 2)


def _table(figures: Mapping[str, Any]) -> Table:
    table = Table(title="growth", caption=MEANING, caption_justify="left")
    for name in ("of", "how many", "µs an event", "times the least"):
        table.add_column(name, justify="left" if name == "of" else "right")
    for what, each in figures.items():
        if what != "ratios":
            for n, took in each.items():
                least = next(iter(each.values()))
                table.add_row(what, f"{int(n):,}", f"{took:.1f}", f"{took / least:.2f}")
    return table


if __name__ == "__main__":
    main()
