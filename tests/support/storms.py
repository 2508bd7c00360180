"""Whatever a shop could send, into a partition, under a programme that nobody would have written.

Records come late, again, from far in the past and future, for guests and members; programmes are
published in between, time jumps, and the partition is started anew.
"""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

import msgspec
import orjson

from engine import ledger
from engine.dates import DAY, HOUR, iso
from engine.events import NAMED, Command, Control, Handover
from flows.control import ADMIN, DECIDE
from flows.record import Record
from flows.topics import DECISIONS, EVENTS
from tests.support.anything import Anything
from tests.support.memory_store import Run, numbered
from tests.support.records import START, model, programme, tick

BATCH: Final = 60
PEOPLE: Final = ("ann", "bob", "eve", "guest")
GAPS: Final = (*[0.0, 1.0, 60.0, 600.0, HOUR] * 6, *[9 * HOUR, DAY] * 2, 3 * DAY, 20 * DAY)
BEHIND: Final = (*[0.0] * 12, 60.0, 5 * HOUR, 2 * DAY, 10 * DAY, 40 * DAY, -HOUR)
OPENING: Final = {"order_id": "Order Completed", "redemption_id": "Redemption Requested"}
"""Ids, and the event that brings a new one mostly; all others name one of the last few."""
FEW: Final = 4
KINDS: Final = {
    name: kind for name, kind in NAMED.items() if not issubclass(kind, Control | Handover)
}
COMMON: Final = ("Order Completed", "Order Completed", "Order Refunded", "Product Viewed")
BUGS: Final = ("handler_failed", "timer_failed", "bad_programme")
"""Why a record is refused although nothing is wrong with it."""


class Storm:
    """One partition's weather. bugs: what was refused for no fault of the record."""

    def __init__(self, dice: Random, texts: list[str]) -> None:
        self.dice = dice
        self.run = Run()
        self.draw = Anything(dice, slips=0.002)
        self.now = 0.0
        self.told: list[Record] = []
        self.bugs: list[str] = []
        self.said = 0
        self.fold([programme(texts[0]), model("v1", bias=2.0)])
        self.texts = texts[1:]

    def blow(self, records: int) -> None:
        """So many records, in batches; what is dispatched comes back as records of its own."""
        for done in range(0, records, BATCH):
            self.fold([self.record() for _ in range(min(BATCH, records - done))])
            if self.texts and self.dice.random() < 0.2:
                self.fold([programme(self.texts.pop(), self.now)])
            if self.dice.random() < 0.1:
                self.run.restart()
        for customer in self.run.states.values():
            assert ledger.balanced(customer.book.ledger)

    def fold(self, records: list[Record]) -> None:
        """A batch, and everything that it sends back into the log."""
        while records:
            self.run.fold(numbered(records, self.run.store.at.offset))
            records = list(self._sent_back())
            self._remember()
            self.run.store.outbox.clear()

    def record(self) -> Record:
        """The next one."""
        dice = self.dice
        self.now += dice.choice(GAPS)
        if dice.random() < 0.1:
            return tick(self.now)
        if self.told and dice.random() < 0.1:
            return msgspec.structs.replace(dice.choice(self.told), at=START + self.now)
        name = dice.choice(COMMON if dice.random() < 0.4 else tuple(KINDS))
        record = self._said(name)
        self.told = [*self.told[-20:], record]
        return record

    def _said(self, name: str) -> Record:
        dice, kind, at = self.dice, KINDS[name], START + self.now
        who = dice.choice(PEOPLE)
        self.said += 1
        for key, opening in OPENING.items():
            known = list(dict.fromkeys(self.draw.words.get(key, ())))[-FEW:]
            if name == opening and dice.random() < 0.8:
                known = [*known, *[f"{key}{self.said}"] * 8]
            self.draw.words[key] = known or ["none"]
        body: dict[str, Any] = {
            **self.draw.table(kind, but=ENVELOPE),
            "messageId": f"m{self.said}",
            "anonymousId" if who == "guest" else "userId": who,
            "timestamp": iso(at - dice.choice(BEHIND)),
        }
        if dice.random() < 0.1:
            body["context"] = {"timezone": dice.choice(self.draw.words["timezone"])}
        source = ADMIN if issubclass(kind, Command) else ""
        return Record(-1, at, who.encode(), orjson.dumps(body), source)

    def _sent_back(self) -> Iterator[Record]:
        for entry in self.run.said(EVENTS):
            yield Record(-1, START + self.now, entry.key, entry.value, DECIDE)

    def _remember(self) -> None:
        """Ids that the engine has given, so that later records name them."""
        for headers in (headers for _, headers in self.run.dead):
            if headers["reason"] in BUGS:
                self.bugs.append(headers["detail"])
        for entry in self.run.said(DECISIONS):
            told = msgspec.json.decode(entry.value)
            given = [value for key, value in told["properties"].items() if key == "reward_id"]
            for key, value in (("reward_id", given), ("coupon_id", given)):
                self.draw.words[key] = [*self.draw.words.get(key, ("a",)), *value][-6:]
            self.draw.words["message_id"] = [told["id"]]


ENVELOPE: Final = (
    "messageId", "userId", "anonymousId", "timestamp", "originalTimestamp", "sentAt", "receivedAt",
    "context",
)  # fmt: skip
