"""The table of faults in tests/README.md names tests that exist, and says plainly what is open."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (TESTS / "README.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| fault")
]


def there_are() -> set[str]:
    """Every test function, by name."""
    return {
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_fault_is_covered_by_tests_that_exist_or_is_said_to_be_open(row: list[str]) -> None:
    _, expected, covered = row
    named = re.findall(r"`(test_\w+)`", covered)
    assert expected
    assert (covered == "*open*") is (not named)
    assert set(named) <= there_are()


def test_the_table_has_the_whole_matrix() -> None:
    assert len(ROWS) >= 18
