"""The least that a test needs of a broker: make a topic, write a record, list what is there."""

from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from flows.embedded import Broker


def create_topic(broker: Broker, name: str) -> None:
    """Make a topic of one partition."""
    admin = AdminClient({"bootstrap.servers": broker.address})
    made = admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    made[name].result(timeout=30.0)


def topics(broker: Broker) -> set[str]:
    """The names of all topics."""
    admin = AdminClient({"bootstrap.servers": broker.address})
    return set(admin.list_topics(timeout=30.0).topics)


def produce(broker: Broker, topic: str) -> int:
    """Write one record and wait until the broker has it; its offset."""
    answers: list[tuple[KafkaError | None, Message]] = []
    producer = Producer({"bootstrap.servers": broker.address, "acks": "all"})
    producer.produce(topic, b"{}", on_delivery=lambda *answer: answers.append(answer))
    producer.flush(30.0)
    [(error, record)] = answers
    offset = record.offset()
    assert error is None
    assert offset is not None
    return offset
