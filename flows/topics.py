"""The four topics, and the identity of the log."""

from typing import Final

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from msgspec import Struct

from engine.errors import LogError, SettingsError
from flows.client import client_config
from flows.settings import Settings

EVENTS: Final = "events"
DECISIONS: Final = "decisions"
OUTCOMES: Final = "outcomes"
DEAD_LETTERS: Final = "dead-letters"
TOPICS: Final = (EVENTS, DECISIONS, OUTCOMES, DEAD_LETTERS)

WAIT: Final = 15.0
"""How long the broker may take to answer an administrative call (s)."""


class Identity(Struct, frozen=True):
    """Which log this is.

    A topic that was deleted and made anew has another identity under the same name.
    """

    cluster: str
    topic: str
    partitions: int

    def __str__(self) -> str:
        """As the checkpoint keeps it."""
        return f"{self.cluster}/{self.topic}/{self.partitions}"


def full_name(settings: Settings, topic: str) -> str:
    """A topic's name on the broker."""
    return settings.topic_prefix + topic


def identify(settings: Settings, topic: str = EVENTS) -> Identity:
    """Ask the broker which log this is.

    Raises SettingsError: no broker answers. LogError: there is no such topic.
    """
    name = full_name(settings, topic)
    admin = AdminClient(client_config(settings))
    try:
        cluster = admin.describe_cluster(request_timeout=WAIT).result().cluster_id
        described = admin.describe_topics(TopicCollection([name]), request_timeout=WAIT)[
            name
        ].result()
    except KafkaException as error:
        if error.args[0].name() == "UNKNOWN_TOPIC_OR_PART":
            raise LogError(
                f"topic {name}", "does not exist", "`punchcard topics` makes it"
            ) from error
        raise unreachable(settings, error) from error
    return Identity(str(cluster), str(described.topic_id), len(described.partitions))


def ensure_topics(settings: Settings) -> None:
    """Make the topics that are missing; those that exist stay as they are.

    Raises SettingsError: no broker answers, or it refuses.
    """
    admin = AdminClient(client_config(settings))
    dated = "LogAppendTime" if settings.log_time == "append" else "CreateTime"
    wanted = [
        NewTopic(
            full_name(settings, topic),
            settings.partitions,
            config={"message.timestamp.type": dated} if topic == EVENTS else {},
        )
        for topic in TOPICS
    ]
    try:
        existing = admin.list_topics(timeout=WAIT).topics
        missing = [topic for topic in wanted if topic.topic not in existing]
        for made in admin.create_topics(missing).values() if missing else ():
            made.result(WAIT)
    except KafkaException as error:
        raise unreachable(settings, error) from error


def unreachable(settings: Settings, error: KafkaException) -> SettingsError:
    """One clear sentence instead of a stack of them."""
    return SettingsError(
        "PUNCHCARD_KAFKA",
        f"{settings.kafka} does not answer: {error.args[0].str()}",
        "is the broker running?",
    )
