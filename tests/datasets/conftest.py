"""The data sets, or a skip that says how to get them."""

from pathlib import Path

import pytest

from bench.datasets.places import folder
from engine.errors import SettingsError
from tests.datasets.facts import Facts, gathered


def _folder_or_skip(dataset: str) -> Path:
    try:
        return folder(dataset)
    except SettingsError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def starbucks_folder() -> Path:
    return _folder_or_skip("starbucks")


@pytest.fixture(scope="session")
def puffy_folder() -> Path:
    return _folder_or_skip("puffy")


@pytest.fixture(scope="session")
def starbucks(starbucks_folder: Path) -> Facts:
    return gathered("starbucks", starbucks_folder.parent)


@pytest.fixture(scope="session")
def puffy(puffy_folder: Path) -> Facts:
    return gathered("puffy", puffy_folder.parent)
