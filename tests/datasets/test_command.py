"""`python -m bench.datasets`, and where it looks for its files."""

import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from bench.datasets.__main__ import main
from bench.datasets.places import REPOSITORY, root
from tests.datasets.facts import pack

HEADER = "client_id,page_url,referrer,timestamp,event_name,event_data,user_agent"
VIEW = "web1,https://puffy.com/cart,,2025-02-23T08:00:00.000Z,page_viewed,,"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pack(tmp_path / "puffy" / "events_20250223.csv.xz", HEADER, VIEW)
    monkeypatch.setenv("PUNCHCARD_DATA", str(tmp_path))
    return tmp_path


def test_lines_go_to_stdout_and_the_table_to_stderr(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert main(["puffy"]) == 0
    out, err = capfdbinary.readouterr()
    assert json.loads(out)["event"] == "Page Viewed"
    assert err.decode().splitlines() == [
        "rows read: 1",
        "         1  page_viewed",
        "events sent: 1",
        "         1  Page Viewed",
        "odd: 0",
    ]


@pytest.mark.parametrize(
    ("ending", "unpack"),
    [
        ("", bytes),
        (".gz", gzip.decompress),
        (".xz", lzma.decompress),
        (".zst", lambda packed: zstandard.ZstdDecompressor().decompressobj().decompress(packed)),
    ],
)
def test_a_files_ending_chooses_its_compression(
    shop: Path, ending: str, unpack: Callable[[bytes], bytes]
) -> None:
    out = shop / f"log.jsonl{ending}"
    assert main(["puffy", "--out", str(out)]) == 0
    assert json.loads(unpack(out.read_bytes()))["messageId"] == "puffy-20250223-1"


def test_absent_data_are_one_sentence_that_names_the_setting(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["starbucks"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("PUNCHCARD_DATA: no data set 'starbucks' in ")
    assert "set PUNCHCARD_DATA to the folder that holds starbucks/" in error


def test_absent_data_leave_no_empty_file_behind(shop: Path) -> None:
    out = shop / "log.jsonl"
    assert main(["starbucks", "--out", str(out)]) == 2
    assert not out.exists()


def test_without_the_setting_data_lie_beside_the_repository(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PUNCHCARD_DATA")
    assert root() == REPOSITORY.parent / "shared" / "data"
    assert (REPOSITORY / "bench" / "datasets").is_dir()
