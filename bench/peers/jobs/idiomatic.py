"""The job as Bytewax's guide has it: Kafka source, `stateful_map`, a sink that writes batches."""

import sys

import bytewax.operators as op
import redis
from bytewax.connectors.kafka import operators as kafka
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import cluster_main
from job import BATCH, decode, fold, write


class Profiles(DynamicSink):
    """Profiles into Redis."""

    def __init__(self, store):
        self.store = store

    def build(self, step_id, worker_index, worker_count):
        """One writer a worker."""
        return Writer(redis.Redis.from_url(self.store))


class Writer(StatelessSinkPartition):
    """Writes what one activation brings."""

    def __init__(self, client):
        self.client = client

    def write_batch(self, items):
        """The newest state of each customer."""
        write(self.client, dict(items), len(items))


def keyed(record):
    """Whose event it is; None: nobody's."""
    event = decode(record.value)
    return None if event is None else (event["userId"], event)


def folded(state, event):
    """The new state, twice: it is kept, and it goes on."""
    state = fold(state, event)
    return state, state


def main(group, broker, topic, store):
    """Until it is killed."""
    flow = Dataflow("light")
    # fetch.queue.backoff.ms: as in every other peer that runs librdkafka.
    source = kafka.input(
        "events", flow, brokers=[broker], topics=[topic], batch_size=BATCH,
        add_config={"fetch.queue.backoff.ms": "5"},
    )  # fmt: skip
    events = op.filter_map("decode", source.oks, keyed)
    profiles = op.stateful_map("fold", events, folded)
    op.output("profiles", profiles, Profiles(store))
    cluster_main(flow, [], 0)


main(*sys.argv[1:])
