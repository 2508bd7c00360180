"""Who unsubscribed hears nothing more on that channel."""

from engine.profile import ANY_CHANNEL
from engine.turn import Turn
from policies.bid import MARKETING, Bid, Objection


class Silence:
    """The suppression list. Stronger than a consent, until a new one is given."""

    def objects(self, bid: Bid, turn: Turn) -> Objection | None:
        """`unsubscribed` from this channel or from all."""
        silenced = turn.customer.book.silenced
        unwanted = bid.rule.channel in silenced or ANY_CHANNEL in silenced
        return Objection("unsubscribed") if unwanted and bid.rule.purpose == MARKETING else None
