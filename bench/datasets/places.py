"""Where the data sets lie: beside the repository, or where `PUNCHCARD_DATA` says."""

import os
from pathlib import Path
from typing import Final

from engine.errors import SettingsError

SETTING: Final = "PUNCHCARD_DATA"
REPOSITORY: Final = Path(__file__).resolve().parents[2]


def root() -> Path:
    """The folder that holds the data sets' folders (default: the repository's `../shared/data`)."""
    told = os.environ.get(SETTING)
    return Path(told) if told else REPOSITORY.parent / "shared" / "data"


def folder(dataset: str, under: Path | None = None) -> Path:
    """A data set's own folder. Raises SettingsError where it is absent."""
    place = (root() if under is None else under) / dataset
    if not place.is_dir():
        mend = (
            f"the data are not in the repository; set {SETTING} to the folder that holds {dataset}/"
        )
        raise SettingsError(SETTING, f"no data set {dataset!r} in {place.parent}", mend)
    return place
