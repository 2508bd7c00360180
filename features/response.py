"""How a customer answers to us: to messages, and to points and rewards."""

from math import exp2, inf
from typing import ClassVar, Final

from engine.dates import DAY
from engine.world import Happened
from features.theme import NEVER, Number, Theme, forward

HALF_LIFE: Final = 60 * DAY
USUAL_OPEN_RATE: Final = 0.3
"""Of somebody who has had no message yet. An assumption; own messages soon outweigh it."""
STRENGTH: Final = 5.0
"""Messages that the assumption is worth."""
USED: Final = frozenset({"Redemption Committed", "Coupon Applied"})


class Response(Theme):
    """Messages that arrived, were opened and were followed; redemptions and coupons.

    newest: the newest of these messages' events. delivered, opened, clicked: fading with a
    half-life of 60 days, as of `newest`. used: the last time that points, a reward or a coupon were
    used.
    """

    NUMBERS: ClassVar = (
        Number("messages_60d", "messages", 0.0, inf, "delivered; after 60 days one counts half"),
        Number("opens_60d", "messages", 0.0, inf, "opened; after 60 days one counts half"),
        Number("clicks_60d", "messages", 0.0, inf, "followed; after 60 days one counts half"),
        Number("open_rate", "share", 0.0, 1.0, "opened of delivered, five at 30 % counted in"),
        Number("days_since_redemption", "days", 0.0, inf, "or coupon; 3650: never"),
    )
    MOVED_BY: ClassVar = USED | {"Message Delivered", "Message Opened", "Message Clicked"}

    newest: int = 0
    delivered: float = 0.0
    opened: float = 0.0
    clicked: float = 0.0
    used: int = 0

    def fold(self, happened: Happened) -> None:
        at, name = int(happened.at), happened.name
        if name in USED:
            self.used = max(self.used, at)
            return
        kept, added = forward(self.newest, at, HALF_LIFE)
        self.delivered = self.delivered * kept + (added if name == "Message Delivered" else 0.0)
        self.opened = self.opened * kept + (added if name == "Message Opened" else 0.0)
        self.clicked = self.clicked * kept + (added if name == "Message Clicked" else 0.0)
        self.newest = max(self.newest, at)

    def merge(self, other: "Response") -> None:
        newest = max(self.newest, other.newest)
        own = exp2((self.newest - newest) / HALF_LIFE)
        theirs = exp2((other.newest - newest) / HALF_LIFE)
        self.delivered = self.delivered * own + other.delivered * theirs
        self.opened = self.opened * own + other.opened * theirs
        self.clicked = self.clicked * own + other.clicked * theirs
        self.newest, self.used = newest, max(self.used, other.used)

    def numbers(self, now: float) -> tuple[float, ...]:
        fade = exp2((self.newest - now) / HALF_LIFE)
        delivered, opened = self.delivered * fade, self.opened * fade
        # An opening can come before its delivery, and more than one of a message.
        rate = (opened + STRENGTH * USUAL_OPEN_RATE) / (delivered + STRENGTH)
        return (
            delivered,
            opened,
            self.clicked * fade,
            rate if rate < 1.0 else 1.0,
            (now - self.used) / DAY if self.used else NEVER,
        )
