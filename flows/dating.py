"""Who dates the records of `events`: we, or the broker."""

import time
from typing import Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]

from engine.errors import LogError
from flows import control
from flows.client import client_config
from flows.sender import Sender
from flows.settings import Settings
from flows.source import Log
from flows.topics import EVENTS, WAIT, full_name

LONG_AGO_MS: Final = 1
"""The probe's moment (ms): log time is beyond it everywhere, so its tick changes nothing."""
A_MOMENT: Final = 0.1
"""The client waits this long (s) at a time."""


def broker_dates(settings: Settings, sender: Sender) -> bool:
    """Whether the broker dates records by its own clock, so that history cannot be replayed.

    A broker may say LogAppendTime and not do it (the embedded one), so a tick is written and read.
    """
    if not _says_so(settings):
        return False
    log = Log(settings, EVENTS, {})
    end = log.end(0)
    log.close()
    control.tick(sender, 0, LONG_AGO_MS)
    sender.settle()
    return _read_back(settings, end) * 1000 > LONG_AGO_MS


def _read_back(settings: Settings, offset: int) -> float:
    """When the record there is dated (s)."""
    log = Log(settings, EVENTS, {0: offset})
    deadline = time.monotonic() + WAIT
    try:
        while time.monotonic() < deadline:
            for batch in log.take(A_MOMENT):
                return batch.records[0].at
    finally:
        log.close()
    raise LogError(log.topic, f"the record at {offset} cannot be read", "is the broker well?")


def _says_so(settings: Settings) -> bool:
    """What the topic is set to; a broker that does not tell is believed to take our dates."""
    topic = ConfigResource("topic", full_name(settings, EVENTS))
    admin = AdminClient(client_config(settings))  # kept in a name: its answers end with it
    try:
        told = admin.describe_configs([topic], request_timeout=WAIT)[topic].result()
        dated = told["message.timestamp.type"]
    except (KafkaException, KeyError):
        return False
    return bool(dated.value == "LogAppendTime")
