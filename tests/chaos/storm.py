"""A stack under load while faults fall on it, and the reckoning afterwards."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Final, NamedTuple, cast

import orjson

from bench.harness import snapshots
from bench.town import Town
from engine.dates import DAY
from flows import control, keys
from flows.child import Child
from flows.local import Kafka, Local
from flows.recount import recount
from flows.source import Log
from flows.topics import DECISIONS, EVENTS
from tests.chaos.faults import FAULTS, _signal
from tests.chaos.verifier import PROGRAMME, Verdict, verify

PARTITIONS: Final = 4
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
ROLES: Final = {
    "decide-0": ("decide", "--partitions", "0-1"),
    "decide-1": ("decide", "--partitions", "2-3"),
    "publish-0": ("publish",),
    "publish-1": ("publish",),
    "learn": ("learn",),
}
FIELDS: Final = ("points", "pending", "debt")
SMALL: Final = {"batch": "60", "lease_seconds": "0.2", "redis_timeout": "2"}
"""Small commits, so that there are many moments at which something can happen."""
PACE: Final = 0.02
"""The longest pause between two faults (s)."""
STRIDE: Final = 0.4 * DAY
"""So much of the town's time is told with every fault (s)."""
PATIENCE: Final = 240.0
"""The longest that all may take to become quiet afterwards (s)."""


class Outcome(NamedTuple):
    """What came of it. restarts: of parts that ended by themselves or were killed."""

    faults: Counter[str]
    events: int
    restarts: int
    wrong: list[str]
    lost: int
    invented: int
    changed: int
    members: int

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, invented, changed or wrong."""
        return not (self.wrong or self.lost or self.invented or self.changed)


class Storm:
    """A stack, its parts, and a generator that never stops telling. seed: of all chances."""

    def __init__(self, local: Local, seed: int, *, broken: dict[str, str] | None = None) -> None:
        self.local = local
        self.dice = Random(seed)
        self.roles = ROLES
        self.broken = broken or {}
        self.told = self.restarts = self._count = 0
        self.faults: Counter[str] = Counter()
        self.parts = {role: self.extra(role) for role in ROLES}
        self._sender = local.sender()
        self._events = self._life(seed)
        self._at = START.timestamp()

    def extra(self, role: str) -> Child:
        """One more process of a role."""
        self._count += 1
        words, more = self.roles[role], {**SMALL, **self.broken}
        return self.local.start(*words, log=f"{role}-{self._count}", **more)

    def restart_redis(self, *, cut: int) -> None:
        """Kill Redis, cut so many bytes off its file, and start it again."""
        server = self.local.redis
        server.kill()
        path = server.append_only_file()
        with path.open("r+b") as file:
            file.truncate(max(0, path.stat().st_size - cut))
        server.start()

    def blow(self, seconds: float, say: Callable[[str], None]) -> None:
        """Tell events and let faults fall, for so long."""
        ends, named = time.monotonic() + seconds, list(FAULTS)
        while time.monotonic() < ends:
            self._tell(STRIDE)
            (fault,) = self.dice.choices(named, list(FAULTS.values()))
            fault(self)
            self.faults[fault.__name__] += 1
            self._mend()
            say(f"{self.faults.total()} faults, {self.told:,} events, {self.restarts} restarts")
            time.sleep(self.dice.uniform(0.0, PACE))

    def calm(self) -> None:
        """Let everything be folded, fired and published. Raises SystemExit: that never comes."""
        deadline, quiet = time.monotonic() + PATIENCE, 0
        while quiet < 3:
            if time.monotonic() > deadline:
                raise SystemExit(f"not quiet within {PATIENCE:.0f} s: {self._last_words()}")
            self._mend()
            time.sleep(0.2)
            store = self.local.store
            at = [store.checkpoint(p) for p in range(PARTITIONS)]
            folded = [each.offset if each is not None else 0 for each in at]
            waits = sum(store.client.xlen(keys.outbox(p)) for p in range(PARTITIONS))
            if folded != list(self.local.ends().values()) or waits:
                quiet = 0
                continue
            due = [p for p, each in enumerate(at) if each and store.due(p, each.log_time, 1)]
            for p in due:
                control.tick(self._sender, p, round(cast(float, at[p].log_time) * 1000))  # type: ignore[union-attr]
            self._sender.settle()
            quiet = 0 if due else quiet + 1

    def reckon(self) -> Outcome:
        """Stop all parts, and hold what is there against the log."""
        for child in self.parts.values():
            child.kill()
        report = recount(self.local.settings)
        verdict = self._verdict()
        wrong = [*verdict.wrong, *(line for line in report.lines if "differ" in line)]
        if report.differences and not wrong:
            wrong = list(report.lines) or [f"{report.differences} differences"]
        return Outcome(
            faults=self.faults,
            events=sum(self.local.ends().values()),
            restarts=self.restarts,
            wrong=wrong,
            lost=len(report.decisions - verdict.decisions),
            invented=len(verdict.decisions - report.decisions),
            changed=len(verdict.changed),
            members=verdict.members,
        )

    def _verdict(self) -> Verdict:
        client, profiles = self.local.redis.client(), {}
        for partition in range(PARTITIONS):
            lead = keys.customer(partition, "")
            for key in client.scan_iter(match=f"{lead}*".replace("{", "\\{"), count=1000):
                found = cast(list[bytes | None], client.hmget(key, FIELDS))
                told = zip(FIELDS, found, strict=True)
                named = {name: value.decode() for name, value in told if value is not None}
                profiles[key.decode().removeprefix(lead)] = named
        events = [(key, value) for key, value in self._topic(EVENTS) if key]
        return verify(events, [value for _, value in self._topic(DECISIONS)], profiles)

    def _topic(self, name: str) -> Iterator[tuple[str, bytes]]:
        log = Log(self.local.settings, name, dict.fromkeys(range(PARTITIONS), 0))
        whole = sum(log.end(partition) for partition in range(PARTITIONS))
        found = 0
        while found < whole:
            for batch in log.take(0.05):
                found += len(batch.records)
                yield from ((_text(each.key), each.value) for each in batch.records)
        log.close()

    def _life(self, seed: int) -> Iterator[tuple[float, str, bytes, str]]:
        """(moment, customer, record, source): a town, with redemptions, joins and erasures."""
        dice = Random(seed)
        town = Town(seed=seed, customers=200, start=START, days=400, broken=0.003)
        for n, event in enumerate(town.events()):
            yield event.at, event.customer, event.body, ""
            lot = dice.random()
            if lot < 0.03:
                about = {"redemption_id": f"x{n}", "points": dice.randint(1, 40)}
                for step in ("Requested", dice.choice(("Committed", "Released"))):
                    body = _told(f"Redemption {step}", event.customer, f"{step}{n}", about)
                    yield event.at, event.customer, body, ""
            elif lot < 0.0305:
                about = {"into": f"c{dice.randrange(150)}", "actor": "chaos", "reason": "chaos"}
                yield (
                    event.at,
                    event.customer,
                    _told("Merge Requested", event.customer, f"merge{n}", about),
                    control.ADMIN,
                )
            elif lot < 0.0307:
                about = {"actor": "chaos", "reason": "chaos"}
                yield (
                    event.at,
                    event.customer,
                    _told("Customer Erased", event.customer, f"erase{n}", about),
                    control.ADMIN,
                )

    def _tell(self, seconds: float) -> None:
        """The town's next seconds, with a tick at their end."""
        self._at += seconds
        for at, who, body, source in self._events:
            headers = {"source": source} if source else None
            self._sender.send(EVENTS, who.encode(), body, headers=headers, at_ms=round(at * 1000))
            self.told += 1
            if at >= self._at:
                break
        for partition in range(PARTITIONS):
            control.tick(self._sender, partition, round(self._at * 1000))
            if self.dice.random() < 0.02:
                control.model_published(
                    self._sender, partition, snapshots()[0], round(self._at * 1000)
                )
        self._sender.poll()

    def _mend(self) -> None:
        """Start again whatever has ended, as a supervisor would."""
        for role, child in self.parts.items():
            if child.status is not None:
                self.restarts += 1
                self.parts[role] = self.extra(role)

    def _last_words(self) -> list[str]:
        return [child.last_words() for child in self.parts.values()]


def run(
    seconds: float, seed: int, kafka: Kafka, say: Callable[[str], None], **broken: str
) -> Outcome:
    """A storm from its beginning to its reckoning."""
    with Local(kafka=kafka, partitions=str(PARTITIONS)) as local:
        local.publish_programme(PROGRAMME, START.timestamp())
        storm = Storm(local, seed, broken=broken)
        try:
            storm.blow(seconds, say)
            say("calm: folding, firing and publishing what is left")
            storm.calm()
            return storm.reckon()
        finally:
            for child in storm.parts.values():
                _signal(child.pid, 18)
                child.kill()


def _told(event: str, who: str, ident: str, properties: dict[str, object]) -> bytes:
    return orjson.dumps(
        {"messageId": f"{ident}-{who}", "type": "track", "event": event, "userId": who,
         "properties": properties}
    )  # fmt: skip


def _text(key: bytes | None) -> str:
    return (key or b"").decode(errors="replace")
