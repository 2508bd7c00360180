"""Who has no customer id has no ledger, and nothing can be given to them."""

from engine.turn import Turn
from policies.bid import Bid, Objection


class Member:
    """Eligible: rewards, offers and challenges are for members (DOMAIN: messages, first gate)."""

    def objects(self, bid: Bid, turn: Turn) -> Objection | None:
        """`not_a_member` where a guest would be given something."""
        gives = not turn.customer.known and any(deed in GIFTS for deed in bid.rule.deeds)
        return Objection("not_a_member") if gives else None


GIFTS = ("reward", "offer", "challenge")
