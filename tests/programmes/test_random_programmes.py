"""A thousand programmes that nobody would have written: refused by name, or run without a fault.

`make storm` lets each of them run over 10,000 records; here there are fewer.
"""

import os
from random import Random
from typing import Final

import pytest

from engine.errors import ProgrammeError
from policies.check import check, load
from tests.support.anything import drawn_programme, mended
from tests.support.storms import Storm
from tests.support.toml_text import document

RECORDS: Final = int(os.environ.get("STORM_RECORDS", "30"))
"""For each programme."""
BLOCK: Final = 50


@pytest.mark.parametrize("block", range(0, 1000, BLOCK))
def test_a_random_programme_is_refused_by_name_or_runs_without_a_fault(block: int) -> None:
    before = ""
    for seed in range(block, block + BLOCK):
        dice = Random(seed)
        raw = drawn_programme(dice)
        text = document(raw)
        if check(text):
            with pytest.raises(ProgrammeError):
                load(text)
        fine = mended(raw)
        assert fine, f"seed {seed}: nothing is left of it that holds"
        storm = Storm(dice, [text for text in (fine, before) if text])
        storm.blow(RECORDS)
        assert storm.bugs == [], f"seed {seed}"
        before = fine
