"""docker-compose.yml: each service is confined, watched and pinned, and they fit together."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from engine.wire import MAX_BYTES
from flows.settings import PREFIX, Settings, read_settings
from tests.support.deploy import (
    DEPLOY,
    ROOT,
    kafka_property,
    make_secrets,
    read_yaml,
    services,
)

SERVICES: Final = services()
ONCE: Final = {"topics", "programme", "tools"}
"""They do one thing and end."""
STAYING: Final = sorted(SERVICES.keys() - ONCE)
FLOWS: Final = sorted(name for name, service in SERVICES.items() if "build" in service)


def environment(name: str) -> Mapping[str, str]:
    found: dict[str, str] = SERVICES[name].get("environment", {})
    return found


def published() -> dict[str, list[str]]:
    return {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_can_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert int(service["user"].partition(":")[0]) > 0


@pytest.mark.parametrize("name", STAYING)
def test_a_service_that_stays_is_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", sorted(ONCE))
def test_a_service_that_ends_is_not_started_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "no"


@pytest.mark.parametrize("name", sorted(set(STAYING) & set(FLOWS)))
def test_a_flow_is_healthy_when_its_metrics_answer(name: str) -> None:
    asked = SERVICES[name]["healthcheck"]["test"][-1]
    assert f":{environment(name)['PUNCHCARD_METRICS_PORT']}/metrics" in asked


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - set(FLOWS)))
def test_an_image_is_pinned_to_one_version(name: str) -> None:
    assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+\.\d+", SERVICES[name]["image"])


def test_the_broker_is_the_one_of_the_stack_tests() -> None:
    tested = re.search(
        r"kafka_2\.13</artifactId>\s*<version>([\d.]+)<", (DEPLOY / "kafka" / "pom.xml").read_text()
    )
    assert tested is not None
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{tested[1]}"


def test_redis_has_the_mends_of_its_scripting_holes() -> None:
    version = SERVICES["redis"]["image"].partition(":")[2]
    assert tuple(map(int, version.split("."))) >= (8, 6, 3)  # CVE-2025-49844, CVE-2026-23479


def test_only_the_loopback_interface_is_published() -> None:
    ports = [port for found in published().values() for port in found]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_only_what_asks_for_a_password_is_published() -> None:
    assert published().keys() == {"grafana", "kafka", "redis"}
    assert environment("grafana")["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert [port.split(":")[-1] for port in published()["kafka"]] == ["9094"]
    assert "SHOP://:9094" in kafka_property("listeners")
    assert "SHOP:SASL_PLAINTEXT" in kafka_property("listener.security.protocol.map")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_secret_stands_in_the_environment(name: str) -> None:
    secret = [key for key in environment(name) if re.search("PASSWORD|SECRET|TOKEN", key)]
    assert [key for key in secret if not key.endswith("_FILE")] == []
    assert "@" not in environment(name).get("PUNCHCARD_REDIS", "").replace("@redis:", "", 1)


@pytest.mark.parametrize("name", FLOWS)
def test_every_variable_is_a_setting(name: str) -> None:
    ours = {key: value for key, value in environment(name).items() if key.startswith(PREFIX)}
    assert read_settings(ours) != Settings()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_reads_the_secrets_that_it_is_given_and_no_others(name: str) -> None:
    given = set(SERVICES[name].get("secrets", []))
    spoken = str({key: value for key, value in SERVICES[name].items() if key != "secrets"})
    spoken += (DEPLOY / "redis" / "redis.conf").read_text() if name == "redis" else ""
    assert set(re.findall(r"/run/secrets/(\w+)", spoken)) == given


def test_every_secret_is_one_that_make_secrets_makes(tmp_path: Path) -> None:
    made = {path.name for path in make_secrets(tmp_path).iterdir()}
    asked = read_yaml(ROOT / "docker-compose.yml")["secrets"]
    assert {Path(secret["file"]).name for secret in asked.values()} <= made
    assert all(Path(secret["file"]).parent == Path("deploy/secrets") for secret in asked.values())


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_is_mounted_exists_and_is_not_written_to(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source, target, *mode = re.sub(r"\$\{\w+:-(.*?)\}", r"\1", volume).split(":")
        if source.startswith("."):
            assert (ROOT / source).exists(), f"{source} for {target}"
            assert mode == ["ro"]


def test_every_partition_has_one_owner() -> None:
    owned: Counter[int] = Counter()
    for name in FLOWS:
        if SERVICES[name].get("command", [])[:2] == ["run", "decide"]:
            first, _, last = SERVICES[name]["command"][-1].partition("-")
            owned.update(range(int(first), int(last) + 1))
    assert owned == Counter(range(int(environment("topics")["PUNCHCARD_PARTITIONS"])))


@pytest.mark.parametrize("name", FLOWS)
def test_producers_know_the_largest_batch_that_the_broker_takes(name: str) -> None:
    limit = environment(name)["PUNCHCARD_KAFKA_CONFIG"].removeprefix("message.max.bytes=")
    assert limit == kafka_property("message.max.bytes")
    assert int(limit) >= MAX_BYTES + 16_000


def test_prometheus_asks_every_flow() -> None:
    jobs = read_yaml(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
    asked: dict[str, Any] = {job["job_name"]: job["static_configs"][0]["targets"] for job in jobs}
    staying = {name for name in FLOWS if name in STAYING}
    assert {target.partition(":")[0] for job in asked.values() for target in job} >= staying
    assert asked.keys() == {SERVICES[name]["command"][1] for name in staying} | {"prometheus"}


def test_a_fence_is_shown_long_enough_to_be_seen() -> None:
    jobs = read_yaml(DEPLOY / "prometheus" / "prometheus.yml")["scrape_configs"]
    often = {job["job_name"]: job.get("scrape_interval", "15s") for job in jobs}
    for fenced in ("decide", "learn"):
        assert 2 * int(often[fenced].removesuffix("s")) < Settings().lease_seconds
