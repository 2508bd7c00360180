"""The whole town, told in the order of the log."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any

from bench.town.chance import DAY, chance
from bench.town.defects import logged
from bench.town.lives import Truth, live
from bench.town.people import draw_person
from bench.town.reactions import respond
from bench.town.visits import Session
from bench.town.wire import Pen, TimedEvent


class Town:
    """Some thousand people and their shop over some weeks: a function of the seed and nothing else.

    customers: how many people (≥ 1), named c0, c1 and so on. start: with its zone. days: how long
    it lasts (≥ 1); what would arrive later is not told. broken: share of events that come with an
    unreadable companion (0–1). Nobody is drawn before being asked for.
    """

    def __init__(
        self, *, seed: int, customers: int, start: datetime, days: int, broken: float = 0.0005
    ) -> None:
        self._seed = seed
        self._broken = broken
        self._start = start.timestamp()
        self._end = self._start + days * DAY
        self.customers = tuple(f"c{number}" for number in range(customers))
        self._residents = frozenset(self.customers)

    def truth(self, customer: str) -> Truth:
        """What really holds for somebody: taste, habits, every visit, and when they lapsed."""
        person = draw_person(self._seed, customer, start=self._start, end=self._end)
        return live(self._seed, person, start=self._start, end=self._end)

    def events(self) -> Iterator[TimedEvent]:
        """Everything that reaches the log, in that order.

        Keeps everybody in memory: about 4 KB each for three months.
        """
        waiting: list[tuple[float, int, TimedEvent]] = []
        number = count()
        for at, records in self._visits():
            while waiting and waiting[0][0] < at:
                yield heappop(waiting)[2]
            for record in records:
                if record.at < self._end:
                    heappush(waiting, (record.at, next(number), record))
        while waiting:
            yield heappop(waiting)[2]

    def react(self, decision: Mapping[str, Any]) -> list[TimedEvent]:
        """What a person does about a message, in order: opening, click, sometimes an order.

        decision: as the topic has it, with `at` in unix s and the channel among its properties;
        all but messages leave people cold. A function of the seed and the decision: asked twice, it
        answers the same bytes. The answers lie minutes to days after `at`.
        """
        if decision["event"] != "Message Decided" or decision["customer"] not in self._residents:
            return []
        truth = self.truth(decision["customer"])
        dice = chance(self._seed, "reaction", decision["customer"], decision["id"])
        pen = Pen(truth.person.customer, truth.person.zone, dice)
        channel = decision["properties"]["channel"]
        reaction = respond(truth, decision["id"], channel, at=decision["at"], dice=dice)
        return [pen.write(told, told[0]) for told in reaction if told[0] < self._end]

    def _visits(self) -> Iterator[tuple[float, list[TimedEvent]]]:
        """Every visit of everybody, in order: the moment it begins, the records it leads to."""
        lives = [self.truth(customer) for customer in self.customers]
        diary = sorted(
            (visit.at, n, nth)
            for n, truth in enumerate(lives)
            for nth, visit in enumerate(truth.visits)
        )
        for at, n, nth in diary:
            yield at, self._visit(lives[n], nth)

    def _visit(self, truth: Truth, nth: int) -> list[TimedEvent]:
        """The records that somebody's n-th visit leads to, out of order; none before it begins."""
        person, visit = truth.person, truth.visits[nth]
        dice = chance(self._seed, "visit", person.customer, nth)
        session = Session(person, visit.at, str(nth), dice)
        if nth == 0:
            session.enrol()
        if visit.buys:
            session.buy()
        else:
            session.browse()
        pen = Pen(person.customer, person.zone, dice)
        records: list[TimedEvent] = []
        for told in session.told:
            records += logged(pen, told, dice, broken=self._broken)
        return records
