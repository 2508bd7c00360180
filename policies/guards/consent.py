"""Nobody gets marketing that they did not ask for."""

from engine.profile import consent_key
from engine.turn import Turn
from policies.bid import MARKETING, ONSITE, Bid, Objection


class Consent:
    """Denied by default, per channel and purpose.

    Our own pages and what a purchase makes necessary need none.
    """

    def objects(self, bid: Bid, turn: Turn) -> Objection | None:
        """`no_consent` unless the person said yes to this channel and purpose."""
        rule = bid.rule
        if rule.purpose != MARKETING or rule.channel == ONSITE:
            return None
        given = consent_key(rule.channel, rule.purpose) in turn.customer.book.consents
        return None if given else Objection("no_consent")
