"""The newest dead letters: what was refused, why, and where it had stood."""

from confluent_kafka import Message
from msgspec import Struct

from flows import scan
from flows.settings import Settings
from flows.topics import DEAD_LETTERS


class Letter(Struct, frozen=True):
    """A refused record. at: when it was put away (s). came_from: topic[partition]@offset.

    value: its bytes, as far as they were kept.
    """

    at: float
    reason: str
    detail: str
    came_from: str
    value: bytes


def newest(settings: Settings, most: int) -> list[Letter]:
    """The last ones of the whole topic, oldest first, each once.

    Raises SettingsError: no broker answers. LogError: there is no such topic.
    """
    found = [_letter(message) for message in scan.newest(settings, DEAD_LETTERS, most)]
    once = {letter.came_from: letter for letter in found}
    return sorted(once.values(), key=lambda letter: letter.at)[-most:]


def _letter(message: Message) -> Letter:
    headers = {
        name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
        for name, value in dict(message.headers() or []).items()
    }
    came_from = f"{headers.get('from', '')}[{headers.get('partition', '')}]"
    return Letter(
        at=message.timestamp()[1] / 1000.0,
        reason=headers.get("reason", "unknown"),
        detail=headers.get("detail", ""),
        came_from=f"{came_from}@{headers.get('offset', '')}",
        value=message.value() or b"",
    )
