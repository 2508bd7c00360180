"""The Segment envelope: one JSON object an event, without the keys that have nothing to say."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

Json = dict[str, Any]


class Stamp(NamedTuple):
    """What every event carries. at: ISO 8601, UTC. No user and no anonymous: nobody is named."""

    message_id: str
    at: str
    user: str | None = None
    anonymous: str | None = None


def track(event: str, stamp: Stamp, properties: Json) -> Json:
    """Something happened.

    >>> track("Cart Viewed", Stamp("m1", "2026-01-01T08:00:00.000Z", user="c1"), {})["userId"]
    'c1'
    """
    return _envelope("track", stamp) | {"event": event, "properties": properties}


def identify(stamp: Stamp) -> Json:
    """A visitor said who they are."""
    return _envelope("identify", stamp) | {"traits": {}}


def alias(stamp: Stamp, previous: str) -> Json:
    """`previous` and the stamp's user are one person."""
    return _envelope("alias", stamp._replace(anonymous=None)) | {"previousId": previous}


def name(line: Json) -> str:
    """The event's name, or `identify` or `alias`."""
    return str(line.get("event", line["type"]))


def known(**values: Any) -> Json:
    """The values that are known; null and absent mean the same on the wire.

    >>> known(price=0, name=None)
    {'price': 0}
    """
    return {key: value for key, value in values.items() if value is not None}


def iso(moment: datetime) -> str:
    """To the millisecond, in UTC, as browsers write it.

    >>> iso(datetime(2018, 7, 27, tzinfo=UTC))
    '2018-07-27T00:00:00.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _envelope(kind: str, stamp: Stamp) -> Json:
    ids = known(userId=stamp.user, anonymousId=stamp.anonymous)
    return {"messageId": stamp.message_id, "type": kind, "timestamp": stamp.at} | ids
