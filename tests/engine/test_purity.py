"""The kernel is told everything: no clock, no chance, no I/O; and imports point one way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ["engine", "features", "policies", "flows", "bench"]
PURE = LAYERS[:3]
BANNED = {
    "asyncio", "bytewax", "confluent_kafka", "http", "logging", "multiprocessing", "os", "pickle",
    "prometheus_client", "random", "redis", "requests", "secrets", "select", "shelve", "socket",
    "sqlite3", "ssl", "structlog", "subprocess", "sys", "tempfile", "threading", "time", "urllib",
    "uuid",
}  # fmt: skip
CLOCKS = {"now", "today", "utcnow"}
BUILTINS = {"__import__", "eval", "exec", "input", "open", "print"}

FILES = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]
PURE_FILES = [path for path in FILES if path.relative_to(ROOT).parts[0] in PURE]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def impurities(source: str) -> list[str]:
    """What a kernel's file may not have."""
    tree = ast.parse(source)
    found = [name for name in imported(tree) if name.split(".")[0] in BANNED]
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in CLOCKS:
                found.append(ast.unparse(node))
            case ast.Call(func=ast.Name(id=name)) if name in BUILTINS:
                found.append(name)
    return found


def upwards(source: str, layer: str) -> list[str]:
    """What a layer may not import: whatever is built on it, and anything relative."""
    above = LAYERS[LAYERS.index(layer) + 1 :]
    return [name for name in imported(ast.parse(source)) if name.split(".")[0] in ("", *above)]


@pytest.mark.parametrize("path", PURE_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_of_the_kernel_is_pure(path: Path) -> None:
    assert impurities(path.read_text()) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    assert upwards(path.read_text(), path.relative_to(ROOT).parts[0]) == []


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from os.path import join",
        "def f():\n    import random",
        "from datetime import datetime\nat = datetime.now()",
        "import datetime\nat = datetime.date.today()",
        "text = open('settings').read()",
    ],
)
def test_an_impure_file_would_be_found(source: str) -> None:
    assert impurities(source) != []


def test_an_import_that_points_upwards_would_be_found() -> None:
    assert upwards("from policies import mind", "features") == ["policies"]
    assert upwards("from . import mind", "features") == ["."]
    assert upwards("from engine.step import step", "features") == []
