"""Our own Kafka producer: a message counts as sent when the broker has said so, and not before."""

from typing import Any

from confluent_kafka import KafkaException, Message, Producer

from engine.errors import DeliveryError
from flows.client import PRODUCER, client_config
from flows.settings import Settings

FLUSH = 60.0
"""How long the broker may take to acknowledge what was produced (s)."""


class Sender:
    """Produce, then `settle`.

    It returns only when every message was acknowledged, and raises otherwise.
    """

    def __init__(self, settings: Settings, **more: str | int | float | bool) -> None:
        """more: further producer settings, for example a linger."""
        self._prefix = settings.topic_prefix
        self._producer = Producer(client_config(settings, PRODUCER, more))
        self._failed: list[str] = []

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes,
        *,
        headers: dict[str, str] | None = None,
        at_ms: int | None = None,
        partition: int | None = None,
    ) -> None:
        """Hand a message over.

        at_ms: its timestamp, if not now. Blocks while the client's queue is full.
        """
        more: dict[str, Any] = {}
        if at_ms is not None:
            more["timestamp"] = at_ms
        if partition is not None:
            more["partition"] = partition
        if headers:
            more["headers"] = list(headers.items())
        while True:
            try:
                self._producer.produce(
                    self._prefix + topic, value, key, on_delivery=self._delivered, **more
                )
            except BufferError:
                self._producer.poll(0.1)
            except KafkaException as error:
                raise DeliveryError(self._prefix + topic, error.args[0].str()) from error
            else:
                return

    def poll(self) -> None:
        """Let delivery reports come in; raise if one was bad."""
        self._producer.poll(0)
        self._check()

    def settle(self) -> None:
        """Wait until everything is acknowledged.

        Raises DeliveryError: a message was refused, or the broker did not answer in time.
        """
        left = self._producer.flush(FLUSH)
        if left:
            self._failed.append(f"{left} messages unacknowledged after {FLUSH:.0f} s")
        self._check()

    def _delivered(self, error: Any, message: Message) -> None:
        if error is not None:
            self._failed.append(f"{message.topic()}[{message.partition()}]: {error.str()}")

    def _check(self) -> None:
        if self._failed:
            raise DeliveryError("kafka", self._failed[0], f"{len(self._failed)} messages failed")
