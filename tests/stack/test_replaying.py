"""What the command line does on a broker: replays, programmes, dead letters."""

import gzip
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import orjson
import pytest
from confluent_kafka import KafkaException
from msgspec.structs import replace

from engine.errors import LogError, ProgrammeError
from engine.events import ProgrammePublished
from engine.wire import decode
from flows.announce import announce
from flows.apache import ApacheKafka
from flows.dating import broker_dates
from flows.embedded import Broker
from flows.letters import newest
from flows.partition import partition_of
from flows.record import Record
from flows.replaying import replay_file
from flows.sender import Sender
from flows.settings import Settings
from flows.source import Log
from flows.topics import DEAD_LETTERS, EVENTS, ensure_topics
from tests.support.records import START, record

pytestmark = pytest.mark.stack

PARTITIONS: Final = 3
ROASTERY: Final = Path(__file__).parents[2] / "policies" / "programmes" / "roastery.toml"


@pytest.fixture(
    scope="module", params=["embedded", pytest.param("apache", marks=pytest.mark.kafka)]
)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """One for all tests here: each makes topics of its own."""
    with ApacheKafka() if request.param == "apache" else Broker() as started:
        yield started


def made(broker: Broker, **more: str) -> Settings:
    """New topics on the broker, once it serves them."""
    told = {"log_time": "create", "topic_prefix": f"{secrets.token_hex(4)}-", **more}
    settings = replace(Settings(kafka=broker.address, partitions=PARTITIONS), **told)
    ensure_topics(settings)
    log, deadline = Log(settings, EVENTS, {}), time.monotonic() + 30.0
    for partition in range(PARTITIONS):
        while True:
            try:
                log.end(partition)
                break
            except KafkaException:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
    log.close()
    return settings


def written(settings: Settings) -> list[tuple[int, Record]]:
    """All records of `events` with their partitions."""
    log = Log(settings, EVENTS, dict.fromkeys(range(PARTITIONS), 0))
    expected = sum(log.end(partition) for partition in range(PARTITIONS))
    found: list[tuple[int, Record]] = []
    while len(found) < expected:
        found += [(batch.partition, each) for batch in log.take(0.2) for each in batch.records]
    log.close()
    return found


def replay(settings: Settings, path: Path, *lines: bytes) -> None:
    path.write_bytes(gzip.compress(b"\n".join(lines)))
    replay_file(settings, str(path), tick=1800.0, speed=None, until_days=0.0)


def test_a_replayed_file_is_in_the_log_as_it_happened(broker: Broker, tmp_path: Path) -> None:
    settings = made(broker)
    lines = [record("Cart Viewed", 60.0 * n, who=f"c{n}").value for n in range(50)]
    replay(settings, tmp_path / "log.gz", *lines, b"not json")
    events = [(p, each) for p, each in written(settings) if each.source == ""]
    assert {each.value for _, each in events} == {*lines, b"not json"}
    for partition, each in events:
        if each.key is None:
            assert each.at == START + 49 * 60
        else:
            who = each.key.decode()
            assert partition == partition_of(who, PARTITIONS)
            assert each.at == START + 60.0 * int(who[1:])


def test_every_partition_gets_the_ticks_in_data_time(broker: Broker, tmp_path: Path) -> None:
    settings = made(broker)
    told = [record("Cart Viewed", after).value for after in (0.0, 3600.0)]
    replay(settings, tmp_path / "log.gz", *told)
    for partition in range(PARTITIONS):
        ticks = [each.at - START for p, each in written(settings) if p == partition and each.source]
        assert ticks == [0.0, 1800.0, 3600.0]


def test_a_replay_tells_how_it_went(
    broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [record("Cart Viewed", after).value for after in (0.0, 60.0)]
    replay(made(broker), tmp_path / "log.gz", *told, b"not json")
    said = " ".join(capsys.readouterr().out.split())
    assert "lines 3" in said
    assert "of these no events, for the dead letters 1" in said
    assert "data time from 2026-01-01T08:00:00Z data time to 2026-01-01T08:01:00Z" in said


def test_a_broker_that_dates_records_itself_is_found_out_and_warned_of(
    broker: Broker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The embedded broker says that it does, and does not.
    really = isinstance(broker, ApacheKafka)
    settings = made(broker, log_time="append")
    assert broker_dates(settings, Sender(settings)) is really
    replay(settings, tmp_path / "log.gz", record("Cart Viewed").value)
    assert ("has LogAppendTime" in capsys.readouterr().err) is really


def test_a_broker_that_takes_our_dates_is_not_written_to(broker: Broker) -> None:
    settings = made(broker)
    assert not broker_dates(settings, Sender(settings))
    assert written(settings) == []


def test_a_programme_reaches_every_partition_in_its_moment(broker: Broker) -> None:
    settings, text = made(broker), ROASTERY.read_text()
    programme = announce(settings, text, START)
    found = written(settings)
    assert sorted(partition for partition, _ in found) == list(range(PARTITIONS))
    for _, each in found:
        event = decode(each.value)
        assert isinstance(event, ProgrammePublished)
        assert (event.text, each.at, each.source) == (text, START, "admin")
    assert programme.version


def test_a_programme_that_no_record_can_hold_is_refused() -> None:
    text = ROASTERY.read_text() + "# more\n" * 50_000
    with pytest.raises(ProgrammeError, match="bytes are too many"):
        announce(Settings(), text)


def test_the_newest_dead_letters_are_shown_once_with_their_reasons(broker: Broker) -> None:
    settings = made(broker)
    sender = Sender(settings)
    for n in (0, 1, 2, 2, 3):
        told = {"reason": "not_json", "detail": f"d{n}", "from": EVENTS, "partition": "1"}
        headers = {**told, "offset": str(n)}
        sender.send(DEAD_LETTERS, b"k%d" % n, b"{%d" % n, headers=headers, at_ms=(n + 1) * 1000)
    sender.settle()
    letters = newest(settings, 3)
    assert [
        (each.at, each.reason, each.detail, each.came_from, each.value) for each in letters
    ] == [(n + 1.0, "not_json", f"d{n}", f"events[1]@{n}", b"{%d" % n) for n in (1, 2, 3)]


def test_without_dead_letters_there_are_none(broker: Broker) -> None:
    assert newest(made(broker), 10) == []


def test_a_topic_that_is_not_there_is_one_sentence(broker: Broker) -> None:
    settings = Settings(kafka=broker.address, topic_prefix="nobody-made-")
    with pytest.raises(LogError, match="punchcard topics"):
        newest(settings, 10)


def test_a_line_too_long_for_an_event_reaches_the_log_cut(broker: Broker, tmp_path: Path) -> None:
    settings = made(broker)
    long = orjson.dumps({"userId": "ann", "note": "x" * 2_000_000})
    replay(settings, tmp_path / "log.gz", record("Cart Viewed").value, long)
    [cut] = [each.value for _, each in written(settings) if each.value.startswith(long[:30])]
    assert long.startswith(cut)
