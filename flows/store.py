"""The store: customers, outbox, timers and checkpoint of a partition change together or not at all.

The promise rests on `commit.lua` and on one rule: whoever gets an error ends, and begins again from
the stored checkpoint. A lost answer is harmless, because the same commit sent again says `already`.
"""

import secrets
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple, cast

import hiredis
import redis
from msgspec import Struct
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.errors import FencedError, LogError, SettingsError, StoreError
from flows import keys
from flows.settings import Settings

SCRIPT: Final = files("flows").joinpath("commit.lua").read_text()
MAX_RECORDS: Final = 500
MAX_BYTES: Final = 1_000_000
"""A commit is at most this large: while the script runs, nobody else is served."""

WORTH_SENDING: Final = 50_000
"""Bytes of commits that are sent at once; fewer wait for the next, or for the end of the fetch."""

Pairs = Sequence[bytes | str]
State = tuple[bytes, bytes, bytes]
"""A customer's `state`, `book` and `inbox`, as `flows.codec` packs them."""


class Checkpoint(Struct, frozen=True):
    """Where a partition stands.

    offset: the next to be read. token: drawn anew by every commit. log_time: in s.
    """

    offset: int
    token: str
    log: str
    log_time: float = 0.0


class Entry(Struct, frozen=True):
    """Something to be published. topic: one of ours; headers: JSON or empty."""

    topic: str
    key: bytes
    value: bytes
    headers: bytes = b""


class Commit(Struct, frozen=True):
    """All effects of a batch.

    customers: id → field, value, … (the script adds `as_of` and `offset`); due: (when, id); gone:
    ids without a timer.

    world: fields to set; dropped: fields of the world to delete. quota: budgets that have moved.
    anew: of these customers nothing is kept but the fields that are written.
    totals: days whose totals have moved.
    """

    partition: int
    old: Checkpoint
    new: Checkpoint
    customers: Mapping[str, Pairs]
    outbox: Sequence[Entry] = ()
    due: Sequence[tuple[float, str]] = ()
    gone: Sequence[str] = ()
    world: Mapping[str, bytes] = {}
    dropped: Sequence[str] = ()
    fetched: float = 0.0
    records: int = 0
    quota: Mapping[str, bytes] = {}
    anew: Sequence[str] = ()
    totals: Mapping[str, bytes] = {}


class Sent(NamedTuple):
    """A commit that has been sent, and when (monotonic s)."""

    commit: Commit
    at: float


class Answer(NamedTuple):
    """What Redis said to a commit: `ok` or `already`. sent, heard: monotonic s."""

    commit: Commit
    text: str
    sent: float
    heard: float


def new_token() -> str:
    """A random token. A counter would go back together with a Redis that is restored."""
    return secrets.token_hex(8)


def connect(settings: Settings, **more: Any) -> redis.Redis:
    """A client that never retries by itself: a repeated command must be our decision.

    Raises SettingsError: nobody answers there, or the password's file cannot be read.
    """
    client: redis.Redis = redis.Redis.from_url(
        settings.redis,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=settings.redis_timeout,
        socket_connect_timeout=settings.redis_timeout,
        **more,
    )
    if settings.redis_password_file:
        client.connection_pool.connection_kwargs["password"] = _password(settings)
    try:
        client.ping()
    except redis.RedisError as error:
        raise SettingsError("PUNCHCARD_REDIS", f"{error}", "is Redis running?") from error
    return client


def _password(settings: Settings) -> str:
    """From a file, because arguments and environments are shown to others."""
    setting, path = "PUNCHCARD_REDIS_PASSWORD_FILE", settings.redis_password_file
    try:
        password = Path(path).read_text().strip()
    except OSError as error:
        raise SettingsError(setting, f"cannot read {path}: {error.strerror}") from error
    if not password:
        raise SettingsError(setting, f"{path} is empty", "write the password into it")
    return password


class Store:
    """The keys of some partitions in Redis. One writer: `decide`."""

    def __init__(self, client: redis.Redis) -> None:
        """Load the commit script."""
        self.client = client
        self.sha = client.script_load(SCRIPT)
        self._line: Any = None  # redis-py has no type for a bare connection
        self._waiting: list[bytes] = []
        self._unanswered: deque[Sent] = deque()

    def checkpoint(self, partition: int) -> Checkpoint | None:
        """Where the partition stands; None where nothing was ever committed."""
        found = cast(dict[bytes, bytes], self.client.hgetall(keys.checkpoint(partition)))
        if not found:
            return None
        return Checkpoint(
            int(found[b"offset"]),
            found[b"token"].decode(),
            found[b"log"].decode(),
            float(found[b"log_time"]),
        )

    def begin(self, partition: int, offset: int, log: str) -> Checkpoint:
        """The checkpoint of a partition that has none.

        Of two who begin at once, one wins for both.
        """
        key = keys.checkpoint(partition)
        first = {"offset": offset, "token": new_token(), "log": log, "log_time": 0.0}
        with self.client.pipeline() as both:
            for field, value in first.items():
                both.hsetnx(key, field, str(value))
            both.execute()
        begun = self.checkpoint(partition)
        if begun is None:
            raise StoreError(key, "was written and is not there")
        return begun

    def states(self, partition: int, customers: Sequence[str]) -> list[State | None]:
        """The stored state of each customer, in one round trip; None: never seen."""
        with self.client.pipeline(transaction=False) as all_of_them:
            for who in customers:
                all_of_them.hmget(keys.customer(partition, who), "state", "book", "inbox")
            found = all_of_them.execute()
        return [None if state is None else (state, *rest) for state, *rest in found]

    def due(self, partition: int, until: float, limit: int) -> list[str]:
        """Whose timers are due, the longest due first."""
        key = keys.timers(partition)
        found = cast(list[bytes], self.client.zrangebyscore(key, "-inf", until, start=0, num=limit))
        return [who.decode() for who in found]

    def first_due(self, partition: int) -> float | None:
        """When the next timer of the partition fires (s)."""
        key = keys.timers(partition)
        found = cast(list[tuple[bytes, float]], self.client.zrange(key, 0, 0, withscores=True))
        return float(found[0][1]) if found else None

    def world(self, partition: int) -> dict[str, bytes]:
        """What is published in the partition."""
        found = cast(dict[bytes, bytes], self.client.hgetall(keys.world(partition)))
        return {field.decode(): value for field, value in found.items()}

    def quotas(self, partition: int) -> dict[str, bytes]:
        """What the partition has of each budget, as `flows.quotas` writes it."""
        found = cast(dict[bytes, bytes], self.client.hgetall(keys.quota(partition)))
        return {field.decode(): value for field, value in found.items()}

    def totals(self, partition: int) -> dict[str, bytes]:
        """What moved on each day, as `flows.totals` packs it."""
        found = cast(dict[bytes, bytes], self.client.hgetall(keys.totals(partition)))
        return {field.decode(): value for field, value in found.items()}

    def commit(self, commits: Iterable[Commit]) -> list[str]:
        """Send every commit as soon as it comes, then take the answers: `ok` or `already` for each.

        Raises as `send` and `answers`.
        """
        for commit in commits:
            self.send(commit)
        return [answer.text for answer in self.answers(wait=True)]

    def send(self, commit: Commit) -> None:
        """Send a commit and wait for nothing; small ones go together, for they share an fsync.

        Raises StoreError: the connection broke; what was sent may have been taken. End.
        """
        names, arguments = _packed(commit)
        command: tuple[Any, ...] = ("EVALSHA", self.sha, str(len(names)), *names, *arguments)
        self._waiting.append(hiredis.pack_command(command))
        self._unanswered.append(Sent(commit, monotonic()))
        if sum(map(len, self._waiting)) >= WORTH_SENDING:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            if self._line is None:
                self._line = self.client.connection_pool.get_connection()
            self._line.send_packed_command(waiting, check_health=False)
        except redis.RedisError as error:
            raise self._broken(error) from error

    def answers(self, *, wait: bool) -> list[Answer]:
        """The answers to what was sent, in order: all, or those that are here already.

        Raises FencedError: somebody else was there. StoreError: refused, or an answer was lost.
        Either way, end.
        """
        if wait and self._waiting:
            self._flush()
        found = []
        while len(self._unanswered) > len(self._waiting) and (
            wait or self._line.can_read(timeout=0)
        ):
            sent = self._unanswered.popleft()
            try:
                text = self._line.read_response().decode()
            except redis.ResponseError as error:
                self._hang_up()
                raise _failure(sent.commit, error) from error
            except redis.RedisError as error:
                raise self._broken(error) from error
            found.append(Answer(sent.commit, text, sent.at, monotonic()))
        return found

    def _broken(self, error: redis.RedisError) -> StoreError:
        self._hang_up()
        return StoreError("commit", f"no answer from Redis: {error}")

    def _hang_up(self) -> None:
        """No later commit may read an answer that was meant for an earlier one."""
        line, self._line = self._line, None
        self._waiting.clear()
        self._unanswered.clear()
        if line is not None:
            line.disconnect()
            self.client.connection_pool.release(line)


def check_log(stored: str, log: str, where: str) -> None:
    """Raises LogError: the topic is another one than the checkpoint speaks of."""
    if stored != log:
        raise LogError(
            where,
            f"the checkpoint was taken on log {stored}, the broker has {log}",
            "it was remade or given more partitions: restore it, or begin with an empty Redis",
        )


def _failure(commit: Commit, answer: Exception) -> StoreError:
    where = keys.checkpoint(commit.partition)
    if str(answer).startswith("FENCED"):
        return FencedError(where, f"is no longer at offset {commit.old.offset} with our token")
    return StoreError(where, f"Redis refused the commit: {answer}")


def _packed(commit: Commit) -> tuple[list[str], list[bytes | str]]:
    """The script's keys and arguments, in its order."""
    p, old, new = commit.partition, commit.old, commit.new
    own = (keys.checkpoint, keys.outbox, keys.timers, keys.world, keys.quota, keys.totals)
    names = [key(p) for key in own]
    arguments: list[bytes | str] = [str(old.offset), old.token, new.log]
    arguments += (str(new.offset), new.token, repr(new.log_time))
    for who, pairs in commit.customers.items():
        names.append(keys.customer(p, who))
        arguments += (str(len(pairs)), "anew" if who in commit.anew else "")
        arguments += pairs
    arguments.append(str(len(commit.outbox)))
    for n, entry in enumerate(commit.outbox):
        arguments += (f"{new.offset}-{n}", *_entry(entry))
    _counted(arguments, [part for when, who in commit.due for part in (repr(when), who)])
    _counted(arguments, commit.gone)
    _counted(arguments, [part for pair in commit.world.items() for part in pair])
    _counted(arguments, commit.dropped)
    _counted(arguments, [part for pair in commit.quota.items() for part in pair])
    _counted(arguments, [part for pair in commit.totals.items() for part in pair])
    return names, arguments


def _entry(entry: Entry) -> list[bytes | str]:
    pairs: list[bytes | str] = ["t", entry.topic, "k", entry.key, "v", entry.value]
    if entry.headers:
        pairs += ("h", entry.headers)
    return [str(len(pairs)), *pairs]


def _counted(arguments: list[bytes | str], pairs: Iterable[bytes | str]) -> None:
    listed = list(pairs)
    arguments.append(str(len(listed)))
    arguments += listed
