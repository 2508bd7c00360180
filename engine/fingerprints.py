"""How a person is known again without being known: salted hashes of what an event says of them.

Normalised first, so that two ways to write one address are one; hashed at once, so that no e-mail,
phone or address is ever kept (DOMAIN: privacy).
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from engine.chance import digest
from engine.events import Happening, Identify, OrderCompleted

MAIL: Final = "email"
PHONE: Final = "phone"
PAYMENT: Final = "payment"
DEVICE: Final = "device"
BROWSER: Final = "browser"
ADDRESS: Final = "address"
STRONG: Final = (MAIL, PHONE, PAYMENT, DEVICE)
"""Of two people who share one of these it is believed that they are one."""
WEAK: Final = (BROWSER, ADDRESS)
"""Families and flats share these: they are told, and decide nothing."""
_DIGITS: Final = re.compile(r"[0-9]")
_WORDS: Final = re.compile(r"\w+")


def prints(event: Happening, salt: str) -> dict[str, str]:
    """All that an event says of a person, by kind; what it does not say in text is absent."""
    context, person = event.context, _person(event)
    device = context.device if isinstance(context.device, Mapping) else {}
    network = (_text(context.ip), _text(context.user_agent))
    told = {
        MAIL: mail(_text(person.get("email"))),
        PHONE: "".join(_DIGITS.findall(_text(person.get("phone")))),
        PAYMENT: _payment(event),
        DEVICE: _text(device.get("id")),
        BROWSER: "|".join(network) if all(network) else "",
        ADDRESS: _address(person.get("address")),
    }
    return {kind: digest(salt, kind, value) for kind, value in told.items() if value}


def mail(address: str) -> str:
    """An address as one person has it: without case, without dots and plus in the local part.

    >>> mail("Ann.Lee+shop@Example.com") == mail("annlee@example.com")
    True
    """
    local, at, domain = address.strip().lower().rpartition("@")
    return local.partition("+")[0].replace(".", "") + at + domain if local else ""


def _person(event: Happening) -> Mapping[str, Any]:
    """What the event tells of a person, wherever it does."""
    around = event.context.traits if isinstance(event.context.traits, Mapping) else {}
    if isinstance(event, Identify):
        traits = event.traits
        said = {"email": traits.email, "phone": traits.phone, "address": traits.address}
        return {**around, **{key: value for key, value in said.items() if value is not None}}
    if isinstance(event, OrderCompleted) and event.properties.email is not None:
        return {**around, "email": event.properties.email}
    return around


def _payment(event: Happening) -> str:
    if isinstance(event, OrderCompleted):
        return _text(event.properties.payment_fingerprint)
    return ""


def _address(told: object) -> str:
    """Its words in a row: commas, case and the order of fields of one shop do not matter."""
    if told is None:
        return ""
    text = told if isinstance(told, str) else msgspec.json.encode(told, order="sorted").decode()
    return " ".join(_WORDS.findall(text.lower()))


def _text(told: object) -> str:
    return told.strip() if isinstance(told, str) else ""
