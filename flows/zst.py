"""A .zst file as a stream that notices when it breaks off; the library's own just ends."""

import io
from typing import BinaryIO, Final

import zstandard

CHUNK: Final = 1 << 14
"""Bytes that are read at a time."""


class Unzst(io.RawIOBase):
    """Unpacks a file of any number of frames.

    Raises zstandard.ZstdError: this is no such file. EOFError: the last frame breaks off.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._begun = False
        self._packed = b""
        self._plain = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill the buffer, at least by a byte; 0: the end."""
        while not self._plain:
            if not self._unpack():
                return 0
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

    def _unpack(self) -> bool:
        """A chunk further; whether there was one."""
        if self._frame.eof:
            self._packed = self._frame.unused_data
            self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._begun = False
        packed = self._packed or self._file.read(CHUNK)
        self._packed = b""
        if not packed:
            if self._begun:
                raise EOFError("the last frame is not whole")
            return False
        self._begun = True
        self._plain = memoryview(self._frame.decompress(packed))
        return True
