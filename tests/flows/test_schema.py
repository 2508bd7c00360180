"""The schema that editors read says what the reader of the programme says."""

import tomllib
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from engine.programme import Programme
from flows.schema import meanings, schema, tables, text
from tests.policies.slips import SLIPS, Slip
from tests.support.anything import drawn_programme, mended

FOLDER: Final = Path(__file__).parents[2] / "policies" / "programmes"
PROGRAMMES: Final = sorted(FOLDER.glob("*.toml"))
ROASTERY: Final = (FOLDER / "roastery.toml").read_text()
EDITOR: Final = Draft202012Validator(schema())
SEEN: Final = ("does not fit", "is no key", "is not exact", "is no amount", "is missing", "no list")
"""Mistakes that a schema can see, in the words of the reader; JSON has no nan."""


def test_the_shipped_schema_is_that_of_this_code() -> None:
    told = "run: punchcard programme schema > policies/programmes/schema.json"
    assert (FOLDER / "schema.json").read_text() == text(), told


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", PROGRAMMES, ids=lambda path: path.stem)
def test_a_shipped_programme_fits_the_schema_and_names_it(path: Path) -> None:
    assert list(EDITOR.iter_errors(tomllib.loads(path.read_text()))) == []
    assert path.read_text().startswith("#:schema ./schema.json\n")


@pytest.mark.parametrize(
    "slip",
    [
        slip
        for slip in SLIPS
        if any(word in slip.problem for word in SEEN) and "nan" not in slip.new
    ],
    ids=lambda slip: f"{slip.where}: {slip.new}"[:60],
)
def test_an_editor_sees_the_slips_that_a_schema_can_see(slip: Slip) -> None:
    told: dict[str, Any] = tomllib.loads(ROASTERY.replace(slip.old, slip.new))
    assert list(EDITOR.iter_errors(told))


@pytest.mark.parametrize("seed", range(60))
def test_what_the_reader_takes_the_schema_takes(seed: int) -> None:
    text = mended(drawn_programme(Random(seed)))
    assert list(EDITOR.iter_errors(tomllib.loads(text))) == []


def test_every_table_has_a_meaning_and_no_key_is_open() -> None:
    for table in tables(Programme):
        made = schema()["$defs"][table.__name__]
        assert made["additionalProperties"] is False
        assert made["description"]


def test_a_key_says_what_its_docstring_says() -> None:
    ladder = schema()["$defs"]["Ladder"]["properties"]
    assert ladder["warn_days"]["description"].startswith("so long before that end")
    assert ladder["warn_days"]["maximum"] == 3660
    assert meanings(Programme).keys() == {"version"}
    assert "version" not in schema()["$defs"]["Programme"]["properties"]


def test_amounts_stand_in_quotes_and_nothing_is_null() -> None:
    assert "null" not in text()
    spend = schema()["$defs"]["TierRule"]["properties"]["spend"]
    assert (spend["type"], spend["pattern"]) == ("string", r"^[0-9]{1,9}(\.[0-9]{1,6})?$")
