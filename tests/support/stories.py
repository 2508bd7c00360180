"""The little language of stories: `tell(order(total=600), redeem(points=500)).balance`.

A beat is one record of the log, an hour after the one before unless it says otherwise. It goes
through the wire as JSON, so a story tests the decoding too. The mind is plain: no features, no
models, no policies.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from engine import ledger
from engine.budgets import Purse
from engine.challenges import actions
from engine.completions import progress
from engine.dates import DAY, HOUR
from engine.decisions import Decision, Dispatch, Effects
from engine.events import Happening
from engine.experiments import variants
from engine.programme import Ladder, Programme, RewardRule, TierRule
from engine.state import Customer, Enrolment, Grant
from engine.step import newcomer, step, tick
from engine.turn import Turn
from engine.wire import decode
from engine.world import Happened, Part, World

START: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC).timestamp()
"""When stories begin: a Monday, 09:00 UTC."""

PROGRAMME: Final = Programme(
    name="stories",
    currency="EUR",
    zone="Europe/Vienna",
    salt="stories",
    version="v1",
    currencies={"USD": Decimal("0.90"), "JPY": Decimal("0.006")},
    rewards=(
        RewardRule(id="cup", name="A cup of coffee", kind="coupon", valid_days=30),
        RewardRule(id="bonus", name="50 points", kind="points", points=50),
    ),
)
"""One point for every full euro; two rewards that challenges may unlock; no tiers."""

LADDER: Final = Ladder(
    steps=(
        TierRule(id="bronze", name="Bronze", spend=Decimal(0)),
        TierRule(id="silver", name="Silver", spend=Decimal(500), multiplier=Decimal("1.5")),
        TierRule(id="gold", name="Gold", spend=Decimal(1000), multiplier=Decimal(2)),
    )
)

BY_POINTS: Final = replace(
    LADDER,
    by="points",
    steps=tuple(replace(step, spend=Decimal(0), points=int(step.spend)) for step in LADDER.steps),
)


class PlainMind:
    """A mind that has no features and no policies, and remembers nothing."""

    parts: Mapping[str, Part] = {}

    def newcomer(self) -> dict[str, float]:
        return {}

    def welcome(self, customer: Customer[Any], who: str, now: float) -> None:
        pass

    def fold(self, turn: Turn, happened: Happened) -> None:
        pass

    def merge(self, customer: Customer[Any], memory: Any) -> None:
        customer.memory.update(memory)

    def score(self, turn: Turn) -> None:
        pass

    def decide(self, turn: Turn, happened: Happened) -> None:
        pass

    def under(self, programme: Programme) -> "PlainMind":
        return self

    def react(self, turn: Turn) -> None:
        pass

    def favourite(self, customer: Customer[Any], target: str) -> str:
        return "tea" if target == "favourite_category" else ""

    def affinity(self, customer: Customer[Any]) -> Mapping[str, Any]:
        return {}

    def scores(self, customer: Customer[Any]) -> str:
        return "{}"


class Seeing(PlainMind):
    """A mind that notes what it was shown, and which of it could have led to a message."""

    def __init__(self) -> None:
        self.folded: list[Happened] = []
        self.decided: list[Happened] = []

    def fold(self, turn: Turn, happened: Happened) -> None:
        self.folded.append(happened)

    def decide(self, turn: Turn, happened: Happened) -> None:
        self.decided.append(happened)


def founded(programme: Programme, mind: PlainMind | None = None) -> World:
    """A world that begins with this programme."""
    return published(None, programme, 0.0, mind or PlainMind())


def published(before: World | None, programme: Programme, since: float, mind: Any = None) -> World:
    """The world from `since` on."""
    old = {} if before is None else before.versions
    forms = (programme, *variants(programme))
    versions = {**old, **{each.version: each for form in forms for each in form.challenges}}
    return World(
        programme=programme,
        mind=before.mind if before is not None else mind,
        since=since,
        before=before,
        versions=versions,
        actions=actions(versions.values()),
    )


class Beat(Struct, frozen=True, kw_only=True):
    """One record of the log.

    gap: since the beat before (s). behind: how long ago it happened when it comes (s).
    """

    name: str
    properties: dict[str, Any] = {}
    gap: float = HOUR
    behind: float = 0.0
    message: str | None = None
    envelope: dict[str, Any] = {}

    def after(self, *, days: float = 0.0, hours: float = 0.0) -> "Beat":
        """The same, so long after the beat before."""
        return replace(self, gap=days * DAY + hours * HOUR)

    def late(self, *, days: float = 0.0, hours: float = 0.0) -> "Beat":
        """The same, coming so long after it happened."""
        return replace(self, behind=days * DAY + hours * HOUR)

    def under(self, message: str) -> "Beat":
        """The same, under this message id."""
        return replace(self, message=message)

    def where(self, zone: str) -> "Beat":
        """The same, from a device in this zone."""
        return replace(self, envelope={**self.envelope, "context": {"timezone": zone}})

    def record(self, who: str, message: str, at: float, *, guest: bool = False) -> bytes:
        """The record, as a shop would send it."""
        kind = self.name if self.name in ("identify", "alias") else "track"
        body = {"type": kind, "properties": self.properties}
        if kind == "track":
            body["event"] = self.name
        else:
            body["traits"] = self.properties
        stamp = {"timestamp": datetime.fromtimestamp(at - self.behind, UTC).isoformat()}
        whose = {"anonymousId" if guest else "userId": who}
        message = self.message or message
        return msgspec.json.encode(
            {"messageId": message, **whose, **stamp, **body, **self.envelope}
        )


class Wait(Struct, frozen=True):
    """Time passes, and the clock ticks once at its end (s)."""

    seconds: float


class Publish(Struct, frozen=True):
    """From here on another programme holds."""

    programme: Programme


Story = Beat | Wait | Publish | tuple[Beat, ...]


class Told:
    """One customer, and all that was said to them and noted about them."""

    def __init__(self, world: World, who: str = "c1", *, guest: bool = False) -> None:
        self.world = world
        self.who = who
        self.guest = guest
        self.now = START
        self.customer: Customer[Any] = newcomer(world, who, START)
        self.decisions: list[Decision] = []
        self.notes: list[str] = []
        self.moved: dict[str, dict[str, int]] = {}
        self.records = 0
        self.purse: Purse | None = None
        self.dispatches: list[Dispatch] = []

    def hear(self, event: Happening, now: float) -> Effects:
        """One event at a log time."""
        self.now = now
        return self._kept(step(self.world, self.customer, self.who, event, now, self.purse))

    def tick(self, now: float) -> Effects:
        """The clock at a log time."""
        self.now = now
        return self._kept(tick(self.world, self.customer, self.who, now))

    def publish(self, programme: Programme, now: float) -> None:
        """Another programme from a log time on."""
        self.now = now
        self.world = published(self.world, programme, now)

    def beat(self, beat: Beat) -> Effects:
        """One beat, after its gap."""
        self.records += 1
        now = self.now + beat.gap
        record = beat.record(self.who, f"m{self.records}", now, guest=self.guest)
        event = decode(record)
        assert isinstance(event, Happening), event
        return self.hear(event, now)

    def of(self, *names: str) -> list[Decision]:
        """What was said under these names."""
        return [decision for decision in self.decisions if decision.event in names]

    def points_of(self, name: str) -> list[int]:
        """The points of each decision of a name."""
        return [decision.properties["points"] for decision in self.of(name)]

    @property
    def names(self) -> list[str]:
        """What was said, by name."""
        return [decision.event for decision in self.decisions]

    @property
    def reasons(self) -> list[str]:
        """All reasons that were given."""
        return [reason for decision in self.decisions for reason in decision.because]

    @property
    def balance(self) -> int:
        """Points that may be spent."""
        return ledger.available(self.customer.book.ledger)

    @property
    def pending(self) -> int:
        """Points that wait."""
        return ledger.pending(self.customer.book.ledger)

    @property
    def debt(self) -> int:
        """Points owed."""
        return self.customer.book.ledger.debt

    @property
    def points(self) -> tuple[int, int, int, int]:
        """Pending, available, reserved, debt."""
        book = self.customer.book.ledger
        return (ledger.pending(book), ledger.available(book), ledger.reserved(book), book.debt)

    @property
    def totals(self) -> dict[str, int]:
        """What was booked on all days, by kind of entry."""
        kinds = [(kind, n) for page in self.moved.values() for kind, n in page.items()]
        return {kind: sum(n for other, n in kinds if other == kind) for kind, _ in kinds}

    @property
    def tier(self) -> str:
        """The tier's id."""
        return self.world.programme.tiers.steps[self.customer.book.tier.level].id

    @property
    def cycles(self) -> list[Enrolment]:
        """The cycles of challenges, in the order in which they began."""
        return self.customer.book.challenges

    @property
    def progress(self) -> list[int]:
        """What each cycle has."""
        return [progress(cycle) for cycle in self.cycles]

    @property
    def grants(self) -> list[Grant]:
        """The rewards, in the order in which they were first given."""
        return list(self.customer.book.rewards.values())

    @property
    def states(self) -> list[str]:
        """What became of each reward."""
        return [grant.state for grant in self.grants]

    def _kept(self, effects: Effects) -> Effects:
        self.decisions += effects.decisions
        self.notes += effects.notes
        for day, entries in effects.moved.items():
            page = self.moved.setdefault(day, {})
            for kind, points in entries.items():
                page[kind] = page.get(kind, 0) + points
        self.dispatches += effects.dispatches
        return effects


def tell(
    *story: Story,
    programme: Programme = PROGRAMME,
    mind: PlainMind | None = None,
    guest: bool = False,
) -> Told:
    """The story from its start to its last beat. Orders are o1, o2 … unless they say otherwise."""
    told = Told(founded(programme, mind), guest=guest)
    for part in story:
        continue_with(told, part)
    return told


def continue_with(told: Told, *story: Story) -> Told:
    """More of the same story."""
    for part in story:
        if isinstance(part, Wait):
            told.tick(told.now + part.seconds)
        elif isinstance(part, Publish):
            told.publish(part.programme, told.now + HOUR)
        else:
            for beat in part if isinstance(part, tuple) else (part,):
                told.beat(_numbered(told, beat))
    return told


def _numbered(told: Told, beat: Beat) -> Beat:
    if beat.properties.get("order_id", "") is not None:
        return beat
    number = f"o{len(told.customer.book.orders) + 1}"
    return replace(beat, properties={**beat.properties, "order_id": number})


# ── what a shop says ─────────────────────────────────────────────────────────────────────────────


def wait(*, days: float = 0.0, hours: float = 0.0) -> Wait:
    """Time passes."""
    return Wait(days * DAY + hours * HOUR)


def publish(programme: Programme) -> Publish:
    """Another programme holds."""
    return Publish(programme)


def line(
    product: str, price: float | None, quantity: int = 1, category: str | None = None, **more: Any
) -> dict[str, Any]:
    """A line of an order or a refund: the price per piece."""
    named = {"product_id": product, "price": price, "quantity": quantity, "category": category}
    return {**named, **more}


def order(
    ident: str | None = None,
    *lines: dict[str, Any],
    total: float | None = None,
    **properties: Any,
) -> Beat:
    """An order, told by its lines or by its total."""
    told = {"order_id": ident, "products": list(lines), "total": total, **properties}
    return Beat(name="Order Completed", properties=told)


def items(pieces: int, price: float = 10.0, *, ident: str | None = None, **more: Any) -> Beat:
    """An order of so many pieces of one product."""
    return order(ident, line("beans", price, pieces, **more))


def refund(ident: str, *lines: dict[str, Any], key: str | None = None, **properties: Any) -> Beat:
    """Lines of an order come back; no lines: all of it."""
    told = {"order_id": ident, "refund_id": key, "products": list(lines), **properties}
    return Beat(name="Order Refunded", properties=told)


def back(product: str, pieces: int = 1) -> dict[str, Any]:
    """A line that comes back."""
    return line(product, None, pieces)


def cancel(ident: str) -> Beat:
    """An order is off."""
    return Beat(name="Order Cancelled", properties={"order_id": ident})


def request(points: int, ident: str = "r1") -> Beat:
    """Points are to be reserved."""
    told = {"redemption_id": ident, "points": points}
    return Beat(name="Redemption Requested", properties=told)


def commit(ident: str = "r1") -> Beat:
    """Reserved points are to be spent."""
    return Beat(name="Redemption Committed", properties={"redemption_id": ident})


def release(ident: str = "r1") -> Beat:
    """Reserved points are to be given back."""
    return Beat(name="Redemption Released", properties={"redemption_id": ident})


def redeem(points: int, ident: str = "r1") -> tuple[Beat, ...]:
    """Points are reserved and spent within a minute."""
    return request(points, ident), commit(ident).after(hours=1 / 60)


def use(reward: str, ident: str = "till") -> Beat:
    """A reward is used at the till."""
    told = {"redemption_id": ident, "reward_id": reward}
    return Beat(name="Redemption Committed", properties=told)


def set_aside(reward: str, ident: str, name: str = "Redemption Requested") -> Beat:
    """A reward is reserved, or whatever else may be said of one."""
    return Beat(name=name, properties={"redemption_id": ident, "reward_id": reward})


def coupon(reward: str, order_id: str | None = None) -> Beat:
    """A coupon is used in an order."""
    return Beat(name="Coupon Applied", properties={"coupon_id": reward, "order_id": order_id or ""})


def join(challenge: str) -> Beat:
    """A member takes part in a challenge."""
    return Beat(name="Challenge Joined", properties={"challenge_id": challenge})


def saw(name: str, **properties: Any) -> Beat:
    """Anything else that happened."""
    return Beat(name=name, properties=properties)


def view() -> Beat:
    """A look at a product."""
    return saw("Product Viewed", product_id="beans")


def changed(**tables: Any) -> Programme:
    """The stories' programme with other tables."""
    return replace(PROGRAMME, **tables)
