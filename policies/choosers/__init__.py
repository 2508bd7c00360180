"""How one of several variants is chosen: a kind a file, by the word of the programme."""

from collections.abc import Mapping
from typing import Final

from policies.bid import Chooser
from policies.choosers.experiment import Experiment
from policies.choosers.first import First
from policies.choosers.weighted import Weighted

CHOOSERS: Final[Mapping[str, Chooser]] = {
    "first": First(),
    "weighted": Weighted(),
    "experiment": Experiment(),
}
"""New ones: a file, and a place here."""
