"""Who a member is, as far as the rules need it: zone, country, consent and silence."""

from engine.dates import zone
from engine.turn import Turn

ANY_CHANNEL = "*"


def set_zone(turn: Turn, name: str) -> None:
    """The last known zone; an unknown name is noted and changes nothing."""
    if name == turn.customer.zone:
        return
    if zone(name) is None:
        turn.note("unknown_zone")
    else:
        turn.customer.zone = name


def set_consent(turn: Turn, channel: str, purpose: str, *, granted: bool) -> None:
    """A word on one channel and purpose; a new yes also ends an unsubscription of that channel."""
    word = consent_key(channel, purpose)
    others = [known for known in turn.customer.consents if known != word]
    turn.customer.consents = sorted([*others, word]) if granted else others
    if granted:
        turn.customer.silenced = [silent for silent in turn.customer.silenced if silent not in (channel, ANY_CHANNEL)]


def silence(turn: Turn, channel: str | None) -> None:
    """No more marketing on a channel, or on any."""
    turn.customer.silenced = sorted({*turn.customer.silenced, channel or ANY_CHANNEL})


def consent_key(channel: str, purpose: str) -> str:
    """How a consent is kept.

    >>> consent_key("email", "marketing")
    'email:marketing'
    """
    return f"{channel}:{purpose}"
