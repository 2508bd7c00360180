"""How every Kafka client of ours is set."""

from typing import Final

from flows.settings import Settings

COMMON: Final[dict[str, str | int | float | bool]] = {
    "client.id": "punchcard",
    "allow.auto.create.topics": False,
    "log.connection.close": False,
    "log_level": 2,  # what fails is raised or reported by us, as JSON lines
    "socket.keepalive.enable": True,
    "message.max.bytes": 278_528,  # a batch of ours must pass a broker that takes 256 KiB records
}
CONSUMER: Final[dict[str, str | int | float | bool]] = {
    "group.id": "punchcard",  # the library asks for one; we commit nothing to the broker
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "error",  # stop: the default skips what is missing, silently
    "check.crcs": True,
    "fetch.wait.max.ms": 50,
    "fetch.error.backoff.ms": 20,
    "queued.max.messages.kbytes": 4096,  # bounds what is fetched ahead, per partition
    "queued.min.messages": 5000,
    "fetch.queue.backoff.ms": 5,  # at 1000, the default, a quick consumer waits for its own queue
}
PRODUCER: Final[dict[str, str | int | float | bool]] = {
    "enable.idempotence": True,
    "acks": "all",
    "partitioner": "murmur2_random",  # Kafka's own; CRC32, the default here, splits customers
    "compression.type": "lz4",
    "queue.buffering.max.messages": 1_000_000,
}


def client_config(
    settings: Settings, *more: dict[str, str | int | float | bool]
) -> dict[str, str | int | float | bool]:
    """The common settings, then `more`, then what the operator has set."""
    config = {"bootstrap.servers": settings.kafka, **COMMON}
    for extra in more:
        config.update(extra)
    for pair in filter(None, settings.kafka_config.split(";")):
        name, _, value = pair.partition("=")
        config[name.strip()] = value.strip()
    return config
