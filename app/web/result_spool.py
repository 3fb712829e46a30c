"""Results of a batch that the client has not read yet."""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator
from typing import IO

_MAX_IN_MEMORY = 1_048_576
_PIECE = 65_536
"""Bytes of results sent at once."""


class ResultSpool:
    """In memory, and on disk when there are many. Nothing that was written is lost where the disk has no room."""

    def __init__(self) -> None:
        self.error: OSError | None = None
        """Why the disk could not be used: what is written from then on stays in memory."""
        self._file: IO[bytes] = io.BytesIO()
        self._read = self._written = 0
        self._rest = b""
        """What comes after the file."""
        self._closed = False
        self._more = asyncio.Event()

    def write(self, data: bytes) -> None:
        if self.error is None:
            try:
                self._write_to_file(data)
            except OSError as error:
                self.error = error
                self._rest = data
        else:
            self._rest += data
        self._more.set()

    def close(self) -> None:
        self._closed = True
        self._more.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            if self._read < self._written:
                self._file.seek(self._read)
                piece = self._file.read(min(_PIECE, self._written - self._read))
                self._read += len(piece)
                if self._read == self._written:  # all read: reuse the file from its start
                    self._read = self._written = 0
                yield piece
            elif self._rest:
                piece, self._rest = self._rest, b""
                yield piece
            elif self._closed:
                return
            else:
                self._more.clear()
                await self._more.wait()

    def __enter__(self) -> "ResultSpool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _write_to_file(self, data: bytes) -> None:
        if isinstance(self._file, io.BytesIO) and self._written + len(data) > _MAX_IN_MEMORY:
            self._file = _on_disk(self._file.getvalue())
        self._file.seek(self._written)
        _write_all(self._file, data)
        self._written += len(data)


def _on_disk(data: bytes) -> IO[bytes]:
    # Unbuffered: an error is one of the write that it comes from.
    file: IO[bytes] = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by __exit__
    try:
        _write_all(file, data)
    except OSError:
        file.close()
        raise
    return file


def _write_all(file: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
