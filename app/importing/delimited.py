"""CSV and TSV files, also gzipped: any usual encoding and delimiter, row by row, no row worth a crash."""

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, cast

from app.importing import encodings
from app.importing.options import ImportFailed
from app.importing.rows import Problem, Row, blank, problem, unique

# A record longer than this has lost its closing quote or its line ends: the longest note of the API fits many times.
LONGEST = 1024 * 1024


class DelimitedFile:
    """A table in a text file. Memory does not grow with the file."""

    unit: Literal["bytes"] = "bytes"

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.size = path.stat().st_size
        self._raw = path.open("rb")
        zipped = path.name.lower().endswith(".gz")
        self._bytes = cast(BinaryIO, gzip.GzipFile(fileobj=self._raw)) if zipped else self._raw
        try:
            self.encoding = encoding or encodings.encoding_of(self._bytes)
            self._bytes.seek(0)
            # Undecodable bytes become surrogates, so that only their row is refused; UTF-16 has no such escape.
            self._broken = "\ufffd" if self.encoding.startswith("utf-16") else None
            errors = "replace" if self._broken else "surrogateescape"
            self._text = io.TextIOWrapper(self._bytes, self.encoding, errors=errors, newline="")
            sample = self._text.read(encodings.SAMPLE)
            self._text.seek(0)
            tabbed = ".tsv" in path.suffixes[-2:]
            self.delimiter = "\t" if tabbed else encodings.delimiter_of(sample)
            self.comma_decimals = self.delimiter == ";"
            self._lines = _Lines(self._text)
            self._records = self._read()
            first = next((row for row in self._records if row.problem or not blank(row.cells)), None)
        except (EOFError, zlib.error, OSError, LookupError) as error:
            self.close()
            raise ImportFailed(f"{path.name} cannot be read: {error}.") from error
        if first is None or first.problem:
            self.close()
            why = f": {first.problem['detail']}" if first and first.problem else "."
            raise ImportFailed(f"{path.name} has no header row that can be read{why}")
        self.columns = unique(first.cells)
        self._name = path.name

    def rows(self) -> Iterator[Row]:
        """Every row after the header that has anything in it."""
        width = len(self.columns)
        try:
            for row in self._records:
                if row.problem is None and len(row.cells) != width:
                    row = self._squared(row, width)
                if row.problem or not blank(row.cells):
                    yield row
        except (EOFError, zlib.error, OSError) as error:
            raise ImportFailed(f"{self._name} is damaged after byte {self._raw.tell()}: {error}.") from error

    def close(self) -> None:
        self._raw.close()

    def _read(self) -> Iterator[Row]:
        """Every record, the header and the empty ones too: they count in a spreadsheet's row numbers."""
        reader = csv.reader(self._lines, delimiter=self.delimiter, strict=True)
        number = 0
        while True:
            self._lines.begin()
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong) as error:
                # Only the line the record began on is lost: what a stray quote swallowed is read again.
                line = self._lines.give_back()
                yield Row(
                    number, line[:4000].rstrip("\r\n").split(self.delimiter), self._raw.tell(), _unreadable(error)
                )
                continue
            yield Row(number, cells, self._raw.tell(), self._damage())

    def _damage(self) -> Problem | None:
        for line in self._lines.taken:
            if "\0" in line:
                return problem("The row cannot be read", "nul_character", "The row contains a NUL character.")
            if not line.isascii() and self._undecodable(line):
                detail = f"The row contains bytes that are not text in {self.encoding}."
                return problem("The row cannot be read", "encoding", detail)
        return None

    def _undecodable(self, line: str) -> bool:
        if self._broken:
            return self._broken in line
        try:
            line.encode()
        except UnicodeEncodeError:
            return True
        return False

    def _squared(self, row: Row, width: int) -> Row:
        """Empty cells after the last column are a spreadsheet's habit; else the cells have shifted."""
        if blank(row.cells) or (len(row.cells) > width and blank(row.cells[width:])):
            return Row(row.number, row.cells[:width], row.position)
        detail = f"The row has {len(row.cells)} cells where the header has {width}."
        return Row(row.number, row.cells, row.position, problem("The row cannot be read", "ragged_row", detail))


class _TooLong(Exception):
    """A record that does not end."""


class _Lines:
    """The lines of a file, remembering those of the current record so that they can be read again."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self._length = 0

    def begin(self) -> None:
        self.taken.clear()
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._stream.readline(LONGEST)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._length += len(line)
        if self._length >= LONGEST:
            raise _TooLong(f"the record is longer than {LONGEST} characters")
        return line

    def give_back(self) -> str:
        """Put all but the first line of the record back, and answer with that one."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        piece = first
        while len(piece) == LONGEST and not piece.endswith("\n"):
            piece = self._stream.readline(LONGEST)
        return first


def _unreadable(error: Exception) -> Problem:
    return problem("The row cannot be read", "unreadable_row", f"The row is not valid CSV: {error}.")
