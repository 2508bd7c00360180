"""Who dates the records of `events`: we, or the broker."""

from typing import Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]

from flows import control
from flows.client import client_config
from flows.sender import Sender
from flows.settings import Settings
from flows.source import Log
from flows.topics import EVENTS, WAIT, full_name

LONG_AGO_MS: Final = 1
"""The probe's moment (ms): log time is beyond it everywhere, so its tick changes nothing."""


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
    log = Log(settings, EVENTS, {0: end})
    written = [record for batch in log.take(WAIT) for record in batch.records]
    log.close()
    return all(record.at * 1000 > LONG_AGO_MS for record in written)


def _says_so(settings: Settings) -> bool:
    """What the topic is set to; a broker that does not tell is believed to take our dates."""
    topic = ConfigResource("topic", full_name(settings, EVENTS))
    asked = AdminClient(client_config(settings)).describe_configs([topic], request_timeout=WAIT)
    try:
        dated = asked[topic].result()["message.timestamp.type"]
    except (KafkaException, KeyError):
        return False
    return bool(dated.value == "LogAppendTime")
