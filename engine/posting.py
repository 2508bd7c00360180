"""What each event means to the ledger and its neighbours, before features and policies see it.

A rule returns the event as posted, or None where it changed nothing (a repeat, a refund parked),
and then nobody else sees it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct

from engine import (
    enrolments,
    erasure,
    guests,
    identity,
    indexes,
    joining,
    ledger,
    orders,
    profile,
    redemptions,
    referral,
    rewards,
    tiers,
    wishes,
)
from engine.dates import DAY, HOUR
from engine.events import (
    Alias,
    ChallengeJoined,
    ConsentChanged,
    CouponApplied,
    CustomerErased,
    GuestOrdered,
    GuestsSought,
    Identify,
    IndexClaimed,
    IndexReleased,
    IndexTaken,
    LoyaltyEnrolled,
    MergeIn,
    MergeRequested,
    OrderCancelled,
    OrderCompleted,
    OrderRefunded,
    PointsCorrected,
    ProductRestocked,
    RedemptionCommitted,
    RedemptionReleased,
    RedemptionRequested,
    ReferralAnswered,
    ReferralClaimed,
    ReferralSettled,
    ReferralShared,
    RewardAwarded,
    RewardLapsed,
    TotalsKept,
    Unsubscribed,
    Unwished,
    Wished,
)
from engine.turn import Turn
from engine.world import Happened

LATE: Final = 72 * HOUR
"""Up to here everything happens; later, no message is sent for it."""
STALE: Final = 30 * DAY
"""Up to here tier, challenges and features move; older events reach the ledger only."""


def order_completed(turn: Turn, event: OrderCompleted, at: float) -> Happened | None:
    """Points at today's tier's rate, less any refund that came first; then tier, challenges."""
    basket = event.properties
    orders.forget(turn)
    order = orders.place(turn, basket, at)
    if order is None:
        return None
    orders.unpark(turn, basket.order_id, order)
    guests.met(turn, event)
    referral.met(turn, event, basket.referral_code, at)
    referral.ordered(turn, event, basket.order_id, order)
    if turn.now - at <= STALE:
        tiers.promote(turn, basket.order_id, order)
        enrolments.count_order(turn, basket.order_id, order, basket.products)
    return _happened("Order Completed", turn, event, at, money=order.kept, ordered=at)


def order_refunded(turn: Turn, event: OrderRefunded, at: float) -> Happened | None:
    """Points go back as they were recorded; a refund that comes before its order waits for it."""
    return _went_back(turn, event, at, whole=False)


def order_cancelled(turn: Turn, event: OrderCancelled, at: float) -> Happened | None:
    """All that is left goes back."""
    return _went_back(turn, event, at, whole=True)


def _went_back(
    turn: Turn, event: OrderRefunded | OrderCancelled, at: float, *, whole: bool
) -> Happened | None:
    ident = event.properties.order_id
    money = orders.refund(turn, event.properties, whole=whole)
    if money is None:
        return None
    order = turn.customer.book.orders[ident]
    referral.returned(turn, ident, order)
    if turn.now - at <= STALE:
        tiers.reconsider(turn)
        enrolments.take_back(turn, ident)
    name = "Order Cancelled" if whole else "Order Refunded"
    return _happened(name, turn, event, at, money=-money, ordered=order.at)


def redemption_requested(turn: Turn, event: RedemptionRequested, at: float) -> Happened | None:
    """Reserve points, or a reward."""
    redemption = event.properties
    if redemption.reward_id is not None:
        rewards.reserve(turn, _reward(turn, redemption.reward_id), redemption.redemption_id)
    else:
        redemptions.reserve(turn, redemption.redemption_id, redemption.points)
    return _happened("Redemption Requested", turn, event, at)


def redemption_committed(turn: Turn, event: RedemptionCommitted, at: float) -> Happened | None:
    """Spend the points, or use the reward."""
    redemption = event.properties
    if redemption.reward_id is not None:
        rewards.redeem(turn, _reward(turn, redemption.reward_id), redemption.redemption_id)
    else:
        redemptions.commit(turn, redemption.redemption_id)
    return _happened("Redemption Committed", turn, event, at)


def redemption_released(turn: Turn, event: RedemptionReleased, at: float) -> Happened | None:
    """Give the points back, or the reward."""
    redemption = event.properties
    if redemption.reward_id is not None:
        rewards.put_back(turn, _reward(turn, redemption.reward_id), redemption.redemption_id)
    else:
        redemptions.release(turn, redemption.redemption_id, "released")
    return _happened("Redemption Released", turn, event, at)


def _reward(turn: Turn, text: str) -> str:
    """A reward by its id or its code; whatever it is, if it is none of ours."""
    ident = rewards.named(turn.customer, text)
    return text if ident is None else ident


def coupon_applied(turn: Turn, event: CouponApplied, at: float) -> Happened | None:
    """A coupon of ours is used; a coupon of the shop's own is none of our business."""
    coupon = event.properties
    if coupon.coupon_id is not None:
        ident = rewards.named(turn.customer, coupon.coupon_id)
        if ident is not None:
            rewards.redeem(turn, ident, coupon.order_id or event.message_id)
    return _happened("Coupon Applied", turn, event, at)


def loyalty_enrolled(turn: Turn, event: LoyaltyEnrolled, at: float) -> Happened | None:
    """The first enrolment counts; a later one may still tell the zone."""
    customer = turn.customer
    customer.book.enrolled = min(at, customer.book.enrolled) if customer.book.enrolled else at
    _learn(turn, event.properties.country, event.properties.timezone, at)
    guests.met(turn, event)
    referral.met(turn, event, event.properties.referral_code, at)
    return _happened("Loyalty Enrolled", turn, event, at)


def identify(turn: Turn, event: Identify, at: float) -> Happened | None:
    """Zone, country, birthday, and whose link was followed; nothing else."""
    _learn(turn, event.traits.country, event.traits.timezone, at)
    if event.traits.birthday is not None:
        profile.set_birthday(turn, event.traits.birthday, at)
    guests.met(turn, event)
    referral.met(turn, event, event.traits.referral_code, at)
    return _happened("identify", turn, event, at)


def alias(turn: Turn, event: Alias, at: float) -> Happened | None:
    """Two ids, one person: counted. `engine.identity` has asked the other one to join."""
    turn.note("alias")
    return _happened("alias", turn, event, at)


def merge_requested(turn: Turn, event: MergeRequested, at: float) -> Happened | None:
    """A visitor becomes a known customer; of two known ones the younger becomes the older."""
    identity.requested(turn, event.properties)
    return None


def merge_in(turn: Turn, event: MergeIn, at: float) -> Happened | None:
    """What another id did and has is this customer's."""
    identity.absorb(turn, event.properties)
    return None


def customer_erased(turn: Turn, event: CustomerErased, at: float) -> Happened | None:
    """Nobody is here any more."""
    erasure.erase(turn)
    return None


def totals_kept(turn: Turn, event: TotalsKept, at: float) -> Happened | None:
    """What the books say of somebody who was erased."""
    erasure.keep(turn, event.properties)
    return None


def referral_shared(turn: Turn, event: ReferralShared, at: float) -> Happened | None:
    """The member's code is theirs from now on."""
    referral.shared(turn)
    return _happened("Referral Shared", turn, event, at)


def index_claimed(turn: Turn, event: IndexClaimed, at: float) -> Happened | None:
    """To an index."""
    indexes.claimed(turn, event.properties.owner)
    return None


def index_released(turn: Turn, event: IndexReleased, at: float) -> Happened | None:
    """To an index."""
    indexes.released(turn, event.properties.owner)
    return None


def index_taken(turn: Turn, event: IndexTaken, at: float) -> Happened | None:
    """Somebody else had it before: who says to be new is not."""
    referral.taken(turn, event.properties.kind)
    return None


def guest_ordered(turn: Turn, event: GuestOrdered, at: float) -> Happened | None:
    """To an index: a guest has ordered under this e-mail."""
    guests.left(turn, event.properties.owner)
    return None


def guests_sought(turn: Turn, event: GuestsSought, at: float) -> Happened | None:
    """To an index: a member has this e-mail."""
    guests.sought(turn, event.properties.owner)
    return None


def referral_claimed(turn: Turn, event: ReferralClaimed, at: float) -> Happened | None:
    """A link led to a first order."""
    referral.asked(turn, event.properties)
    return None


def referral_answered(turn: Turn, event: ReferralAnswered, at: float) -> Happened | None:
    """The referrer has said yes or no."""
    told = event.properties
    referral.answered(turn, told.order_id, told.reason, told.referrer, [*told.flags])
    return None


def referral_settled(turn: Turn, event: ReferralSettled, at: float) -> Happened | None:
    """A friend's order stands, or does not."""
    told = event.properties
    referral.settled(turn, told.friend, told.order_id, kept=told.kept)
    return None


def consent_changed(turn: Turn, event: ConsentChanged, at: float) -> Happened | None:
    """Yes or no, on one channel for one purpose."""
    consent = event.properties
    granted = consent.granted
    profile.set_consent(turn, consent.channel, consent.purpose, at, granted=granted)
    return _happened("Consent Changed", turn, event, at)


def unsubscribed(turn: Turn, event: Unsubscribed, at: float) -> Happened | None:
    """Silence, on one channel or on all."""
    profile.silence(turn, event.properties.channel, at)
    return _happened("Unsubscribed", turn, event, at)


def challenge_joined(turn: Turn, event: ChallengeJoined, at: float) -> Happened | None:
    """A new cycle of a challenge that one joins."""
    joining.join(turn, event.properties.challenge_id, at)
    return _happened("Challenge Joined", turn, event, at)


def wished(turn: Turn, event: Wished, at: float) -> Happened | None:
    """Kept for the day on which it is there again."""
    wishes.add(turn, event.properties)
    return _happened("Product Added to Wishlist", turn, event, at)


def unwished(turn: Turn, event: Unwished, at: float) -> Happened | None:
    """No longer wished for."""
    wishes.remove(turn, event.properties)
    return _happened("Product Removed from Wishlist", turn, event, at)


def product_restocked(turn: Turn, event: ProductRestocked, at: float) -> Happened | None:
    """Of interest to whoever wished for it, once; to others it is none."""
    if wishes.granted(turn, event.properties.product_id):
        return _happened("Product Restocked", turn, event, at)
    turn.note("not_wished_for")
    return None


def points_corrected(turn: Turn, event: PointsCorrected, at: float) -> Happened | None:
    """By hand, with the name of who did it. A guest has no ledger."""
    correction = event.properties
    if turn.customer.known:
        ledger.correct(turn, event.message_id, correction.points, at, correction)
    else:
        turn.note("not_a_member")
    return _happened("Points Corrected", turn, event, at)


def reward_awarded(turn: Turn, event: RewardAwarded, at: float) -> Happened | None:
    """Unlock it, whoever says so. A guest has no rewards."""
    award = event.properties
    if turn.customer.known:
        ident, bound = award.reward_id, award.bound
        rewards.unlock(turn, ident, award.reward, award.rule, at=at, bound=bound)
    else:
        turn.note("not_a_member")
    return _happened("Reward Awarded", turn, event, at)


def reward_lapsed(turn: Turn, event: RewardLapsed, at: float) -> Happened | None:
    """Its budgets have back what it held; nothing else follows."""
    rewards.lapse(turn, event.properties.reward_id, used=event.properties.used)
    return None


def _learn(turn: Turn, country: str | None, timezone: str | None, at: float) -> None:
    if country is not None:
        profile.set_country(turn, country, at)
    if timezone is not None:
        profile.set_zone(turn, timezone, at)


def _happened(
    name: str, turn: Turn, event: Any, at: float, money: int = 0, ordered: float = 0.0
) -> Happened:
    return Happened(name, event, at, turn.now - at > LATE, money, ordered)


class Rule(Struct, frozen=True):
    """How an event is posted.

    keyed: it moves points, and is known by its business key besides. names: who it is about is a
    known customer from then on.
    """

    post: Callable[[Turn, Any, float], Happened | None]
    keyed: bool = False
    names: bool = True


RULES: Final[Mapping[str, Rule]] = {
    "Order Completed": Rule(order_completed, keyed=True),
    "Order Refunded": Rule(order_refunded, keyed=True),
    "Order Cancelled": Rule(order_cancelled, keyed=True),
    "Redemption Requested": Rule(redemption_requested, keyed=True),
    "Redemption Committed": Rule(redemption_committed, keyed=True),
    "Redemption Released": Rule(redemption_released, keyed=True),
    "Coupon Applied": Rule(coupon_applied),
    "Loyalty Enrolled": Rule(loyalty_enrolled),
    "Challenge Joined": Rule(challenge_joined),
    "Consent Changed": Rule(consent_changed),
    "Unsubscribed": Rule(unsubscribed),
    "Product Added to Wishlist": Rule(wished),
    "Product Removed from Wishlist": Rule(unwished),
    "Product Restocked": Rule(product_restocked),
    "Points Corrected": Rule(points_corrected, keyed=True),
    "Reward Awarded": Rule(reward_awarded, keyed=True),
    "Reward Lapsed": Rule(reward_lapsed, keyed=True),
    "Merge Requested": Rule(merge_requested, names=False),
    "Merge In": Rule(merge_in, keyed=True),
    "Customer Erased": Rule(customer_erased, keyed=True, names=False),
    "Totals Kept": Rule(totals_kept, keyed=True, names=False),
    "Referral Shared": Rule(referral_shared),
    "Index Claimed": Rule(index_claimed, keyed=True, names=False),
    "Index Released": Rule(index_released, keyed=True, names=False),
    "Index Taken": Rule(index_taken, keyed=True, names=False),
    "Guest Ordered": Rule(guest_ordered, keyed=True, names=False),
    "Guests Sought": Rule(guests_sought, keyed=True, names=False),
    "Referral Claimed": Rule(referral_claimed, keyed=True, names=False),
    "Referral Answered": Rule(referral_answered, keyed=True, names=False),
    "Referral Settled": Rule(referral_settled, keyed=True, names=False),
    "identify": Rule(identify),
    "alias": Rule(alias),
}
"""Events that move more than features. All others are only seen."""
