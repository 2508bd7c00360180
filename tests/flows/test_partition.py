"""The partition of a customer is the one that Kafka's own clients choose."""

from collections.abc import Iterator

import pytest
from confluent_kafka import KafkaError, Message, Producer
from hypothesis import given
from hypothesis import strategies as st

from flows.client import PRODUCER
from flows.partition import murmur2, partition_of

# From Kafka's own test of `Utils.murmur2`, as unsigned numbers.
KNOWN = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("text", "known"), KNOWN.items())
def test_the_hash_is_kafkas(text: bytes, known: int) -> None:
    assert murmur2(text) == known % 2**32


@pytest.fixture(scope="module")
def mock() -> Iterator[Producer]:
    """librdkafka's own broker of four partitions, inside this process."""
    producer = Producer({"test.mock.num.brokers": 1, "partitioner": PRODUCER["partitioner"]})
    yield producer
    producer.flush(10.0)


def test_librdkafka_sends_a_record_where_we_look_for_its_customer(mock: Producer) -> None:
    sent: dict[str, int | None] = {}

    def delivered(error: KafkaError | None, message: Message) -> None:
        assert error is None
        sent[(message.key() or b"").decode()] = message.partition()

    customers = [*(f"c{n}" for n in range(200)), "é", "客户", "a" * 100, "x y"]
    for customer in customers:
        mock.produce("events", b"{}", customer.encode(), on_delivery=delivered)
    mock.flush(10.0)
    assert sent == {customer: partition_of(customer, 4) for customer in customers}


@given(st.text(min_size=1), st.integers(1, 1024))
def test_every_customer_has_a_partition(customer: str, partitions: int) -> None:
    assert partition_of(customer, partitions) in range(partitions)
