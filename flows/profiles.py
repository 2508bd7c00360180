"""What a shop's own pages read: a customer's profile, in one round trip and without the engine.

`from punchcard import Profiles`, then `Profiles(redis, partitions=8).get("c1").points`. Needs redis
and msgspec, nothing else of the engine. What is read here `decide` has written (flows/readable.py),
in the same commit as everything else that the event led to.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final, TypeVar

import msgspec
import redis
from msgspec import Struct, field

from engine.errors import SettingsError
from flows import keys
from flows.partition import partition_of

T = TypeVar("T")
Raw = bytes | str | None
"""A field as Redis gives it: a client may have been told to decode its answers."""


class ChallengeProgress(Struct, frozen=True):
    """A challenge under way. progress, goal: pieces, or minor units of the shop's currency."""

    id: str
    progress: int
    goal: int
    favourite: str = ""
    done: bool = False


class Reward(Struct, frozen=True):
    """A reward that may be used. id: what the till is told; expires: Unix time (s).

    value: per cent, minor units or a product, by its kind. code: what the member shows, if any;
    the till may be told it instead of the id.
    """

    id: str
    reward: str
    expires: float
    kind: str = ""
    value: int | str = 0
    code: str = ""


class Benefits(Struct, frozen=True):
    """What the tier brings. multiplier: of the points earned; perks: in the shop's own words."""

    multiplier: Decimal = Decimal(1)
    early_access: bool = False
    free_shipping: bool = False
    perks: list[str] = []


class Offer(Struct, frozen=True):
    """Something to show. id: the decision's. reward: what it is about. expires: Unix time (s)."""

    id: str
    title: str
    expires: float
    reward: str = ""


class Notice(Struct, frozen=True):
    """A message for our own pages.

    id: the decision's; a tracker names it when the message is seen. at: log time (s).
    """

    id: str
    at: float
    title: str


class Tastes(Struct, frozen=True):
    """The favourites and their shares of all that is liked (0–1), strongest first."""

    categories: dict[str, float] = {}
    brands: dict[str, float] = {}


class Profile(Struct, frozen=True):
    """One customer as the log has told so far.

    points may be spent, pending ones wait for the return window, debt is owed (all ≥ 0). tier: the
    step's id; empty: none. benefits: the tier's, as the programme had them when the member's points
    or tier last moved. scores: probabilities by model, for the shop's own decisions; churn is
    never shown to the customer. survivor: the id that this one is now; ask for that. as_of: log
    time (s) of the last event; 0.0: nobody has heard of this customer (cold). offset: the next of
    the customer's partition then, so that a write can be waited for.
    """

    points: int = 0
    pending: int = 0
    debt: int = 0
    tier: str = ""
    benefits: Benefits = field(default_factory=Benefits)
    challenges: list[ChallengeProgress] = []
    rewards: list[Reward] = []
    inbox: list[Notice] = []
    affinity: Tastes = field(default_factory=Tastes)
    scores: dict[str, float] = {}
    offers: list[Offer] = []
    segments: list[str] = []
    survivor: str = ""
    as_of: float = 0.0
    offset: int = 0

    @property
    def cold(self) -> bool:
        """Whether nothing is known: no event of this customer has been folded yet."""
        return self.as_of == 0.0


FIELDS: Final = Profile.__struct_fields__


class Profiles:
    """Reads profiles. Safe for many threads, as the Redis client is.

    redis: a client, with or without decoded answers. partitions: of the topic `events`.
    Trap: with another number than the topic has, most customers look cold; `check` tells.
    """

    def __init__(self, redis: "redis.Redis", partitions: int = 8) -> None:
        self._redis = redis
        self._partitions = partitions

    def get(self, customer: str) -> Profile:
        """A customer's profile; who is not known has a cold one.

        Raises redis.RedisError: Redis does not answer. A page then does better without a profile.
        """
        return _profile(self._redis.hmget(self._key(customer), FIELDS))

    def get_many(self, customers: Iterable[str]) -> list[Profile]:
        """The profiles in the customers' order, in one round trip. Raises as `get`."""
        with self._redis.pipeline(transaction=False) as reads:
            for customer in customers:
                reads.hmget(self._key(customer), FIELDS)
            return [_profile(values) for values in reads.execute()]

    def check(self) -> None:
        """Compare the number of partitions with the log's; once at the start is enough.

        Raises SettingsError: they differ. redis.RedisError: Redis does not answer.
        """
        log: Raw = self._redis.hget(keys.checkpoint(0), "log")
        stored = _text(log).rpartition("/")[2]
        if stored and int(stored) != self._partitions:
            raise SettingsError(
                "Profiles",
                f"made for {self._partitions} partitions, and the log has {stored}",
                f"Profiles(redis, partitions={stored})",
            )

    def _key(self, customer: str) -> str:
        return keys.customer(partition_of(customer, self._partitions), customer)


def _profile(values: list[Raw]) -> Profile:
    """A field that is not there, in a profile that an older release wrote, has its default."""
    found = dict(zip(FIELDS, values, strict=True))
    if found["as_of"] is None:
        return Profile()
    return Profile(
        points=_whole(found["points"]),
        pending=_whole(found["pending"]),
        debt=_whole(found["debt"]),
        tier=_text(found["tier"]),
        benefits=_json(_benefits, found["benefits"], Benefits()),
        challenges=_json(_challenges, found["challenges"], []),
        rewards=_json(_rewards, found["rewards"], []),
        inbox=_json(_inbox, found["inbox"], []),
        affinity=_json(_affinity, found["affinity"], Tastes()),
        scores=_json(_scores, found["scores"], {}),
        offers=_json(_offers, found["offers"], []),
        segments=_json(_names, found["segments"], []),
        survivor=_text(found["survivor"]),
        as_of=float(found["as_of"]),
        offset=_whole(found["offset"]),
    )


def _whole(value: Raw) -> int:
    return 0 if value is None else int(value)


def _text(value: Raw) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


def _json(decoder: msgspec.json.Decoder[T], value: Raw, absent: T) -> T:
    return absent if value is None else decoder.decode(value)


_benefits: Final = msgspec.json.Decoder(Benefits)
_challenges: Final = msgspec.json.Decoder(list[ChallengeProgress])
_rewards: Final = msgspec.json.Decoder(list[Reward])
_inbox: Final = msgspec.json.Decoder(list[Notice])
_affinity: Final = msgspec.json.Decoder(Tastes)
_scores: Final = msgspec.json.Decoder(dict[str, float])
_offers: Final = msgspec.json.Decoder(list[Offer])
_names: Final = msgspec.json.Decoder(list[str])
