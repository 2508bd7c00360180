"""deploy/kafka/config on real Kafka: who is let in, how large a record may be."""

from collections.abc import Iterator
from random import Random
from typing import Final

import pytest
from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource

from engine.errors import DeliveryError
from engine.wire import MAX_BYTES
from flows import apache
from flows.apache import ApacheKafka
from flows.loopback import free_port
from flows.sender import Sender
from flows.settings import Settings
from flows.topics import DEAD_LETTERS, EVENTS, TOPICS, ensure_topics
from tests.support.deploy import DEPLOY, kafka_properties, make_secrets, services
from tests.support.topics import topics

pytestmark = [pytest.mark.stack, pytest.mark.kafka]

CONFIG: Final[str] = services()["topics"]["environment"]["PUNCHCARD_KAFKA_CONFIG"]


class Deployed:
    """The broker of docker-compose.yml on loopback, and its listener for outsiders."""

    def __init__(self, broker: ApacheKafka, shop_port: int, password: str) -> None:
        self.broker = broker
        self.settings = Settings(kafka=broker.address, kafka_config=CONFIG, partitions=2)
        self.shop = f"127.0.0.1:{shop_port}"
        self.password = password

    def shop_topics(self, **more: str) -> set[str]:
        """What an outsider sees."""
        admin = AdminClient({"bootstrap.servers": self.shop, "log_level": 0, **more})
        return set(admin.list_topics(timeout=3.0).topics)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    directory, shop_port = tmp_path_factory.mktemp("deployed"), free_port()
    secrets = make_secrets(directory)
    here = (
        kafka_properties()
        .replace("kafka:9092", "{host}:{port}")
        .replace("INSIDE://:9092", "INSIDE://{host}:{port}")
        .replace("SHOP://127.0.0.1:9094", f"SHOP://{{host}}:{shop_port}")
        .replace("SHOP://:9094", f"SHOP://{{host}}:{shop_port}")
        .replace("127.0.0.1:9093", "{host}:{controller}")
        .replace("/var/lib/kafka/data", "{logs}")
    )
    jvm = [
        f"-Djava.security.auth.login.config={secrets / 'kafka_jaas'}",
        f"-Dlog4j2.configurationFile={DEPLOY / 'kafka' / 'config' / 'log4j2.yaml'}",
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apache, "PROPERTIES", here)
        patch.setattr(apache, "JVM", [*apache.JVM, *jvm])
        with ApacheKafka(directory=directory / "kafka") as broker:
            started = Deployed(broker, shop_port, (secrets / "kafka_shop").read_text())
            ensure_topics(started.settings)
            yield started


def test_an_outsider_with_the_password_is_let_in(deployed: Deployed) -> None:
    known = {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "shop",
        "sasl.password": deployed.password,
    }
    assert deployed.shop_topics(**known) == set(TOPICS)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": "shop",
            "sasl.password": "guess",
        },
    ],
    ids=["without a password", "with a wrong one"],
)
def test_an_outsider_is_refused(deployed: Deployed, more: dict[str, str]) -> None:
    with pytest.raises(KafkaException):
        deployed.shop_topics(**more)


def test_the_log_is_dated_by_the_broker_and_kept_for_ever(deployed: Deployed) -> None:
    admin = AdminClient({"bootstrap.servers": deployed.broker.address})
    resource = ConfigResource(ConfigResource.Type.TOPIC, EVENTS)
    told = admin.describe_configs([resource])[resource].result(30.0)
    assert told["message.timestamp.type"].value == "LogAppendTime"
    assert told["retention.ms"].value == "-1"


def test_the_largest_event_passes_and_a_burst_that_does_not_compress_too(
    deployed: Deployed,
) -> None:
    sender = Sender(deployed.settings)
    headers = {"source": "gateway", "seq": "1-1"}
    sender.send(EVENTS, b"k" * 100, b"x" * MAX_BYTES, headers=headers)
    dice = Random(1)
    for _ in range(2000):
        sender.send(DEAD_LETTERS, b"k", dice.randbytes(1000), headers=headers, partition=0)
    sender.settle()


def test_what_is_larger_is_refused_and_that_is_told(deployed: Deployed) -> None:
    sender = Sender(deployed.settings)
    with pytest.raises(DeliveryError, match="too large"):
        sender.send(EVENTS, b"k", b"x" * 300_000)


def test_a_misspelt_topic_is_not_made(deployed: Deployed) -> None:
    sender = Sender(deployed.settings, **{"message.timeout.ms": 2000})
    sender.send("event", b"k", b"{}")
    with pytest.raises(DeliveryError):
        sender.settle()
    assert topics(deployed.broker) == set(TOPICS)


def test_the_log_cannot_be_deleted_by_mistake(deployed: Deployed) -> None:
    admin = AdminClient({"bootstrap.servers": deployed.broker.address})
    with pytest.raises(KafkaException):
        admin.delete_topics([EVENTS])[EVENTS].result(30.0)
    described = admin.describe_topics(TopicCollection([EVENTS]))[EVENTS].result(30.0)
    assert len(described.partitions) == 2
