"""The README lists what there is, and its snippets are of this code."""

import ast
import re
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from prometheus_client import REGISTRY

import punchcard
from engine.errors import PunchcardError
from flows import cli, keys, metrics
from flows.settings import describe, read_settings
from flows.topics import TOPICS
from policies.check import check

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text()


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
        keys.totals(7), keys.quota(7), keys.customer(7, "<customer>"),
    ]  # fmt: skip
    for key in made:
        assert f"| `{key.replace('{7}', '{p}')}` |" in README


def test_the_python_snippets_parse_and_name_what_exists() -> None:
    for snippet in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        for node in ast.walk(ast.parse(snippet)):
            if isinstance(node, ast.ImportFrom) and node.module == "punchcard":
                assert all(hasattr(punchcard, name.name) for name in node.names)


BLOCKS: Final = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
SHELL: Final = [
    line.partition("#")[0].split()
    for language, block in BLOCKS
    if not language
    for line in block.splitlines()
]
COMMANDS: Final = [" ".join(words) for words in SHELL if words[:1] == ["punchcard"]]


def commands(line: str) -> list[list[str]]:
    """`punchcard run a | b` are two."""
    first, *others = [part.split() for part in line.removeprefix("punchcard").split("|")]
    return [first, *([*first[: -len(other)], *other] for other in others)]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_is_there_with_its_options(line: str) -> None:
    for words in commands(line):
        group: Any = typer.main.get_command(cli.app)
        while words and hasattr(group, "commands"):
            group, words = group.commands[words[0]], words[1:]
        options = {option for each in group.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options
        arguments = [each for each in group.params if each.param_type_name == "argument"]
        given = [word for word in words if not word.startswith("--")]
        assert len([each for each in arguments if each.required]) <= len(given)


@pytest.mark.parametrize("words", [words for words in SHELL if words[:1] == ["make"]])
def test_a_target_is_there(words: list[str]) -> None:
    assert f"\n{words[1]}: " in (ROOT / "Makefile").read_text()


def test_every_benchmark_that_is_named_can_be_started() -> None:
    named = re.search(r"`python -m bench\.([a-z |]+)`", README)
    assert named is not None
    for bench in named[1].split(" | "):
        assert (ROOT / "bench" / f"{bench}.py").exists(), bench


@pytest.mark.parametrize(
    "text", [block for language, block in BLOCKS if language == "toml"] or [""]
)
def test_the_programmes_that_are_shown_have_no_mistakes(text: str) -> None:
    assert not text or check(text) == []


def test_the_profile_snippet_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a Redis that knows of nobody."""
    [snippet] = [block for _, block in BLOCKS if block.startswith("from redis")]

    class Nobody:
        def hmget(self, key: str, fields: tuple[str, ...]) -> list[None]:
            return [None] * len(fields)

    monkeypatch.setattr("redis.Redis", Nobody)
    told: dict[str, Any] = {}
    exec(compile(snippet, "README.md", "exec"), told)
    assert told["profile"].cold


def test_every_file_that_is_named_exists() -> None:
    for name in re.findall(r"`((?:engine|features|policies|flows|bench|deploy)/[\w./]+)`", README):
        if "<" not in name:
            assert (ROOT / name).exists(), name


def test_errors_read_as_one_sentence() -> None:
    assert str(PunchcardError("where", "what", "mend")) == "where: what (mend)"
    assert str(PunchcardError("where", "what")) == "where: what"
