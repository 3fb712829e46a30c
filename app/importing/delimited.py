"""CSV and TSV files, also gzipped, in any common encoding and delimiter; a bad row is refused and stops nothing."""

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
from app.importing.rows import Problem, Row, column_names, is_blank, problem

MAX_RECORD_LENGTH = 1024 * 1024
"""Characters. A longer record has lost its closing quote: the longest text of the API fits in many times."""


class DelimitedFile:
    """A table in a text file, read in constant memory."""

    unit: Literal["bytes"] = "bytes"

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.size = path.stat().st_size
        self._raw = path.open("rb")
        compressed = path.name.lower().endswith(".gz")
        self._bytes = cast(BinaryIO, gzip.GzipFile(fileobj=self._raw)) if compressed else self._raw
        try:
            self.encoding = encoding or encodings.detect_encoding(self._bytes)
            self._bytes.seek(0)
            # Undecodable bytes become surrogates, so that only their row is refused; UTF-16 cannot have these.
            self._replacement = "\ufffd" if self.encoding.startswith("utf-16") else None
            errors = "replace" if self._replacement else "surrogateescape"
            self._text = io.TextIOWrapper(self._bytes, self.encoding, errors=errors, newline="")
            sample = self._text.read(encodings.SAMPLE)
            self._text.seek(0)
            is_tsv = ".tsv" in path.suffixes[-2:]
            self.delimiter = "\t" if is_tsv else encodings.detect_delimiter(sample)
            self.comma_decimals = self.delimiter == ";"
            self._lines = _Lines(self._text)
            self._records = self._read()
            first = next((row for row in self._records if row.problem or not is_blank(row.cells)), None)
        except (EOFError, zlib.error, OSError, LookupError) as error:
            self.close()
            raise ImportFailed(f"{path.name} cannot be read: {error}.") from error
        if first is None or first.problem:
            self.close()
            reason = f": {first.problem['detail']}" if first and first.problem else "."
            raise ImportFailed(f"{path.name} has no header row that can be read{reason}")
        self.columns = column_names(first.cells)
        self._name = path.name

    def rows(self) -> Iterator[Row]:
        """The rows after the header, without the empty ones."""
        width = len(self.columns)
        try:
            for row in self._records:
                if row.problem is None and len(row.cells) != width:
                    row = self._fit_to_header(row, width)
                if row.problem or not is_blank(row.cells):
                    yield row
        except (EOFError, zlib.error, OSError) as error:
            raise ImportFailed(f"{self._name} is damaged after byte {self._raw.tell()}: {error}.") from error

    def close(self) -> None:
        self._raw.close()

    def _read(self) -> Iterator[Row]:
        """Every record including the header and the empty ones, which count in a spreadsheet's row numbers."""
        reader = csv.reader(self._lines, delimiter=self.delimiter, strict=True)
        number = 0
        while True:
            self._lines.begin_record()
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _RecordTooLong) as error:
                # Only the first line of the record is lost: the lines that a stray quote swallowed are read again.
                line = self._lines.unread_all_but_first()
                cells = line[:4000].rstrip("\r\n").split(self.delimiter)
                yield Row(number, cells, self._raw.tell(), _unreadable_row(error))
                continue
            yield Row(number, cells, self._raw.tell(), self._encoding_problem())

    def _encoding_problem(self) -> Problem | None:
        for line in self._lines.record:
            if "\0" in line:
                return problem("The row cannot be read", "nul_character", "The row contains a NUL character.")
            if not line.isascii() and self._is_undecodable(line):
                detail = f"The row contains bytes that are not text in {self.encoding}."
                return problem("The row cannot be read", "encoding", detail)
        return None

    def _is_undecodable(self, line: str) -> bool:
        if self._replacement:
            return self._replacement in line
        try:
            line.encode()
        except UnicodeEncodeError:
            return True
        return False

    def _fit_to_header(self, row: Row, width: int) -> Row:
        """Drops empty cells after the last column, which spreadsheets add; refuses rows of any other length."""
        if is_blank(row.cells) or (len(row.cells) > width and is_blank(row.cells[width:])):
            return Row(row.number, row.cells[:width], row.position)
        detail = f"The row has {len(row.cells)} cells where the header has {width}."
        return Row(row.number, row.cells, row.position, problem("The row cannot be read", "ragged_row", detail))


class _RecordTooLong(Exception):
    pass


class _Lines:
    """The lines of a file; those of the current record are kept, so that they can be read again."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._unread: deque[str] = deque()
        self.record: list[str] = []
        self._length = 0

    def begin_record(self) -> None:
        self.record.clear()
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._unread.popleft() if self._unread else self._stream.readline(MAX_RECORD_LENGTH)
        if not line:
            raise StopIteration
        self.record.append(line)
        self._length += len(line)
        if self._length >= MAX_RECORD_LENGTH:
            raise _RecordTooLong(f"the record is longer than {MAX_RECORD_LENGTH} characters")
        return line

    def unread_all_but_first(self) -> str:
        """Puts the lines of the record back except for the first, which is returned."""
        first, *rest = self.record
        self._unread.extendleft(reversed(rest))
        continuation = first
        while len(continuation) == MAX_RECORD_LENGTH and not continuation.endswith("\n"):
            continuation = self._stream.readline(MAX_RECORD_LENGTH)
        return first


def _unreadable_row(error: Exception) -> Problem:
    return problem("The row cannot be read", "unreadable_row", f"The row is not valid CSV: {error}.")
