"""A person gets all that is held about them, and nothing of anybody else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bench.harness import ROASTERY
from flows import cli
from flows.local import Local
from flows.record import Record
from tests.support.chaos import PARTITIONS, Scene, Sent
from tests.support.records import START, did, record

pytestmark = pytest.mark.stack

LIFE = [
    did("Product Viewed", visitor="v-17", product_id="beans", category="espresso"),
    did("identify", 60, user="ann", visitor="v-17"),
    did("Order Completed", 120, user="ann", order_id="o-ann", total=40),
    did("Consent Changed", 130, user="ann", channel="email", granted=True),
    did("Order Completed", 140, user="bob", order_id="o-bob", total=70),
    record("Customer Erased", 200, who="eve", source="admin", actor="dpo", reason="asked"),
]


@pytest.fixture(scope="module")
def stack() -> Iterator[Local]:
    """A stack in which a few people have lived."""
    with Local(kafka="embedded", partitions=str(PARTITIONS)) as local:
        local.publish_programme(ROASTERY, START - 60)
        scene = Scene(local)
        scene.tell(map(_sent, LIFE))
        decide, publish = scene.start("decide"), scene.start("publish")
        scene.until(lambda: scene.idle and local.ends() == _folded(scene), decide, publish)
        yield local
        scene.end()


def _folded(scene: Scene) -> dict[int, int]:
    """How far each partition is."""
    scene.told = sum(scene.local.ends().values())
    found = {p: scene.store.checkpoint(p) for p in range(PARTITIONS)}
    return {p: at.offset for p, at in found.items() if at is not None}


def _sent(told: Record) -> Sent:
    return Sent(told.key, told.value, round(told.at * 1000), told.source)


def export(stack: Local, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setenv("PUNCHCARD_KAFKA", stack.settings.kafka)
    monkeypatch.setenv("PUNCHCARD_REDIS", stack.settings.redis)
    return CliRunner().invoke(cli.app, ["export", *words])


def document(stack: Local, monkeypatch: pytest.MonkeyPatch, who: str) -> dict[str, Any]:
    said = export(stack, monkeypatch, who)
    assert said.exit_code == 0, said.output
    told: dict[str, Any] = json.loads(said.stdout)
    return told


def test_everything_is_there_and_nothing_of_others(
    stack: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = document(stack, monkeypatch, "ann")
    assert told["ids"] == ["ann", "v-17"]
    (held,) = told["held"]
    assert held["state"]["known"]
    assert list(held["state"]["book"]["orders"]) == ["o-ann"]
    assert held["state"]["book"]["consents"] == ["email:marketing"]
    assert held["numbers"]["orders"] == {**held["numbers"]["orders"], "value": 1.0}
    names = [each["record"].get("event", each["record"].get("type")) for each in told["events"]]
    assert {"Product Viewed", "identify", "Order Completed", "Consent Changed"} <= set(names)
    assert {each["record"]["customer"] for each in told["decisions"]} <= {"ann", "v-17"}
    assert told["decisions"]
    assert "bob" not in json.dumps(told)


def test_an_old_id_leads_to_the_one_that_it_became(
    stack: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = document(stack, monkeypatch, "v-17")
    assert [each["customer"] for each in told["held"]] == ["v-17", "ann"]
    assert told["held"][0]["state"]["survivor"] == "ann"


def test_of_who_was_erased_nothing_is_said(stack: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    assert document(stack, monkeypatch, "eve") == {"customer": "eve", "erased": True}


def test_nobody_is_nobody_and_a_file_may_be_named(
    stack: Local, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nobody = export(stack, monkeypatch, "kim")
    assert (nobody.exit_code, "nothing is held" in nobody.output) == (cli.BAD_NEWS, True)
    export(stack, monkeypatch, "bob", "--to", str(tmp_path / "bob.json"))
    assert json.loads((tmp_path / "bob.json").read_text())["customer"] == "bob"
