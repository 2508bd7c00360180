"""Lines of files, packed or plain: all of them, and nothing that they hold stops the reading."""

import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SettingsError
from engine.wire import MAX_BYTES, Refused, decode
from flows.lines import Lines, lines_of

PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".jsonl": bytes,
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def read(path: Path) -> list[bytes]:
    with lines_of(str(path)) as lines:
        return list(lines)


@pytest.mark.parametrize("ending", PACKED)
def test_a_files_ending_says_how_it_is_packed(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    path.write_bytes(PACKED[ending](b'{"n":1}\n{"n":2}\n'))
    assert read(path) == [b'{"n":1}', b'{"n":2}']


@pytest.mark.parametrize("ending", PACKED)
def test_a_file_of_several_packed_parts_is_read_to_its_end(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    path.write_bytes(PACKED[ending](b"first\n") + PACKED[ending](b"second\n"))
    assert read(path) == [b"first", b"second"]


@pytest.mark.parametrize("ending", [".gz", ".xz", ".zst"])
def test_a_file_that_breaks_off_gives_what_it_has_and_says_so(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"log{ending}"
    whole = PACKED[ending](b"".join(b"%d\n" % (n * n) for n in range(100_000)))
    path.write_bytes(whole[: len(whole) // 2])
    found: list[bytes] = []
    with (
        lines_of(str(path)) as lines,
        pytest.raises(SettingsError, match=f"{path.name}: breaks off after"),
    ):
        found.extend(lines)
    assert found[:3] == [b"0", b"1", b"4"]


def test_a_file_that_is_not_packed_as_it_says_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(b'{"n":1}\n')
    with pytest.raises(SettingsError, match="breaks off"):
        read(path)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"), lines_of("nowhere"):
        pass
    with pytest.raises(SettingsError, match="Is a directory"), lines_of(str(tmp_path)):
        pass


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"one\ntwo")))
    with lines_of("-") as lines:
        assert lines.size is None
        assert list(lines) == [b"one", b"two"]
        assert lines.position == 0


def test_the_position_reaches_the_size(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    with lines_of(str(path)) as lines:
        assert list(lines)
        assert lines.position == lines.size == path.stat().st_size


def test_an_endless_line_is_cut_and_refused_and_its_neighbours_are_whole() -> None:
    long = b'{"a":"' + b"x" * 3 * MAX_BYTES + b'"}'
    before, cut, after = _lines(b"before\n" + long + b"\nafter\n")
    assert (before, after) == (b"before", b"after")
    assert long.startswith(cut)
    refused = decode(cut)
    assert isinstance(refused, Refused)
    assert refused.reason == "too_large"


@given(st.lists(st.binary(max_size=20).filter(lambda line: not set(line) & set(b"\r\n"))))
def test_lines_come_out_as_they_went_in_but_for_empty_ones(written: list[bytes]) -> None:
    whole = [line for line in written if line]
    assert _lines(b"\n".join(written)) == whole
    assert _lines(b"\r\n".join(written)) == whole


def _lines(text: bytes) -> list[bytes]:
    file = io.BytesIO(text)
    return list(Lines("test", file, file, len(text)))
