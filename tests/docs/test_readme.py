"""The README lists what there is, and its snippets are of this code."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest
from prometheus_client import REGISTRY

import punchcard
from engine.errors import PunchcardError
from flows import keys, metrics
from flows.settings import describe, read_settings
from flows.topics import TOPICS

README: Final = (Path(__file__).parents[2] / "README.md").read_text()


@pytest.mark.parametrize("row", describe(read_settings({})), ids=lambda row: row[0])
def test_every_setting_is_listed_with_its_default_and_meaning(row: tuple[str, ...]) -> None:
    name, default, _, meaning = row
    shown = f"`{default}`" if default else ""
    assert f"| `{name}` | {shown} | {meaning} |" in README


def test_no_setting_is_listed_that_does_not_exist() -> None:
    listed = set(re.findall(r"PUNCHCARD_[A-Z_]+", README))
    assert listed <= {name for name, *_ in describe(read_settings({}))}


def test_every_metric_is_listed_and_no_other() -> None:
    assert metrics.RECORDS is not None
    families = [f for f in REGISTRY.collect() if f.name.startswith("punchcard_")]
    names = {f.name + ("_total" if f.type == "counter" else "") for f in families}
    assert set(re.findall(r"`(punchcard_\w+)`", README)) == names


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_is_listed(topic: str) -> None:
    assert f"| `{topic}` |" in README


def test_every_key_is_listed() -> None:
    made = [
        keys.checkpoint(7), keys.outbox(7), keys.timers(7), keys.world(7), keys.learner(),
        keys.customer(7, "<customer>"),
    ]  # fmt: skip
    for key in made:
        assert f"| `{key.replace('{7}', '{p}')}` |" in README


def test_the_python_snippets_parse_and_name_what_exists() -> None:
    for snippet in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        for node in ast.walk(ast.parse(snippet)):
            if isinstance(node, ast.ImportFrom) and node.module == "punchcard":
                assert all(hasattr(punchcard, name.name) for name in node.names)


def test_every_file_that_is_named_exists() -> None:
    root = Path(__file__).parents[2]
    for name in re.findall(r"`((?:engine|features|policies|flows|bench|deploy)/[\w./]+)`", README):
        if "<" not in name:
            assert (root / name).exists(), name


def test_errors_read_as_one_sentence() -> None:
    assert str(PunchcardError("where", "what", "mend")) == "where: what (mend)"
    assert str(PunchcardError("where", "what")) == "where: what"
