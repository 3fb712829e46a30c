"""Workbooks (.xlsx, .xlsb, .xls, .ods), read with calamine. Formulas are not evaluated: their stored results are read.

calamine holds a whole sheet in memory, so workbooks have limits that CSV files do not have: on their unpacked size, and
on the rectangle that their cells span (a single cell in the last corner of a sheet would otherwise take gigabytes).
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from app.importing.options import ImportFailed
from app.importing.rows import Row, column_names, is_blank

MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_CELLS = 25_000_000
_CELL_ADDRESS = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_CHUNK = 1024 * 1024


class WorkbookTable:
    """One sheet of a workbook."""

    unit: Literal["rows"] = "rows"
    comma_decimals = False

    def __init__(self, path: Path, sheet: str | None = None) -> None:
        _check_size(path)
        try:
            self._book = CalamineWorkbook.from_path(path)
            self._sheet = self._select_sheet(path, sheet)
            self.size = self._sheet.total_height
            self._rows = self._read()
        except PasswordError as error:
            raise ImportFailed(f"{path.name} is protected with a password.") from error
        except (CalamineError, OSError, zipfile.BadZipFile) as error:
            raise ImportFailed(f"{path.name} cannot be read as a workbook: {error}.") from error
        header = next((row for row in self._rows if not is_blank(row.cells)), None)
        if header is None:
            raise ImportFailed(f"{path.name} has no header row in sheet {self._sheet.name}.")
        self.columns = column_names(header.cells)

    def rows(self) -> Iterator[Row]:
        for row in self._rows:
            if not is_blank(row.cells):
                yield row

    def close(self) -> None:
        self._book.close()

    def _select_sheet(self, path: Path, sheet: str | None) -> CalamineSheet:
        names = self._book.sheet_names
        if not names:
            raise ImportFailed(f"{path.name} has no sheets.")
        if sheet is not None and sheet not in names:
            raise ImportFailed(f"{path.name} has no sheet {sheet!r}; its sheets are: {', '.join(names)}.")
        return self._book.get_sheet_by_name(sheet or names[0])

    def _read(self) -> Iterator[Row]:
        for number, cells in enumerate(self._sheet.iter_rows(), start=1):
            yield Row(number, cells, number)


def _check_size(path: Path) -> None:
    """Raises ImportFailed for a workbook that would not fit in memory, before it is unpacked."""
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > MAX_UNPACKED_BYTES:
            raise ImportFailed(f"{path.name} is too large for a workbook; save the sheet as CSV.")
        return
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise ImportFailed(
                f"{path.name} unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MB; save the sheet as CSV."
            )
        for member in archive.infolist():
            if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                rows, columns = _extent(archive, member)
                if rows * columns > MAX_CELLS:
                    raise ImportFailed(
                        f"{path.name} has cells up to row {rows} and column {columns}; save the sheet as CSV."
                    )


def _extent(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[int, int]:
    """The last row and the last column with a cell."""
    rows, widest, rest = 0, b"", b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            for column, row in _CELL_ADDRESS.findall(text):
                rows = max(rows, int(row))
                widest = max(widest, column, key=lambda name: (len(name), name))
            rest = text[-16:]
    columns = 0
    for letter in widest:
        columns = columns * 26 + letter - ord("A") + 1
    return rows, columns
