"""Customers' lives, drawn by Hypothesis: what they do, when it happens, and when it comes.

A deed is a record that is fixed for ever: it may come late, early among others, or again, and is
the same bytes every time.
"""

from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from engine.challenges import Collection, Count, Sequence, Spend, Step, Streak
from engine.dates import DAY, HOUR
from engine.events import Happening
from engine.programme import Arm, BonusRule, Experiment, MultiplierRule, Points
from engine.wire import decode
from tests.support.stories import (
    BY_POINTS,
    LADDER,
    START,
    Beat,
    Told,
    back,
    cancel,
    changed,
    commit,
    coupon,
    join,
    line,
    order,
    refund,
    release,
    request,
    saw,
    set_aside,
    view,
)

BAGS: Final = Count(id="bags", name="Three bags a week", goal=3, days=7, reward="bonus")
TEAS: Final = Count(id="teas", name="Two teas", goal=2, reward="bonus", categories=("tea",))
EUROS: Final = Spend(id="euros", name="40 euros", goal=Decimal(40), days=1, reward="bonus")
KINDS_OF_TEA: Final = Collection(id="both", name="Tea and coffee", goal=2, reward="bonus")
DAILY: Final = Streak(id="daily", name="Two days in a row", goal=2, reward="bonus")
TASTED: Final = Sequence(
    id="tasted",
    name="Tea, then a review of it, then coffee",
    steps=(Step(categories=("tea",)), Step(of="Product Reviewed"), Step(categories=("coffee",))),
    gap_days=1,
    reward="bonus",
)

CHALLENGES: Final = (
    BAGS,
    replace(TEAS, every="week"),
    replace(BAGS, id="again", days=None, repeat="on_completion"),
    replace(EUROS, repeat="on_expiry"),
    replace(EUROS, id="at_once", in_one_order=True, days=3),
    replace(EUROS, id="offer", join="opt_in", repeat="on_expiry"),
    replace(TEAS, id="once", join="opt_in", days=1),
    Count(id="reviews", name="Two reviews", goal=2, of="Product Reviewed", reward="bonus"),
    Count(id="orders", name="3 orders", goal=3, of="orders", repeat="on_completion", reward="cup"),
    replace(KINDS_OF_TEA, repeat="on_completion"),
    replace(KINDS_OF_TEA, id="three", of="products", goal=3, every="week"),
    replace(TEAS, id="own", categories=(), target="favourite_category", every="week"),
    replace(DAILY, repeat="on_completion"),
    replace(DAILY, id="reviewer", of="Product Reviewed", days=3),
    replace(TASTED, repeat="on_completion"),
    replace(TASTED, id="taster", join="opt_in", days=3),
)
"""One of every sort; their points show in the balance what they have come to."""

EASIER: Final = Experiment(
    id="easier",
    name="Two bags a week",
    arms=(Arm(id="three", weight=0.0), Arm(id="two", set={"challenges.bags.goal": 2})),
)
"""Everybody who is not held out is in the arm that changes something."""

EVERYTHING: Final = changed(
    experiments=(EASIER,), challenges=CHALLENGES, tiers=replace(LADDER, period="month")
)
EDITED: Final = replace(
    EVERYTHING,
    version="v2",
    points=Points(earn=2, pending_days=3, expire_months=2),
    tiers=replace(BY_POINTS, window="calendar", period="quarter"),
    challenges=tuple(replace(each, name=f"{each.name}!") for each in CHALLENGES),
)
"""Everything has changed, challenges too: new versions of all of them."""
LAVISH: Final = replace(
    EVERYTHING,
    version="v3",
    points=Points(
        pending_days=0,
        expire_months=1,
        debt="balance",
        restore="pro_rata",
        worth=Decimal("0.01"),
        multipliers=(
            MultiplierRule(id="tea", name="Tea", multiplier=Decimal("1.75"), categories=("tea",)),
            MultiplierRule(id="week", name="Weekdays", multiplier=Decimal(2), weekdays=("mon",)),
            MultiplierRule(id="up", name="Up", multiplier=Decimal("1.1"), tiers=("silver",)),
        ),
        bonuses=(
            BonusRule(id="some", name="Some", spend=Decimal(20), points=7),
            BonusRule(id="more", name="More", spend=Decimal(150), points=30),
        ),
    ),
)
"""More points for much; what they pay comes back with each piece, and nobody owes any."""
TILL: Final = replace(
    EVERYTHING,
    version="v4",
    points=Points(pending_days=0, source="shop"),
)
"""The shop reckons the points of its orders."""
PATIENT: Final = replace(EVERYTHING, version="v5", points=Points(debt="pending_only"))
"""A return takes nothing that is spendable already."""
PROMPT: Final = replace(EVERYTHING, points=Points(pending_days=0))
"""Points may be spent at once."""
EVEN: Final = replace(
    EVERYTHING,
    points=Points(
        multipliers=tuple(each for each in LAVISH.points.multipliers if not each.tiers),
        bonuses=LAVISH.points.bonuses,
    ),
    tiers=replace(LADDER, steps=tuple(replace(s, multiplier=Decimal(1)) for s in LADDER.steps)),
)
"""Tiers multiply nothing.

Where they do, the order of arrival decides at which rate an order earns, and is meant to (DOMAIN:
the order that crosses earns at the old rate).
"""


class Deed(Struct, frozen=True):
    """Something that a customer did. at: event time (s)."""

    at: float
    beat: Beat

    def event(self, who: str = "c1") -> Happening:
        """As it comes out of the wire."""
        event = decode(self.beat.record(who, "unnamed", self.at))
        assert isinstance(event, Happening), event
        return event


class Coming(Struct, frozen=True):
    """A deed as it reaches the log. now: log time (s)."""

    now: float
    deed: Deed


orders = st.sampled_from(["o1", "o2", "o3", "o4", "o5"])
products = st.sampled_from(["a", "b", "c"])
redemptions = st.sampled_from(["r1", "r2", "r3"])
pieces = st.integers(1, 3)
lines = st.builds(
    lambda product, cents, count, category: line(product, cents / 100, count, category),
    products,
    st.integers(1, 30_000),
    pieces,
    st.sampled_from(["tea", "coffee"]),
)
bought = st.builds(
    lambda ident, told, discount: order(ident, *told, discount=discount),
    orders,
    st.lists(lines, min_size=1, max_size=3),
    st.integers(0, 5),
) | st.builds(lambda ident, total: order(ident, total=total), orders, st.integers(1, 800))
returned = st.builds(
    lambda ident, told, key: refund(ident, *told, key=key),
    orders,
    st.lists(st.builds(back, products, pieces), max_size=2),
    st.sampled_from(["k1", "k2", "k3"]),
) | st.builds(cancel, orders)
joined = st.sampled_from([join("offer"), join("once"), join("once"), join("taster")])
reviewed = st.just(saw("Product Reviewed"))
held = st.integers(0, 3).map("#{}".format)
spent = (
    st.builds(request, st.integers(0, 300), redemptions)
    | st.builds(commit, redemptions)
    | st.builds(release, redemptions)
    | st.builds(coupon, held)
    | st.builds(set_aside, held, redemptions)
    | st.builds(set_aside, held, redemptions, st.just("Redemption Committed"))
)
said = st.sampled_from(
    [
        view(),
        view().where("Asia/Tokyo"),
        view().where("Europe/Vienna"),
        saw("Consent Changed", channel="email"),
        saw("Consent Changed", channel="email", granted=False),
        saw("Unsubscribed", channel="sms"),
        saw("Loyalty Enrolled", country="AT"),
        saw("identify", birthday="1990-02-29"),
    ]
)
paid = st.builds(
    lambda ident, told, more: order(ident, *told, **more),
    orders,
    st.lists(lines, min_size=1, max_size=2),
    st.fixed_dictionaries(
        {},
        optional={
            "points_spent": st.integers(0, 120),
            "points_earned": st.integers(0, 200),
            "redemption_id": redemptions,
            "paid_with_points": st.integers(0, 30),
        },
    ),
)
"""Orders that say what they have to do with points."""
by_hand = st.builds(
    lambda points: saw("Points Corrected", points=points, actor="ann", reason="goodwill"),
    st.integers(-100, 100),
)
spree = st.builds(
    lambda ident, total, points, redemption: [
        order(ident, total=total),
        request(points, redemption),
        commit(redemption),
        refund(ident),
    ],
    orders,
    st.integers(50, 100),
    st.integers(1, 60),
    redemptions,
)
"""Earned, spent and sent back: what debts come from."""
anything = bought | bought | paid | returned | joined | reviewed | spent | by_hand | said


def told_by_their_ids(beats: list[Beat]) -> list[Beat]:
    """A shop says one thing under one id: the first order of an id is that order, and so on."""
    first: dict[Any, Beat] = {}
    for beat in beats:
        told = beat.properties
        if "refund_id" in told:
            first.setdefault((beat.name, told["order_id"], told["refund_id"]), beat)
        elif beat.name in ("Order Completed", "Order Cancelled"):
            first.setdefault((beat.name, told["order_id"]), beat)
        else:
            first[len(first)] = beat
    return [beat.under(f"m{n}") for n, beat in enumerate(first.values())]


@st.composite
def three_days(draw: st.DrawFn) -> list[Deed]:
    """What one customer does in 71 hours, each deed at a moment of its own, without spending."""
    beats = draw(st.lists(bought | bought | returned | joined | reviewed, min_size=1, max_size=14))
    beats = told_by_their_ids(beats)
    minutes = draw(
        st.lists(st.integers(60, 72 * 60), min_size=len(beats), max_size=len(beats), unique=True)
    )
    return [
        Deed(START + minute * 60.0, beat)
        for minute, beat in zip(sorted(minutes), beats, strict=True)
    ]


@st.composite
def busy_days(draw: st.DrawFn) -> list[Deed]:
    """71 hours of what challenges count: small orders of tea, coffee or both, reviews, returns."""
    count = draw(st.integers(4, 12))
    what = st.sampled_from(["tea", "coffee", "both", "review", "review", "return"])
    minutes = draw(st.lists(st.integers(60, 72 * 60), min_size=count, max_size=count, unique=True))
    deeds: list[Deed] = []
    for n, minute in enumerate(sorted(minutes)):
        sort = draw(what)
        if sort == "review":
            beat = saw("Product Reviewed")
        elif sort == "return":
            beat = refund(f"o{draw(st.integers(0, n))}", key=f"k{n}")
        else:
            bought = ["tea", "coffee"] if sort == "both" else [sort]
            beat = order(f"o{n}", *(line(each, 12, category=each) for each in bought))
        deeds.append(Deed(START + minute * 60.0, beat.under(f"m{n}")))
    return deeds


@st.composite
def lives(draw: st.DrawFn) -> list[Coming]:
    """A life of up to some years: pauses, late and repeated deeds, in the order of the log."""
    chunks = draw(st.lists(anything.map(lambda beat: [beat]) | spree, min_size=1, max_size=14))
    beats = told_by_their_ids([beat for chunk in chunks for beat in chunk])
    now, life = START, []
    for beat in beats:
        now += (
            draw(st.sampled_from([0.0, 0.05, 0.2, 1.0, 30.0, 200.0, 400.0, 1500.0, 6000.0])) * HOUR
        )
        behind = draw(st.sampled_from([0.0, 0.0, 0.0, 1.0, 50.0, 100.0, 1000.0, -1.0])) * HOUR
        life.append(Coming(now, Deed(now - behind, beat)))
        if draw(st.integers(0, 5)) == 0:
            again = draw(st.sampled_from(life))
            if now - again.now < 6 * DAY:
                life.append(Coming(now, again.deed))
    return life


def live(told: Told, life: list[Coming]) -> Told:
    """Let it all come, in the order of the log."""
    for coming in life:
        if _reward(coming.deed)[1].startswith("#"):
            told.tick(coming.now)  # else the nth reward hangs on when the clock last rang
        told.hear(named(told, coming.deed).event(), coming.now)
    return told


def spelled_out(told: Told, life: list[Coming]) -> list[Coming]:
    """The life with its coupons named once and for all, by a customer whose timers are never late.

    Which reward is the nth hangs on the timers that have fired, and so on the ticks between deeds.
    """
    found = []
    for coming in life:
        told.tick(coming.now)
        deed = named(told, coming.deed)
        key, number = _reward(deed)
        if number.startswith("#"):
            properties = {**deed.beat.properties, key: "the shop's"}
            deed = replace(deed, beat=replace(deed.beat, properties=properties))
        told.hear(deed.event(), coming.now)
        found.append(Coming(coming.now, deed))
    return found


def named(told: Told, deed: Deed) -> Deed:
    """A coupon or reward `#n` is the customer's nth, if there is one by then."""
    key, number = _reward(deed)
    held = list(told.customer.book.rewards)
    if not number.startswith("#") or int(number[1:]) >= len(held):
        return deed
    properties = {**deed.beat.properties, key: held[int(number[1:])]}
    return replace(deed, beat=replace(deed.beat, properties=properties))


def _reward(deed: Deed) -> tuple[str, str]:
    """The key under which a deed names a reward, and what it says there."""
    told = deed.beat.properties
    key = "coupon_id" if "coupon_id" in told else "reward_id"
    return key, str(told.get(key, ""))
