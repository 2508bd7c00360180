"""Plain or compressed, told by the file's ending."""

import gzip
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import zstandard


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A new file, compressed where it ends in .gz, .xz or .zst.

    The same content always gives the same bytes: no name and no moment is written into them.
    """
    with path.open("wb") as file, _packed(file, path.suffix) as out:
        yield out


def _packed(file: BinaryIO, ending: str) -> BinaryIO:
    match ending:
        case ".gz":
            return cast(BinaryIO, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0))
        case ".xz":
            return cast(BinaryIO, lzma.open(file, "wb"))
        case ".zst":
            return cast(BinaryIO, zstandard.ZstdCompressor().stream_writer(file, closefd=False))
        case _:
            return file
