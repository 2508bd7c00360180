"""The job on Quix Streams: a stateful `apply` over its RocksDB state, and a batching sink.

Its own defaults, but for the sizes: state is backed by a changelog topic, and profiles are written
when a checkpoint is committed.
"""

import logging
import sys
import tempfile

import redis
from job import BATCH, decode, fold, write
from quixstreams import Application
from quixstreams.sinks import BatchingSink


class Profiles(BatchingSink):
    """Profiles into Redis, with every checkpoint."""

    def __init__(self, store):
        super().__init__()
        self.client = redis.Redis.from_url(store)

    def write(self, batch):
        """The newest state of each customer of a checkpoint, in pieces."""
        for piece in batch.iter_chunks(n=BATCH):
            items = [item.value for item in piece]
            write(self.client, dict(items), len(items))


def folded(event, state):
    """Whose state it is, and the state."""
    known = fold(state.get("light"), event)
    state.set("light", known)
    return event["userId"], known


def main(group, broker, topic, store):
    """Until it is killed."""
    with tempfile.TemporaryDirectory() as directory:
        app = Application(
            broker_address=broker,
            consumer_group=group,
            auto_offset_reset="earliest",
            state_dir=directory,
            commit_every=BATCH * 10,
            commit_interval=1.0,
            consumer_extra_config={"fetch.queue.backoff.ms": 5},
            loglevel=logging.WARNING,
        )
        events = app.dataframe(app.topic(topic, value_deserializer="bytes"))
        events = events.apply(decode).filter(lambda event: event is not None)
        events.apply(folded, stateful=True).sink(Profiles(store))
        app.run()


main(*sys.argv[1:])
