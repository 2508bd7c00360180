"""An open-loop load from a process of its own: events leave at their moments, come what may.

Whoever waits for the engine before sending the next event does not see its worst pauses.
"""

import multiprocessing
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import Final, NamedTuple

from confluent_kafka import KafkaError, Message, Producer
from msgspec import Struct

from bench import mix
from bench.harness import SEED
from flows.client import PRODUCER, client_config
from flows.settings import Settings
from flows.topics import EVENTS

LEAD: Final = 0.5
"""Between the last preparation and the first event (s)."""


class Load(Struct, frozen=True):
    """What is to be sent. rate: events per second; seconds: how long."""

    customers: int
    rate: float
    seconds: float


class Acked(NamedTuple):
    """What became of an event; moments are monotonic seconds.

    due: when it was to leave. left: when it was handed to the client. at: when the broker's word
    came.
    """

    partition: int
    offset: int
    due: float
    left: float
    at: float


class Sent(Struct):
    """The acknowledged events in the order of the acknowledgements, and how many have none."""

    acked: list[Acked] = []
    failed: int = 0


class Feeder:
    """The other process, seen from here. began: when the first event is due (monotonic s)."""

    def __init__(self, pipe: Connection, load: Load) -> None:
        self._pipe = pipe
        self.began: float = pipe.recv()
        self.ends = self.began + load.seconds

    def finished(self) -> bool:
        """Whether everything was sent and acknowledged, or given up."""
        return self._pipe.poll()

    def sent(self) -> Sent:
        """Wait for the end, and take what became of the events."""
        found: Sent = self._pipe.recv()
        return found


@contextmanager
def feeding(settings: Settings, load: Load) -> Iterator[Feeder]:
    """The load runs; returns shortly before the first event is due."""
    context = multiprocessing.get_context("spawn")  # librdkafka's threads do not survive a fork
    here, there = context.Pipe()
    process = context.Process(target=_feed, args=(settings, load, there), daemon=True)
    process.start()
    there.close()
    try:
        yield Feeder(here, load)
    finally:
        process.terminate()
        process.join()


def _feed(settings: Settings, load: Load, pipe: Connection) -> None:
    sys.setswitchinterval(0.0002)  # the thread that hears acknowledgements dates them
    events = int(load.rate * load.seconds)
    start = datetime.now(UTC)
    told = list(
        mix.events(seed=SEED, customers=load.customers, n=events, start=start, rate=load.rate)
    )
    sent, producer = Sent(), Producer(client_config(settings, PRODUCER))
    done = threading.Event()
    hearing = threading.Thread(target=_hear, args=(producer, done))
    hearing.start()
    began = time.monotonic() + LEAD
    shift_ms = time.time_ns() // 1_000_000 + int(LEAD * 1000) - int(start.timestamp() * 1000)
    pipe.send(began)
    topic = settings.topic_prefix + EVENTS
    for number, (key, body, at_ms) in enumerate(told):
        due = began + number / load.rate
        while (wait := due - time.monotonic()) > 0:
            time.sleep(wait)
        heard = partial(_acked, sent, due, time.monotonic())
        producer.produce(topic, body, key, timestamp=at_ms + shift_ms, on_delivery=heard)
    producer.flush(30.0)
    done.set()
    hearing.join()
    sent.failed = events - len(sent.acked)
    pipe.send(sent)


def _hear(producer: Producer, done: threading.Event) -> None:
    while not done.is_set():
        producer.poll(0.1)


def _acked(sent: Sent, due: float, left: float, error: KafkaError | None, message: Message) -> None:
    partition, offset = message.partition(), message.offset()
    if error is None and partition is not None and offset is not None:
        sent.acked.append(Acked(partition, offset, due, left, time.monotonic()))
