"""Real servers for one test each; every test on `broker` runs on both brokers."""

from collections.abc import Iterator

import pytest

from flows.apache import ApacheKafka
from flows.embedded import Broker, RedisServer


@pytest.fixture(params=["embedded", pytest.param("apache", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A broker with an empty log: the embedded one, and with `-m kafka` Apache Kafka."""
    with ApacheKafka() if request.param == "apache" else Broker() as started:
        yield started


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """An empty Redis that fsyncs every write."""
    with RedisServer() as started:
        yield started
