"""The job on PyFlink's DataStream API: a keyed process function over value state.

PyFlink has no sink of its own for Redis, so a function writes every 500 profiles; the last of a
log wait for others. One task slot, so that all of it is one core's work.
"""

import sys
from pathlib import Path

import redis
from job import BATCH, decode, fold, write
from pyflink.common import Configuration, Types, WatermarkStrategy
from pyflink.common.serialization import SimpleStringSchema
from pyflink.datastream import FlatMapFunction, KeyedProcessFunction, StreamExecutionEnvironment
from pyflink.datastream.connectors.kafka import KafkaOffsetsInitializer, KafkaSource
from pyflink.datastream.state import ValueStateDescriptor


class Fold(KeyedProcessFunction):
    """Keeps each customer's state."""

    def open(self, context):
        """Name the state."""
        self.state = context.get_state(ValueStateDescriptor("light", Types.PICKLED_BYTE_ARRAY()))

    def process_element(self, value, context):
        """One event."""
        state = fold(self.state.value(), value[1])
        self.state.update(state)
        yield value[0], state


class Write(FlatMapFunction):
    """Writes profiles, some hundreds at one time."""

    def __init__(self, store):
        self.store = store

    def open(self, context):
        """Connect."""
        self.client = redis.Redis.from_url(self.store)
        self.waiting = []

    def flat_map(self, value):
        """Keep it, or write all that was kept."""
        self.waiting.append(value)
        if len(self.waiting) >= BATCH:
            write(self.client, dict(self.waiting), len(self.waiting))
            self.waiting = []
        return []


def main(group, broker, topic, store, jars):
    """Up to the log's end as it was at the start."""
    configuration = Configuration()
    configuration.set_string("python.files", str(Path(__file__).with_name("job.py")))
    configuration.set_string("python.executable", sys.executable)
    environment = StreamExecutionEnvironment.get_execution_environment(configuration)
    environment.set_parallelism(1)
    environment.add_jars(*(path.as_uri() for path in sorted(Path(jars).glob("*.jar"))))
    source = (
        KafkaSource.builder()
        .set_bootstrap_servers(broker)
        .set_topics(topic)
        .set_group_id(group)
        .set_starting_offsets(KafkaOffsetsInitializer.earliest())
        .set_bounded(KafkaOffsetsInitializer.latest())
        .set_value_only_deserializer(SimpleStringSchema())
        .build()
    )
    (
        environment.from_source(source, WatermarkStrategy.no_watermarks(), "events")
        .map(decode)
        .filter(lambda event: event is not None)
        .map(lambda event: (event["userId"], event))
        .key_by(lambda pair: pair[0], key_type=Types.STRING())
        .process(Fold())
        .flat_map(Write(store), output_type=Types.STRING())
    )
    environment.execute("light")


main(*sys.argv[1:])
