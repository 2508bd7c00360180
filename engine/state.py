"""All that is kept about one customer: what every event moves, and the book of what only some do.

Stored as two msgpack arrays: fields are known by their place. A new field goes to the end with a
default, so that old bytes load for ever (`tests/golden`); a field that goes out of use keeps its
place. Times are Unix seconds.
"""

from typing import Final, Generic, TypeVar

import msgspec
from msgspec import Struct, field

from engine.dates import NEVER

SCHEMA: Final = 1
"""The shape of these bytes. Newer code reads older numbers; older code refuses newer ones."""

NOTICES: Final = 5
"""On-site messages that a member has at one time; the newest stay. So do these:"""
OFFERS: Final = 5
TAGS: Final = 32
WISHES: Final = 20
WAITS: Final = 32
"""Alarms of one member that wait at one time; further ones are noted and left out."""

M = TypeVar("M")


class Seen(Struct, array_like=True):
    """Message ids of the last 7 to 14 days, by a checksum, in two generations.

    Four bytes each. One that collides drops an event falsely: with 100 ids, one in 40 million.
    Whatever moves points has eight bytes instead, and is known by its business key besides.
    """

    turned: float = 0.0
    young: bytes = b""
    old: bytes = b""


Burnt = tuple[str, int, float]
"""Points that were spent: (the lot's source, points, when that lot was to expire)."""


class OrderLine(Struct, array_like=True):
    """A line as it was paid for.

    net: minor units for all pieces. returned: pieces that came back. product: None where the order
    was told without lines; then the pieces are the order's own minor units. extra: what multipliers
    of this line add to the order's `earn`.
    """

    product: str | None
    quantity: int
    net: int
    returned: int = 0
    extra: int = 0

    @property
    def pieces(self) -> int:
        """How many are left; one for an order told without lines, as long as anything is left."""
        left = self.quantity - self.returned
        return left if self.product is not None else min(1, left)

    @property
    def kept(self) -> int:
        """What is left of `net` (minor units), rounded down; it hangs on the pieces alone."""
        return self.net * (self.quantity - self.returned) // self.quantity


class Order(Struct, array_like=True):
    """An order as it was recorded.

    at: event time. day: day number (log time) on which it came. earn/per: points for minor units,
    multipliers included. awarded, reversed: points so far. refunds: checksums of those applied.
    lifted, lifted_from: the tier that this order raised the member to, and the one before; 0: none.
    bonuses: (minor units that must be kept for it, points). spent: points that it was paid with;
    burned: those of them that have not come back.
    """

    at: float
    day: int
    lines: list[OrderLine]
    earn: int
    per: int
    awarded: int = 0
    reversed: int = 0
    refunds: list[int] = field(default_factory=list)
    lifted: int = 0
    lifted_from: int = 0
    bonuses: list[tuple[int, int]] = field(default_factory=list)
    spent: int = 0
    burned: "list[Burnt]" = field(default_factory=list)

    @property
    def kept(self) -> int:
        """Minor units that were paid and not returned."""
        return sum(line.kept for line in self.lines)

    @property
    def empty(self) -> bool:
        """Whether all of it has come back."""
        return all(line.returned == line.quantity for line in self.lines)

    @property
    def deserved(self) -> int:
        """Points for what is left, as recorded; it hangs on the pieces alone (DOMAIN: refunds)."""
        if self.empty:
            return 0
        exact = sum([line.kept * (self.earn + line.extra) for line in self.lines])
        bonuses = [points for least, points in self.bonuses if self.kept >= least]
        return exact // self.per + sum(bonuses)


class Parked(Struct, array_like=True):
    """A refund that came before its order. until: log time up to which it waits.

    lines: (product, pieces, minor units); none: the whole order.
    """

    order: str
    key: str
    lines: list[tuple[str, int, int]]
    until: float


class Lot(Struct, array_like=True):
    """Points earned at one time from one source (an order, a reward), and where they stand.

    earned: event time. matures: when pending becomes available. expires: when what is available
    lapses.
    """

    source: str
    earned: float
    matures: float
    expires: float
    pending: int = 0
    available: int = 0
    reserved: int = 0


class Hold(Struct, array_like=True):
    """Points set aside for one redemption until its lease ends. taken: (source, points)."""

    redemption: str
    until: float
    taken: list[tuple[str, int]]


class Ledger(Struct, array_like=True):
    """Lots, holds and debt; the totals make the balance provable (`engine.ledger.balanced`).

    settled: the newest redemptions that are over, and whether the points were spent. spent: what
    the newest of these took, until an order says that it was paid with it. notice: when the next
    notice of an expiry is due.
    """

    lots: list[Lot] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    debt: int = 0
    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    reversed: int = 0
    settled: dict[str, bool] = field(default_factory=dict)
    restored: int = 0
    spent: dict[str, list[Burnt]] = field(default_factory=dict)
    notice: float = NEVER


class Tier(Struct, array_like=True):
    """Where a member stands.

    level: place in the programme's list. until: end of validity. grace: end of grace, 0: none.
    look: when it is looked whether to warn of that end, 0: that has been, or is not to be.
    """

    level: int = 0
    until: float = NEVER
    grace: float = 0.0
    look: float = 0.0


Part = tuple[float, list[int], int]
"""What an order or an action brings: (event time, the order's lines that count, amount)."""


class Enrolment(Struct, array_like=True):
    """One member in one cycle of one version of a challenge.

    cycle: its number, or the day number on which its calendar period begins. parts: what was
    brought, by order (or message) id. done: event time of the crossing, 0: not yet. total: how far
    it is; a cycle that was closed without being done has forgotten its parts. goal: chosen for this
    member; 0: the version's own. favourite: the category or brand that it is about, if any is.
    member: the id under which it began; empty: this one.
    Both out of use: missed, and a total of None, from when progress was always a sum of parts.
    """

    challenge: str
    version: str
    cycle: int
    started: float
    ends: float
    parts: dict[str, Part] = field(default_factory=dict)
    done: float = 0.0
    closed: bool = False
    missed: int = 0
    total: int | None = None
    goal: int = 0
    favourite: str = ""
    member: str = ""


class Grant(Struct, array_like=True):
    """A reward that a member has.

    state: unlocked, reserved, redeemed, revoked or expired. points: what was credited.
    redemption: what used it. bound: the cycle that earned it is still known, and may roll back.
    drawn: what it holds of budgets (`engine.budgets.Drawn`). kind, value, code: its terms as they
    were when it was unlocked. leased: until when it is reserved (log time).
    """

    reward: str
    state: str
    unlocked: float
    expires: float
    points: int = 0
    redemption: str = ""
    bound: bool = True
    drawn: list[tuple[str, int, int, int]] = field(default_factory=list)
    kind: str = ""
    value: int | str = 0
    code: str = ""
    leased: float = 0.0


class Question(Struct, array_like=True):
    """Asked of every model at one moment; answered when each one's horizon has passed.

    inputs: float16, little endian, as they were. open: (score in millionths, version) by model
    still to be answered. schema: which inputs they are.
    """

    asked: float
    inputs: bytes
    open: dict[str, tuple[int, str]]
    schema: str = ""


class Watch(Struct, array_like=True):
    """A score that is over its line, or about to cross it; any other is not kept.

    above: it is over the line. seen: evaluations that confirmed the crossing; again: when the next
    one is due.
    """

    above: bool = False
    seen: int = 0
    again: float = NEVER


class Deferred(Struct, array_like=True):
    """A message that waits for the morning.

    since: when it was first due. until: when the gates are asked again.
    """

    policy: str
    cause: str
    since: float
    until: float


class Offered(Struct, array_like=True):
    """An offer that our own pages show.

    id: the decision's. policy: what made it. reward: what it is about; empty: none.
    """

    id: str
    policy: str
    title: str
    expires: float
    reward: str = ""


class Journey(Struct, array_like=True):
    """What policies keep of a member.

    tags: the words on them, the oldest first. segments: since when (whole s) in each; none: nobody
    has looked yet. waits: when (whole s) a policy that waits since an event is asked. rang: when
    the schedules were last looked at; 0: never. clock: when the next of them is due.
    """

    tags: list[str] = field(default_factory=list)
    segments: dict[str, int] | None = None
    waits: dict[str, int] = field(default_factory=dict)
    rang: float = 0.0
    clock: float = NEVER


class Trial(Struct, array_like=True):
    """One experiment as a member could see it.

    at: log time of exposure. spent: net minor units of the window after it; none: not over yet.
    excluded: not in the analysis, for the person was on two sides.
    """

    experiment: str
    arm: str
    at: float
    spent: int | None = None
    excluded: bool = False


class Friend(Struct, array_like=True):
    """Somebody whom a member has brought. order: their first; at: when it was claimed (s)."""

    who: str
    order: str
    at: float
    qualified: bool = False


class Claim(Struct, array_like=True):
    """A first order to which somebody's link has led.

    at: event time. state: asked, accepted, qualified or over. due: when it cannot be sent back any
    more. flags: what friend and referrer share besides.
    """

    order: str
    at: float
    state: str
    due: float = NEVER
    referrer: str = ""
    flags: list[str] = field(default_factory=list)


class Referring(Struct, array_like=True):
    """A member as referrer and as friend.

    code: leads to them, once they have shared it. prints: hashes of what is known of the person, as
    kind:hash; told: those of which an index knows. friends: of the last year. touch: the code of
    the link that was followed last, and when (event time). claim: the first order it led to.
    """

    code: str = ""
    prints: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    friends: list[Friend] = field(default_factory=list)
    touch: str = ""
    touched: float = 0.0
    claim: Claim | None = None


class Book(Struct, array_like=True):
    """What orders, decisions and timers move: most events do not touch it.

    holdout: stored at first sight. begun: cycles begun so far, by challenge. early: what may count
    once a challenge is joined: (challenge, id, part). birthday: month × 100 + day; 0: unknown.
    wishes: products on the wish list, the oldest first. owner: of an index, whom it leads to.
    mails: hashes of the member's e-mails. guests: of an e-mail's index, (id, until when).
    """

    enrolled: float = 0.0
    ledger: Ledger = field(default_factory=Ledger)
    orders: dict[str, Order] = field(default_factory=dict)
    parked: list[Parked] = field(default_factory=list)
    tier: Tier = field(default_factory=Tier)
    challenges: list[Enrolment] = field(default_factory=list)
    rewards: dict[str, Grant] = field(default_factory=dict)
    consents: list[str] = field(default_factory=list)
    silenced: list[str] = field(default_factory=list)
    holdout: bool = False
    questions: list[Question] = field(default_factory=list)
    sent: list[tuple[float, str]] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)
    early: list[tuple[str, str, Part]] = field(default_factory=list)
    offers: list[Offered] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    birthday: int = 0
    wishes: list[str] = field(default_factory=list)
    referral: Referring | None = None
    owner: str = ""
    mails: list[str] = field(default_factory=list)
    guests: list[tuple[str, float]] = field(default_factory=list)


class Customer(Struct, Generic[M], array_like=True):
    """One customer. `memory` is what the features keep; the engine only hands it on.

    due: when the first timer fires. pulse: when the next question is asked.
    zone, country: empty while unknown.
    told: event time of the newest word on a zone, a consent …, so that a late one changes nothing.
    rests: until when each policy that has spoken does not speak again.
    journey: what policies keep; none where no policy has kept anything.
    arms: the arm of each experiment, empty for one without this member. dealt: which experiments
    those were (`Programme.dealing`).
    met: checksums of the visitors' ids that this known one has been seen with, 4 bytes each.
    survivor: the known id that this one has become; empty: it is still itself.
    erased: nothing is kept of this one, and nothing will be; a pseudonym has the ledger's totals.
    born: log time at which the id was first a known one; it never changes, and 0 is long ago.
    inbox: on-site messages, as the JSON that pages read (`policies.actions.Notice`).
    shelf: the book, or its bytes as long as nobody has opened it.
    Inbox and shelf are stored by themselves, never among the customer's own bytes.
    """

    memory: M
    schema: int = SCHEMA
    known: bool = False
    zone: str = ""
    country: str = ""
    seen: Seen = field(default_factory=Seen)
    scores: list[float] = field(default_factory=list)
    pulse: float = NEVER
    watches: dict[str, Watch] = field(default_factory=dict)
    due: float = NEVER
    told: dict[str, float] = field(default_factory=dict)
    rests: dict[str, float] = field(default_factory=dict)
    journey: Journey | None = None
    arms: dict[str, str] = field(default_factory=dict)
    dealt: int = 0
    met: bytes = b""
    survivor: str = ""
    erased: bool = False
    born: float = 0.0
    inbox: bytes = b"[]"
    shelf: Book | bytes = field(default_factory=Book)

    @property
    def gone(self) -> bool:
        """Whether there is nobody here any more: another id has it all, or nobody."""
        return self.erased or self.survivor != ""

    @property
    def book(self) -> Book:
        """The book, read from its bytes when it is first asked for: looks and clicks need none."""
        book = self.shelf
        if isinstance(book, bytes):
            book = self.shelf = _books.decode(book)
        return book


_books: Final = msgspec.msgpack.Decoder(Book)
