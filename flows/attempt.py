"""One go at a commit, without what is known to be poison. Only a success changes the partition."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct, field

from engine import quotas as budget_pools
from engine.decisions import Dispatch, Effects
from engine.errors import PoisonError, ProgrammeError
from engine.events import (
    NAMES,
    Command,
    Control,
    Errand,
    Happening,
    ModelPublished,
    ProgrammePublished,
    SituationPublished,
    Tick,
)
from engine.models import Snapshot
from engine.orders import UnknownCurrencyError
from engine.step import newcomer, step, tick
from engine.wire import Ignored, Refused
from engine.world import World
from flows import quotas, totals
from flows.control import DECIDE, objection
from flows.draft import Draft, Live
from flows.partition import partition_of
from flows.record import AT_MS, SOURCE, Batch, Record
from flows.store import Commit, Entry, State
from flows.topics import DEAD_LETTERS, DECISIONS, EVENTS, OUTCOMES
from policies import worlds

if TYPE_CHECKING:
    from flows.decider import Partition

DEAD_BYTES: Final = 200_000
"""Of a larger record, the dead letter keeps this much (bytes)."""

OURS: Final = (Control, Command)
"""What not everybody may write: `flows.control.objection`."""

Decoded = Happening | Ignored | Refused
Suspects = Mapping[tuple[int, str], Refused]
"""Poison: (offset, customer) → why. A tick has a suspect for each customer whose timer raised."""


class Counts(Struct):
    """What was met: records by name, decisions by name, notes, and refusals by reason."""

    records: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        """Take another's counts in."""
        self.records += other.records
        self.decided += other.decided
        self.notes += other.notes
        self.refused += other.refused


class SuspectError(Exception):
    """A rule raised: on this record, for this customer."""

    def __init__(self, offset: int, who: str, why: Refused) -> None:
        """Raised where it happened, so that the batch is folded again without it."""
        super().__init__(offset, who, why)
        self.key = (offset, who)
        self.why = why


class Attempt:
    """The fold of some records into a commit."""

    def __init__(self, home: "Partition", batch: Batch, poison: Suspects) -> None:
        """Begin where the partition stands. packed: the customers, once the commit is closed."""
        self.home = home
        self.batch = batch
        self.poison = poison
        self.world = home.world
        self.refused = home.refused_in_row
        self.counts = Counts()
        self.draft = Draft.after(home.at)
        self.purse = quotas.opened(home.number, home.count, home.quotas)
        self.live: dict[str, Live] = {}
        self.packed: Mapping[str, State] = {}

    def run(self, events: Sequence[Decoded], first: int) -> Commit:
        """Fold the records from `first` on until the commit is full.

        Raises SuspectError: a rule raised. PoisonError: too many in a row were refused.
        """
        for number in range(first, len(events)):
            self._one(self.batch.records[number], events[number])
            if self.draft.full:
                break
        self.draft.quota = quotas.moved(self.purse, self.home.quotas)
        commit, self.packed = self.draft.closed(self.home.number, self.world, self.batch.fetched)
        return commit

    def _one(self, record: Record, event: Decoded) -> None:
        draft = self.draft
        draft.log_time = max(draft.log_time, record.at)
        draft.offset = record.offset + 1
        draft.records += 1
        if isinstance(event, Refused):
            self._refuse(record, event)
        elif isinstance(event, Ignored):
            self.counts.records["ignored"] += 1
        else:
            self.counts.records[NAMES[type(event)]] += 1
            if isinstance(event, OURS):
                refusal = objection(record.source, event)
                if refusal is not None:
                    self._refuse(record, refusal)
                    return
            if isinstance(event, Control):
                self._control(record, event, draft.log_time)
            else:
                self._event(record, event, draft.log_time)
            if self.purse.sendings:
                self._run_errands()

    def _event(self, record: Record, event: Happening, now: float) -> None:
        who = event.customer
        if self.poison and (suspect := self.poison.get((record.offset, who))) is not None:
            self._refuse(record, suspect)
            return
        self.refused = 0
        live = self.live.get(who) or self._awake(who) or self._first_seen(who, now)
        if live is None:
            self._forward(who, record)
            return
        try:
            effects = step(self.world, live.customer, who, event, now, self.purse)
        except UnknownCurrencyError as error:
            why = Refused("unknown_currency", str(error))
            raise SuspectError(record.offset, who, why) from error
        except Exception as error:  # whatever a rule raises, its neighbours must not suffer
            why = Refused("handler_failed", repr(error))
            raise SuspectError(record.offset, who, why) from error
        self._emit(who, effects)
        self.draft.touch(who, live)

    def _awake(self, who: str) -> Live | None:
        """A customer in memory, brought to life; None: never seen."""
        state = self.home.kept.get(who)
        if state is None:
            return None
        live = self.live[who] = Live.stored(state)
        return live

    def _first_seen(self, who: str, now: float) -> Live | None:
        """A newcomer; None: of another partition."""
        if partition_of(who, self.home.count) != self.home.number:
            return None
        live = self.live[who] = Live(newcomer(self.world, who, now))
        return live

    def _control(self, record: Record, event: Control, now: float) -> None:
        refusal = None
        if isinstance(event, Tick):
            self._tick(record, now)
            budget_pools.tick(self.purse, self.world.programme, now)
        elif isinstance(event, ProgrammePublished):
            refusal = self._publish_programme(event.text, now)
        elif isinstance(event, ModelPublished):
            refusal = self._publish_model(bytes(event.snapshot), now)
        elif isinstance(event, SituationPublished):
            self._govern(worlds.with_situation(self.world, event.properties, now), {})
        elif isinstance(event, Errand):
            budget_pools.receive(self.purse, self.world.programme, event, now)
        if refusal is not None:
            self._refuse(record, refusal)

    def _tick(self, record: Record, now: float) -> None:
        for who in self.home.due:
            live = self.live.get(who) or self._awake(who)
            if live is None or live.customer.due > now:
                continue
            if (suspect := self.poison.get((record.offset, who))) is not None:
                self._refuse(record, suspect)
                continue
            try:
                effects = tick(self.world, live.customer, who, now)
            except Exception as error:  # one customer's timer must not stop the others'
                why = Refused("timer_failed", repr(error))
                raise SuspectError(record.offset, who, why) from error
            self.draft.touch(who, live)
            self._emit(who, effects)

    def _publish_programme(self, text: str, now: float) -> Refused | None:
        try:
            world = worlds.with_programme(self.world, text, now)
        except ProgrammeError as error:
            return Refused("bad_programme", str(error))
        budget_pools.publish(self.purse, world.programme, now)
        self._govern(world, {f"programme:{world.programme.version}": text.encode()})
        return None

    def _publish_model(self, raw: bytes, now: float) -> Refused | None:
        try:
            snapshot = msgspec.json.decode(raw, type=Snapshot)
        except msgspec.ValidationError as error:
            return Refused("wrong_type", str(error))
        world = worlds.with_model(self.world, snapshot, now)
        self._govern(world, {f"model:{snapshot.version}": raw})
        return None

    def _govern(self, world: World, published: Mapping[str, bytes]) -> None:
        """A new world; the oldest go when no timer is left that could still meet them."""
        if worlds.era(world) == worlds.era(self.world):
            return
        before = _model_versions(self.world)
        self.world = worlds.forget_before(world, self._earliest())
        gone = before - _model_versions(self.world)
        chain = msgspec.msgpack.encode(worlds.eras(self.world))
        self.draft.world = {**self.draft.world, **published, "eras": chain}
        dropped = {*self.draft.dropped, *(f"model:{version}" for version in gone)}
        self.draft.dropped = sorted(dropped - published.keys())  # a version may come back

    def _earliest(self) -> float:
        """The earliest timer now: the partition does not know those of this commit yet."""
        return min([self.home.first_due(), *(live.customer.due for live in self.live.values())])

    def _emit(self, who: str, effects: Effects) -> None:
        """Decisions and outcomes go into the outbox; moved points into the totals."""
        if effects.moved:
            totals.turned(self.draft.pages, self.home.totals, effects.moved)
        key = who.encode()
        for decision in effects.decisions:
            self.draft.put(Entry(DECISIONS, key, _json.encode(decision)))
            self.counts.decided[decision.event] += 1
        for outcome in effects.outcomes:
            self.draft.put(Entry(OUTCOMES, key, _json.encode(outcome)))
            self.counts.decided["outcome"] += 1
        for dispatch in effects.dispatches:
            self._dispatch(dispatch)
        for note in effects.notes:
            self.counts.notes[note] += 1

    def _dispatch(self, dispatch: Dispatch) -> None:
        """Into the log, to another customer, as of now."""
        body = {
            "messageId": dispatch.id,
            "userId": dispatch.to,
            "event": dispatch.event,
            "properties": dispatch.properties,
        }
        headers = {SOURCE: DECIDE, AT_MS: str(round(self.draft.log_time * 1000))}
        told = _json.encode(body if dispatch.whole is None else dispatch.whole)
        entry = Entry(EVENTS, dispatch.to.encode(), told, _json.encode(headers))
        self.draft.put(entry)

    def _run_errands(self) -> None:
        """What budgets have to tell other partitions goes the same way."""
        at_ms = round(self.draft.log_time * 1000)
        for sending in self.purse.sendings:
            self.draft.put(quotas.entry(sending, self.purse.count, at_ms))
        self.purse.sendings.clear()

    def _forward(self, who: str, record: Record) -> None:
        """A producer with another partitioner: once more into the log, where it belongs."""
        self.counts.notes["stray"] += 1
        headers = _json.encode({AT_MS: str(round(record.at * 1000))})
        self.draft.put(Entry(EVENTS, who.encode(), record.value, headers))

    def _refuse(self, record: Record, why: Refused) -> None:
        """Into the dead letters with its reason, in the same commit as its neighbours' effects."""
        self.refused += 1
        if self.refused > self.home.patience:
            raise PoisonError(
                f"{EVENTS}[{self.home.number}]@{record.offset}",
                f"{self.refused} in a row were refused, the last: {why.reason} ({why.detail})",
                "mend the producer or the release, or raise PUNCHCARD_REFUSED_IN_ROW",
            )
        self.counts.refused[why.reason] += 1
        headers = {
            "reason": why.reason,
            "detail": why.detail[:500],
            "from": EVENTS,
            "partition": str(self.home.number),
            "offset": str(record.offset),
        }
        if len(record.value) > DEAD_BYTES:
            headers["truncated"] = str(len(record.value))
        value = record.value[:DEAD_BYTES]
        self.draft.put(Entry(DEAD_LETTERS, record.key or b"", value, _json.encode(headers)))


def _model_versions(world: World) -> set[str]:
    return {version for _, era in worlds.eras(world) for version in era.models.values()}


_json: Final = msgspec.json.Encoder()
