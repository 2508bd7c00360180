"""Apache Kafka from Maven's jars: what it keeps that the embedded broker does not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import SettingsError
from flows.apache import ApacheKafka
from tests.support.topics import create_topic, produce, topics


@pytest.mark.kafka
@pytest.mark.stack
@pytest.mark.parametrize("end", [ApacheKafka.stop, ApacheKafka.kill], ids=["stop", "kill -9"])
def test_apache_kafka_has_kept_its_log_and_its_name_when_it_starts_again(
    tmp_path: Path, end: Callable[[ApacheKafka], None]
) -> None:
    with ApacheKafka(directory=tmp_path) as kafka:
        create_topic(kafka, "events")
        produce(kafka, "events")
        cluster = kafka.cluster_id
        end(kafka)
        kafka.start()
        assert produce(kafka, "events") == 1
        assert kafka.cluster_id == cluster


@pytest.mark.kafka
@pytest.mark.stack
def test_apache_kafka_makes_no_topic_unasked() -> None:
    with ApacheKafka() as kafka:
        assert topics(kafka) == set()


def test_missing_jars_are_one_sentence_with_the_command_that_fetches_them(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        ApacheKafka(directory=tmp_path, jars=tmp_path).start()
    assert str(refused.value) == f"apache-kafka: no Kafka jars in {tmp_path} (make kafka-jars)"


def test_a_missing_java_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError) as refused:
        ApacheKafka(directory=tmp_path).start()
    assert str(refused.value) == "apache-kafka: there is no java on the PATH (install Java 17)"
