"""A file's lines, whatever it is packed with. Nothing that a line holds can stop the reading."""

import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import zstandard

from engine.errors import SettingsError
from engine.wire import MAX_BYTES
from flows.zst import Unzst

STDIN: Final = "-"
LONGEST: Final = MAX_BYTES + 1
"""A longer line is cut to this (bytes): it still is too large for an event, but fits a record."""
_BROKEN: Final = (EOFError, OSError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class Lines:
    """The lines of an open file, to be gone through once; empty ones are left out.

    size: bytes of the file as it is packed; None: nobody knows.
    """

    def __init__(self, name: str, file: BinaryIO, unpacked: BinaryIO, size: int | None) -> None:
        self.name = name
        self.size = size
        self._file = file
        self._unpacked = unpacked

    @property
    def position(self) -> int:
        """Bytes of the file that have been read, as they are packed; 0 where nobody knows."""
        return 0 if self.size is None else self._file.tell()

    def __iter__(self) -> Iterator[bytes]:
        """Each without its line end.

        Raises SettingsError: what it is packed with is broken; the lines before it were whole.
        """
        read, whole = self._unpacked.readline, True
        try:
            while piece := read(LONGEST):
                if whole and (line := piece.rstrip(b"\r\n")):
                    yield line
                whole = piece.endswith(b"\n")
        except _BROKEN as error:
            problem = f"breaks off after {self.position} bytes: {error}"
            raise SettingsError(self.name, problem, "all lines before that were read") from error


@contextmanager
def lines_of(name: str) -> Iterator[Lines]:
    """A file, packed as its ending says (.gz, .xz, .zst), or standard input (`-`).

    Raises SettingsError: there is no such file, or it may not be read.
    """
    if name == STDIN:
        yield Lines(name, sys.stdin.buffer, sys.stdin.buffer, None)
        return
    path = Path(name)
    try:
        file = path.open("rb")
    except OSError as error:
        raise SettingsError(name, f"cannot be read: {error.strerror}") from error
    with file:
        yield Lines(name, file, _unpacked(file, path.suffix), path.stat().st_size)


def _unpacked(file: BinaryIO, ending: str) -> BinaryIO:
    unpack = _UNPACK.get(ending)
    return file if unpack is None else io.BufferedReader(cast(io.RawIOBase, unpack(file)), 1 << 16)


def _gz(file: BinaryIO) -> object:
    return gzip.GzipFile(fileobj=file)


_UNPACK: Final[Mapping[str, Callable[[BinaryIO], object]]] = {
    ".gz": _gz,
    ".xz": lzma.LZMAFile,
    ".zst": Unzst,
}
