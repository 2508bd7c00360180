"""What marketers publish, on its way into every partition of the log."""

from pathlib import Path

import orjson

from engine.errors import ProgrammeError, SettingsError
from engine.events import Situation
from engine.programme import Programme
from engine.wire import MAX_BYTES
from flows import control
from flows.sender import Sender
from flows.settings import Settings
from flows.topics import identify
from policies.check import load

ENVELOPE = 200
"""Bytes of the record around the text."""


def text_of(path: Path) -> str:
    """What the file says.

    Raises SettingsError: it cannot be read. ProgrammeError: it is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(str(path), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        mend = "save it as UTF-8 in your editor"
        raise ProgrammeError(str(path), "is no text in UTF-8", mend) from error


def announce(settings: Settings, text: str, at: float | None = None) -> Programme:
    """Publish a programme to all partitions. at: the moment in data time (s); None: now.

    It holds from its records on, and never for a moment before them.
    Raises ProgrammeError: a mistake, or more text than a record may have. DeliveryError: the broker
    did not acknowledge; publish again, a repeat changes nothing.
    """
    programme = load(text)
    size = len(orjson.dumps(text)) + ENVELOPE
    if size > MAX_BYTES:
        raise ProgrammeError("the file", f"{size} bytes are too many", f"at most {MAX_BYTES}")
    sender = Sender(settings)
    at_ms = None if at is None else round(at * 1000)
    for partition in range(identify(settings).partitions):
        control.programme_published(sender, partition, programme.version, text, at_ms)
    sender.settle()
    return programme


def tell(settings: Settings, ident: str, situation: Situation) -> None:
    """Tell stock and demand of a dynamic reward to all partitions. ident: a repeat changes nothing.

    Raises DeliveryError: the broker did not acknowledge; tell it again.
    """
    sender = Sender(settings)
    for partition in range(identify(settings).partitions):
        control.situation_published(sender, partition, ident, situation)
    sender.settle()
