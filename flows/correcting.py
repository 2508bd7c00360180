"""Points by hand: an operator's command, on its way into the log."""

import msgspec

from engine.errors import SettingsError
from engine.events import PointsCorrected
from engine.wire import decode
from flows import control
from flows.sender import Sender
from flows.settings import Settings


def command(ident: str, customer: str, points: int, actor: str, reason: str) -> bytes:
    """The record. ident: a repeat of it has no second effect.

    Raises SettingsError: the engine would refuse it, and why.
    """
    told = {"points": points, "actor": actor, "reason": reason}
    body = {"messageId": ident, "userId": customer, "event": "Points Corrected", "properties": told}
    record = msgspec.json.encode(body)
    event = decode(record)
    if not isinstance(event, PointsCorrected):
        raise SettingsError("correction", f"cannot be sent: {getattr(event, 'detail', event)}")
    if not points or not reason.strip():
        raise SettingsError(
            "correction", "says nothing", "give points that are not 0, and a reason"
        )
    return record


def correct(settings: Settings, customer: str, record: bytes) -> None:
    """Append it to the log. Raises DeliveryError: the broker did not acknowledge; send it again."""
    sender = Sender(settings)
    control.commanded(sender, customer, record)
    sender.settle()
