"""What a shop can tell us: the vocabulary of the log, in the form of the Segment spec.

Names on the wire are camelCase in the envelope and snake_case in `properties`, as Segment writes
them. A new field has a default, so that old logs replay. `engine.wire` decodes.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, cast

import msgspec
from msgspec import Meta, Struct

Id = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(max_length=1000)]
Code = Annotated[str, Meta(max_length=40)]
Quantity = Annotated[int, Meta(ge=0, le=100_000)]
Price = Annotated[float, Meta(ge=0, le=1e9)]
Moment = Annotated[datetime, Meta(tz=True)]
Currency = Annotated[str, Meta(min_length=3, max_length=3)]


class Context(Struct, frozen=True, gc=False):
    """Where the event was made. timezone: an IANA name, used for quiet hours and local days.

    device, ip, user_agent, traits: read by `engine.fingerprints` alone, and never kept as they are.
    Whatever form a shop gives them, it spoils no event.
    """

    timezone: Text | None = None
    device: Any = None
    ip: Any = None
    user_agent: Any = msgspec.field(default=None, name="userAgent")
    traits: Any = None


NOWHERE: Final = Context()


class Happening(Struct, frozen=True, rename="camel", kw_only=True, gc=False):
    """The envelope: who, when, and the id by which a repeat is known."""

    message_id: Id
    user_id: Id | None = None
    anonymous_id: Id | None = None
    timestamp: Moment | None = None
    original_timestamp: Moment | None = None
    sent_at: Moment | None = None
    received_at: Moment | None = None
    context: Context = NOWHERE

    @property
    def customer(self) -> str:
        """Whom it is about: the known id, else the anonymous one; empty for a control record."""
        return self.user_id or self.anonymous_id or ""

    def at(self, now: float) -> float:
        """Event time (s): `timestamp`, else received − (sent − original), else the log time."""
        if self.timestamp is not None:
            return self.timestamp.timestamp()
        if self.received_at and self.sent_at and self.original_timestamp:
            return (self.received_at - (self.sent_at - self.original_timestamp)).timestamp()
        return now


class Track(Happening, frozen=True, tag_field="event", kw_only=True, gc=False):
    """Something that a customer did, told by its name."""


# ── browse and cart ──────────────────────────────────────────────────────────────────────────────


class Product(Struct, frozen=True, gc=False):
    """A product as pages and carts name it. price: major units; a feature, and never paid out."""

    product_id: Text | None = None
    sku: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    price: Price | None = None
    quantity: Quantity = 1


class Query(Struct, frozen=True, gc=False):
    """What was searched for."""

    query: Text = ""


class Listing(Struct, frozen=True, gc=False):
    """A list of products, by category."""

    category: Text | None = None


class Cart(Struct, frozen=True, gc=False):
    """A cart or a checkout. An order id here is a promise, and nothing is awarded on it."""

    cart_id: Text | None = None
    order_id: Text | None = None


NO_PRODUCT: Final = Product()


class ProductsSearched(Track, frozen=True, tag="Products Searched", kw_only=True):
    """A search on the shop's site."""

    properties: Query = Query()


class ProductListViewed(Track, frozen=True, tag="Product List Viewed", kw_only=True):
    """A category page."""

    properties: Listing = Listing()


class ProductClicked(Track, frozen=True, tag="Product Clicked", kw_only=True):
    """A product chosen from a list."""

    properties: Product = NO_PRODUCT


class ProductViewed(Track, frozen=True, tag="Product Viewed", kw_only=True):
    """A product page."""

    properties: Product = NO_PRODUCT


class ProductAdded(Track, frozen=True, tag="Product Added", kw_only=True):
    """Into the cart."""

    properties: Product = NO_PRODUCT


class ProductRemoved(Track, frozen=True, tag="Product Removed", kw_only=True):
    """Out of the cart."""

    properties: Product = NO_PRODUCT


class CartViewed(Track, frozen=True, tag="Cart Viewed", kw_only=True):
    """The cart page."""

    properties: Cart = Cart()


class CheckoutStarted(Track, frozen=True, tag="Checkout Started", kw_only=True):
    """The first step of a checkout."""

    properties: Cart = Cart()


class Wished(Track, frozen=True, tag="Product Added to Wishlist", kw_only=True):
    """Onto the wish list."""

    properties: Product = NO_PRODUCT


class Unwished(Track, frozen=True, tag="Product Removed from Wishlist", kw_only=True):
    """Off the wish list."""

    properties: Product = NO_PRODUCT


# ── order ────────────────────────────────────────────────────────────────────────────────────────


class Line(Struct, frozen=True, gc=False):
    """One line of an order: price per piece (major units, before the order's discount) × quantity.

    Exact decimals, because points are paid out on it. A refund names a line as its order did.
    """

    product_id: Text | None = None
    sku: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    price: Decimal | None = None
    quantity: Quantity = 1


class Basket(Struct, frozen=True, gc=False):
    """An order as the shop states it (major units).

    revenue: with or without the discount, depending on the shop; see `engine.money.earning_base`.
    paid_with_points, gift_cards: parts of the total that earn nothing. redemption_id: the
    redemption that paid for it; points_spent: how many points did. points_earned: what the shop
    itself gave for it, taken where the programme says `source = "shop"`. referral_code: of the link
    that led here. email, payment_fingerprint: kept as hashes only.
    """

    order_id: Id
    products: tuple[Line, ...] = ()
    total: Decimal | None = None
    subtotal: Decimal | None = None
    revenue: Decimal | None = None
    shipping: Decimal | None = None
    tax: Decimal | None = None
    discount: Decimal | None = None
    paid_with_points: Decimal | None = None
    gift_cards: Decimal | None = None
    currency: Currency | None = None
    coupon: Text | None = None
    redemption_id: Id | None = None
    points_earned: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    points_spent: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    referral_code: Code | None = None
    email: Text | None = None
    payment_fingerprint: Text | None = None


class Refund(Struct, frozen=True, gc=False):
    """What came back.

    products: the returned lines; empty means the whole order (the Segment spec leaves it open).
    total: what was paid back; asked only where the order was told without lines.
    """

    order_id: Id
    refund_id: Id | None = None
    products: tuple[Line, ...] = ()
    total: Decimal | None = None
    currency: Currency | None = None


class OrderCompleted(Track, frozen=True, tag="Order Completed", kw_only=True):
    """Bought and paid. Deduplicated by order id, because browser and server both send it."""

    properties: Basket


class OrderUpdated(Track, frozen=True, tag="Order Updated", kw_only=True):
    """The shop changed an order. Seen, not posted: what goes back is told by a refund."""

    properties: Basket


class OrderRefunded(Track, frozen=True, tag="Order Refunded", kw_only=True):
    """Goods or money went back. Deduplicated by refund id, else by what it says."""

    properties: Refund


class OrderCancelled(Track, frozen=True, tag="Order Cancelled", kw_only=True):
    """The whole order, or what is left of it, is off."""

    properties: Refund


# ── coupon, promotion, social, store ─────────────────────────────────────────────────────────────


class Coupon(Struct, frozen=True, gc=False):
    """A coupon at the till; `coupon_id` may be the id of a reward of ours."""

    coupon_id: Text | None = None
    order_id: Text | None = None
    reason: Text | None = None


class Promotion(Struct, frozen=True, gc=False):
    """A banner or teaser."""

    promotion_id: Text | None = None
    name: Text | None = None


class Opinion(Struct, frozen=True, gc=False):
    """A share or a review; its text is never read here."""

    product_id: Text | None = None
    rating: float | None = None


class Store(Struct, frozen=True, gc=False):
    """A shop with a door."""

    store_id: Text | None = None


class CouponApplied(Track, frozen=True, tag="Coupon Applied", kw_only=True):
    """Used in an order."""

    properties: Coupon = Coupon()


class CouponDenied(Track, frozen=True, tag="Coupon Denied", kw_only=True):
    """Refused by the shop."""

    properties: Coupon = Coupon()


class CouponRemoved(Track, frozen=True, tag="Coupon Removed", kw_only=True):
    """Taken out of an order again."""

    properties: Coupon = Coupon()


class PromotionViewed(Track, frozen=True, tag="Promotion Viewed", kw_only=True):
    """Seen."""

    properties: Promotion = Promotion()


class PromotionClicked(Track, frozen=True, tag="Promotion Clicked", kw_only=True):
    """Followed."""

    properties: Promotion = Promotion()


class ProductShared(Track, frozen=True, tag="Product Shared", kw_only=True):
    """Told a friend."""

    properties: Opinion = Opinion()


class ProductReviewed(Track, frozen=True, tag="Product Reviewed", kw_only=True):
    """Told everybody."""

    properties: Opinion = Opinion()


class StoreVisited(Track, frozen=True, tag="Store Visited", kw_only=True):
    """Came in person."""

    properties: Store = Store()


# ── message ──────────────────────────────────────────────────────────────────────────────────────


class Receipt(Struct, frozen=True, gc=False):
    """What became of a message of ours. message_id: our decision id."""

    message_id: Text | None = None
    channel: Text | None = None


class MessageDelivered(Track, frozen=True, tag="Message Delivered", kw_only=True):
    """Arrived."""

    properties: Receipt = Receipt()


class MessageOpened(Track, frozen=True, tag="Message Opened", kw_only=True):
    """Opened."""

    properties: Receipt = Receipt()


class MessageClicked(Track, frozen=True, tag="Message Clicked", kw_only=True):
    """Followed."""

    properties: Receipt = Receipt()


class MessageDismissed(Track, frozen=True, tag="Message Dismissed", kw_only=True):
    """Put away unread."""

    properties: Receipt = Receipt()


class Unsubscribed(Track, frozen=True, tag="Unsubscribed", kw_only=True):
    """No more on this channel (no channel named: on none). Stronger than a consent."""

    properties: Receipt = Receipt()


# ── loyalty ──────────────────────────────────────────────────────────────────────────────────────


class Enrolment(Struct, frozen=True, gc=False):
    """How somebody joined. country: ISO 3166 alpha-2. timezone: an IANA name.

    referral_code: of the link that led here.
    """

    country: Text | None = None
    timezone: Text | None = None
    referral_code: Code | None = None


class Joining(Struct, frozen=True, gc=False):
    """Which challenge."""

    challenge_id: Id


class Redemption(Struct, frozen=True, gc=False):
    """Points to be spent (`points`), or a reward to be used (`reward_id`), under one id."""

    redemption_id: Id
    points: Annotated[int, Meta(ge=0, le=10**9)] = 0
    reward_id: Id | None = None


class Sharing(Struct, frozen=True, gc=False):
    """A referral link went out."""

    share_via: Text | None = None


class Consent(Struct, frozen=True, gc=False):
    """A person's word on one channel and purpose, for example e-mail and marketing."""

    channel: Id
    purpose: Id = "marketing"
    granted: bool = True


class LoyaltyEnrolled(Track, frozen=True, tag="Loyalty Enrolled", kw_only=True):
    """Became a member."""

    properties: Enrolment = Enrolment()


class ChallengeJoined(Track, frozen=True, tag="Challenge Joined", kw_only=True):
    """Took part in a challenge that one joins."""

    properties: Joining


class RedemptionRequested(Track, frozen=True, tag="Redemption Requested", kw_only=True):
    """Reserve. Answered by Points Reserved or by a refusal with its reason."""

    properties: Redemption


class RedemptionCommitted(Track, frozen=True, tag="Redemption Committed", kw_only=True):
    """Spend what was reserved."""

    properties: Redemption


class RedemptionReleased(Track, frozen=True, tag="Redemption Released", kw_only=True):
    """Give back what was reserved."""

    properties: Redemption


class ReferralShared(Track, frozen=True, tag="Referral Shared", kw_only=True):
    """Sent a link to a friend."""

    properties: Sharing = Sharing()


class ConsentChanged(Track, frozen=True, tag="Consent Changed", kw_only=True):
    """Said yes or no."""

    properties: Consent


# ── commands: what only our own parts may say of a customer ──────────────────────────────────────


class Command(Track, frozen=True, kw_only=True):
    """Something said of a customer by an operator or by another customer's events.

    Taken only with a `source` header that may (`flows/control.py`).
    """


class Handover(Command, frozen=True, kw_only=True):
    """What one customer's step hands to another: nobody else may write it, not even an operator."""


class Correction(Struct, frozen=True, gc=False):
    """Points by hand. points: above or below zero. actor: who did it, by the shop's own name."""

    points: Annotated[int, Meta(ge=-(10**9), le=10**9)]
    actor: Id
    reason: Text


class PointsCorrected(Command, frozen=True, tag="Points Corrected", kw_only=True):
    """Somebody gave or took points, and said why. Answered by Points Earned or Points Reversed."""

    properties: Correction


class Award(Struct, frozen=True, gc=False):
    """A reward to be unlocked. reward_id: the entitlement; a repeat of it has no effect.

    bound: a cycle earned it, and is kept as long as that may roll back; an operator's is not.
    """

    reward: Id
    reward_id: Id
    rule: Id = "by_hand"
    bound: bool = False


class RewardAwarded(Command, frozen=True, tag="Reward Awarded", kw_only=True):
    """Unlock a reward: given by an operator, or due by a timer."""

    properties: Award


class Lapse(Struct, frozen=True, gc=False):
    """A reward of which nothing will come. used: it had been paid out, and was taken back."""

    reward_id: Id
    used: bool = False


class RewardLapsed(Command, frozen=True, tag="Reward Lapsed", kw_only=True):
    """A timer has ended a reward: its budget may have back what it held."""

    properties: Lapse


class Restocked(Struct, frozen=True, gc=False):
    """A product that can be bought again."""

    product_id: Id


class ProductRestocked(Command, frozen=True, tag="Product Restocked", kw_only=True):
    """What somebody may wish for is there again. Seen only where it is on their wish list."""

    properties: Restocked


class Fusion(Struct, frozen=True, gc=False):
    """Who an id turned out to be.

    fresh: the known id had never been seen before. since: when that id was first known (log time,
    s); none: only a visitor may become it. claim: the visitor's orders are to earn. actor, reason:
    who wants two members to be one, by the shop's own name, and why.
    """

    into: Id
    fresh: bool = False
    since: Annotated[float, Meta(ge=0)] | None = None
    claim: bool = False
    actor: Id | None = None
    reason: Text | None = None


class Life(Struct, frozen=True, gc=False):
    """What an id brings along.

    origin: that id. known: it was a member's. claim: its orders are to earn. state: see
    `engine.identity.Brought`.
    """

    origin: Id
    fresh: bool
    state: bytes
    known: bool = False
    claim: bool = False


class MergeRequested(Command, frozen=True, tag="Merge Requested", kw_only=True):
    """To an id: this known one is the same person. The younger of them answers with Merge In."""

    properties: Fusion


class MergeIn(Handover, frozen=True, tag="Merge In", kw_only=True):
    """To a known id: what another one did and has is yours."""

    properties: Life


class Owner(Struct, frozen=True, gc=False):
    """Who has what an index stands for."""

    owner: Id


class IndexClaimed(Handover, frozen=True, tag="Index Claimed", kw_only=True):
    """To an index: this customer has it. Answered by Index Taken where another had it before."""

    properties: Owner


class IndexReleased(Handover, frozen=True, tag="Index Released", kw_only=True):
    """To an index: this customer is nobody any more."""

    properties: Owner


class GuestOrdered(Handover, frozen=True, tag="Guest Ordered", kw_only=True):
    """To an e-mail's index: a guest has ordered."""

    properties: Owner


class GuestsSought(Handover, frozen=True, tag="Guests Sought", kw_only=True):
    """To an e-mail's index: a member has it. Answered by Merge Requested to the guests."""

    properties: Owner


class Sort(Struct, frozen=True, gc=False):
    """What an index stands for: email, phone, payment."""

    kind: Id


class IndexTaken(Handover, frozen=True, tag="Index Taken", kw_only=True):
    """To a customer: somebody else had this before."""

    properties: Sort


class Asking(Struct, frozen=True, gc=False):
    """A friend's first order. prints, signs: hashes of the person, as kind:hash."""

    friend: Id
    order_id: Id
    at: float
    prints: tuple[Text, ...] = ()
    signs: tuple[Text, ...] = ()


class ReferralClaimed(Handover, frozen=True, tag="Referral Claimed", kw_only=True):
    """To a code, and from there to whose it is: your link led to this order."""

    properties: Asking


class Answer(Struct, frozen=True, gc=False):
    """Yes where the reason is empty. flags: what both share that is no reason."""

    order_id: Id
    reason: Text
    referrer: Id
    flags: tuple[Text, ...] = ()


class ReferralAnswered(Handover, frozen=True, tag="Referral Answered", kw_only=True):
    """To a friend: the referrer's answer."""

    properties: Answer


class Outcome(Struct, frozen=True, gc=False):
    """What became of a friend's first order: kept until it could not be sent back, or not."""

    friend: Id
    order_id: Id
    kept: bool


class ReferralSettled(Handover, frozen=True, tag="Referral Settled", kw_only=True):
    """To a referrer: it stands, or it does not."""

    properties: Outcome


class Erasure(Struct, frozen=True, gc=False):
    """Who erased a person, by the shop's own name for them, and why."""

    actor: Id
    reason: Text


class Totals(Struct, frozen=True, gc=False):
    """The whole numbers of a ledger by name, and `held`: all points that were in its lots."""

    figures: dict[Text, int]


class CustomerErased(Command, frozen=True, tag="Customer Erased", kw_only=True):
    """Forget this person, now and in every replay. Their totals go to a pseudonym."""

    properties: Erasure


class TotalsKept(Handover, frozen=True, tag="Totals Kept", kw_only=True):
    """To a pseudonym: what the books say of somebody who was erased."""

    properties: Totals


# ── identify and alias carry no event name ───────────────────────────────────────────────────────


class Traits(Struct, frozen=True, gc=False):
    """What the shop knows of a person and we may use: no names, no addresses.

    birthday: a date, of which month and day are kept and the year is not. email, phone, address:
    kept as hashes only, and only where friends are brought (`engine.fingerprints`).
    """

    country: Text | None = None
    timezone: Text | None = None
    birthday: Text | None = None
    email: Any = None
    phone: Any = None
    address: Any = None
    referral_code: Code | None = None


class Identify(Happening, frozen=True, tag_field="type", tag="identify", kw_only=True):
    """A visitor said who they are."""

    traits: Traits = Traits()


class Alias(Happening, frozen=True, tag_field="type", tag="alias", kw_only=True):
    """Two ids are one person."""

    previous_id: Id


# ── control records: the world's own events, only from our own sources ───────────────────────────


class Control(Happening, frozen=True, tag_field="event", kw_only=True):
    """What clock, admin and learner write; taken only with a `source` header that may."""


class Tick(Control, frozen=True, tag="Tick", kw_only=True):
    """Time passed. The moment is the record's own timestamp."""


class ProgrammePublished(Control, frozen=True, tag="Programme Published", kw_only=True):
    """From here on this programme holds. text: the whole TOML file."""

    text: str


class ModelPublished(Control, frozen=True, tag="Model Published", kw_only=True):
    """From here on this version scores. snapshot: see `engine.models.Snapshot`."""

    snapshot: msgspec.Raw


class Situation(Struct, frozen=True, gc=False):
    """How a dynamic reward stands. stock: units there are; demand: unlocks a day."""

    reward: Id
    stock: Annotated[int, Meta(ge=0, le=10**9)]
    demand: Annotated[int, Meta(ge=0, le=10**9)]


class SituationPublished(Control, frozen=True, tag="Situation Published", kw_only=True):
    """From here on a dynamic reward is worth what this says."""

    properties: Situation


class Lease(Struct, frozen=True, gc=False):
    """Part of a budget's period, on its way between the pool and one partition.

    period: when it began (Unix s; 0: it never ends). holder: the partition. units, money (minor
    units): all that this errand speaks of in this period so far, never a difference; so one that
    comes twice or too late changes nothing. round: of a recall; everything: all is called back.
    """

    budget: Id
    period: int
    holder: Annotated[int, Meta(ge=0)]
    units: Annotated[int, Meta(ge=0)] = 0
    money: Annotated[int, Meta(ge=0)] = 0
    round: Annotated[int, Meta(ge=0)] = 0
    everything: bool = False


class Errand(Control, frozen=True, kw_only=True):
    """What partitions tell each other about a budget; only `decide` itself writes it."""

    properties: Lease


class QuotaRequested(Errand, frozen=True, tag="Quota Requested", kw_only=True):
    """To the pool: so much altogether, please."""


class QuotaGranted(Errand, frozen=True, tag="Quota Granted", kw_only=True):
    """To the holder: so much altogether is yours."""


class QuotaRecalled(Errand, frozen=True, tag="Quota Recalled", kw_only=True):
    """To the holder: give back what can be spared."""


class QuotaReturned(Errand, frozen=True, tag="Quota Returned", kw_only=True):
    """To the pool: so much altogether is back."""


TRACKS: Final[tuple[type[Track], ...]] = (
    ProductsSearched, ProductListViewed, ProductClicked, ProductViewed,
    ProductAdded, ProductRemoved, CartViewed, CheckoutStarted, Wished, Unwished,
    OrderCompleted, OrderUpdated, OrderRefunded, OrderCancelled,
    CouponApplied, CouponDenied, CouponRemoved, PromotionViewed, PromotionClicked,
    ProductShared, ProductReviewed, StoreVisited,
    MessageDelivered, MessageOpened, MessageClicked, MessageDismissed, Unsubscribed,
    LoyaltyEnrolled, ChallengeJoined, RedemptionRequested, RedemptionCommitted, RedemptionReleased,
    ReferralShared, ConsentChanged, PointsCorrected, ProductRestocked, RewardAwarded, RewardLapsed,
    MergeRequested, MergeIn, CustomerErased, TotalsKept, IndexClaimed, IndexReleased, IndexTaken,
    GuestOrdered, GuestsSought,
    ReferralClaimed, ReferralAnswered, ReferralSettled,
)  # fmt: skip
CONTROLS: Final[tuple[type[Control], ...]] = (
    Tick, ProgrammePublished, ModelPublished, SituationPublished,
    QuotaRequested, QuotaGranted, QuotaRecalled, QuotaReturned,
)  # fmt: skip

OLD_NAMES: Final[dict[str, type[Track]]] = {
    "Completed Order": OrderCompleted,
    "Updated Order": OrderUpdated,
    "Refunded Order": OrderRefunded,
    "Cancelled Order": OrderCancelled,
    "Viewed Product": ProductViewed,
    "Clicked Product": ProductClicked,
    "Added Product": ProductAdded,
    "Removed Product": ProductRemoved,
    "Viewed Product Category": ProductListViewed,
    "Viewed Product List": ProductListViewed,
    "Searched Products": ProductsSearched,
    "Started Checkout": CheckoutStarted,
    "Viewed Cart": CartViewed,
    "Viewed Promotion": PromotionViewed,
    "Clicked Promotion": PromotionClicked,
}
"""Names of the spec's first version."""


def _named_once(old: str, new: type[Track]) -> type[Track]:
    name = f"{new.__name__}Once{''.join(old.split())}"
    kind = msgspec.defstruct(name, [], bases=(new,), tag=old, frozen=True, kw_only=True)
    return cast(type[Track], kind)


SYNONYMS: Final[dict[type[Track], type[Track]]] = {
    _named_once(old, new): new for old, new in OLD_NAMES.items()
}
"""Each is a subclass with the old name for a tag, so that one pass decodes it too."""

NAMED: Final[dict[str, type[Happening]]] = {
    **{str(kind.__struct_config__.tag): kind for kind in (*TRACKS, *CONTROLS)},
    "identify": Identify,
    "alias": Alias,
}
"""Every name of today's, and its class: what a programme may trigger on."""

NAMES: Final[dict[type[Happening], str]] = {
    **{kind: name for name, kind in NAMED.items()},
    **{old: str(new.__struct_config__.tag) for old, new in SYNONYMS.items()},
}
"""A class's name of today, whatever name the event came under. Look it up by `type(event)`."""
