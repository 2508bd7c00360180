"""Every setting: environment variable `PUNCHCARD_<NAME>`, default, unit, meaning.

Read once, frozen.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, get_type_hints

import msgspec
from msgspec import Meta, Struct

from engine.errors import SettingsError

PREFIX = "PUNCHCARD_"


class Settings(Struct, frozen=True, kw_only=True):
    """One line each; `punchcard settings` prints them with what is in force."""

    kafka: Annotated[str, Meta(description="Kafka bootstrap servers, host:port[,host:port]")] = (
        "127.0.0.1:9092"
    )
    kafka_config: Annotated[
        str, Meta(description="further librdkafka settings, key=value;key=value (TLS, SASL)")
    ] = ""
    redis: Annotated[str, Meta(description="Redis URL; rediss:// for TLS")] = (
        "redis://127.0.0.1:6379/0"
    )
    redis_password_file: Annotated[
        str, Meta(description="file that holds the Redis password; goes before one in the URL")
    ] = ""
    topic_prefix: Annotated[str, Meta(description="put before every topic's name")] = ""
    partitions: Annotated[
        int, Meta(ge=1, le=1024, description="partitions of each topic, when topics are created")
    ] = 8
    log_time: Annotated[
        Literal["append", "create"],
        Meta(
            description="who dates records: append, the broker; create, the producer (for replays)"
        ),
    ] = "append"
    accept_trimmed_log: Annotated[
        bool, Meta(description="begin without a checkpoint on a log whose beginning is gone")
    ] = False
    batch: Annotated[int, Meta(ge=1, le=500, description="records of one commit, at most")] = 500
    cache: Annotated[
        int,
        Meta(ge=1000, le=5_000_000, description="customers that a decide process keeps in memory"),
    ] = 20_000
    tick_seconds: Annotated[
        float, Meta(gt=0, le=60, description="seconds between ticks of the clock")
    ] = 1.0
    lease_seconds: Annotated[
        float, Meta(ge=0, le=600, description="seconds that a fenced process waits before it ends")
    ] = 5.0
    refused_in_row: Annotated[
        int, Meta(ge=1, description="records refused in a row that stop a partition")
    ] = 1000
    redis_timeout: Annotated[
        float, Meta(gt=0, le=300, description="seconds until an answer of Redis counts as lost")
    ] = 10.0
    learn_labels: Annotated[
        int, Meta(ge=1, description="labels after which a new model version is published")
    ] = 500
    learn_seconds: Annotated[
        float, Meta(gt=0, description="seconds after which a changed model is published")
    ] = 1.0
    metrics_host: Annotated[str, Meta(description="address on which /metrics listens")] = (
        "127.0.0.1"
    )
    metrics_port: Annotated[
        int, Meta(ge=0, le=65535, description="port on which /metrics listens; 0: none")
    ] = 0
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="least level of the JSON log lines"),
    ] = "info"
    data: Annotated[
        str, Meta(description="directory of the real event logs that tests and benchmarks read")
    ] = "../shared/data"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings in force.

    Raises SettingsError: a variable of ours that is not known, or a value of the wrong kind.
    """
    known = {field.name for field in msgspec.structs.fields(Settings)}
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX)
    }
    for name in given.keys() - known:
        raise SettingsError(
            PREFIX + name.upper(), "no such setting", "`punchcard settings` lists them all"
        )
    try:
        return msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        raise SettingsError(PREFIX + path.rstrip("`").upper(), problem) from error


def describe(settings: Settings) -> list[tuple[str, str, str, str]]:
    """(variable, default, in force, meaning) of each setting."""
    hints = get_type_hints(Settings, include_extras=True)
    return [
        (
            PREFIX + field.name.upper(),
            str(field.default),
            str(getattr(settings, field.name)),
            hints[field.name].__metadata__[0].description,
        )
        for field in msgspec.structs.fields(Settings)
    ]
