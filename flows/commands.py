"""What operators say of a customer, on its way into the log: checked here as the engine will."""

from typing import Any

import msgspec

from engine.errors import SettingsError
from engine.events import Command
from engine.wire import decode
from flows import control
from flows.sender import Sender
from flows.settings import Settings


def command(event: str, ident: str, customer: str, **told: Any) -> bytes:
    """The record. ident: a repeat of it has no second effect. told: its properties.

    Raises SettingsError: the engine would refuse it, and why; or it gives no reason.
    """
    name = event.lower()
    body = {"messageId": ident, "userId": customer, "event": event, "properties": told}
    record = msgspec.json.encode(body)
    found = decode(record)
    if not isinstance(found, Command):
        raise SettingsError(name, f"cannot be sent: {getattr(found, 'detail', found)}")
    if not str(told.get("reason", "")).strip():
        raise SettingsError(name, "says nothing", "give a reason")
    return record


def send(settings: Settings, customer: str, record: bytes) -> None:
    """Append it to the log. Raises DeliveryError: the broker did not acknowledge; send it again."""
    sender = Sender(settings)
    control.commanded(sender, customer, record)
    sender.settle()
