"""The loop that everybody writes first: consume, fold, write, commit. Nothing is safe here.

A crash between the write and the commit counts events twice; two processes overwrite each other.
"""

import sys

import redis
from confluent_kafka import Consumer
from job import BATCH, decode, fold, write


def main(group, broker, topic, store):
    """Until it is killed."""
    client = redis.Redis.from_url(store)
    consumer = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.queue.backoff.ms": 5,
        }
    )
    consumer.subscribe([topic])
    states = {}
    while True:
        records = consumer.consume(BATCH, 0.1)
        touched, events = {}, 0
        for record in records:
            if record.error() is None and (event := decode(record.value())) is not None:
                who = event["userId"]
                touched[who] = states[who] = fold(states.get(who), event)
                events += 1
        if events:
            write(client, touched, events)
        if records:
            consumer.commit(asynchronous=True)


main(*sys.argv[1:])
