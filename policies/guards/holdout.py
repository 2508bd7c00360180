"""A few members get what they are owed and nothing more, so that the difference can be measured."""

from engine.turn import Turn
from policies.bid import MARKETING, Bid, Objection


class Holdout:
    """Drawn by a salted hash at first sight and kept (DOMAIN: holdouts).

    Points, tiers and receipts are not touched.
    """

    def objects(self, bid: Bid, turn: Turn) -> Objection | None:
        """`holdout` for a member of the held-out share."""
        held = turn.customer.book.holdout and bid.rule.purpose == MARKETING
        return Objection("holdout") if held else None
