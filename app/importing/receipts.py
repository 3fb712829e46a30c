"""Groups rows of sales to receipts, in whatever order the rows are.

The rows of a receipt need not be consecutive, and a file need not fit in memory, so rows are kept in a temporary SQLite
database until all are read; receipts are sent in the order of their first row. The content of a receipt does not depend
on the order of its rows: sort the file differently, import it again, and every receipt is the same, byte for byte.

- Lines are in the order of `line_no` where it is mapped, else of article, name, quantity and price, compared as text.
- `occurred_at` is the earliest of the rows: a till may take minutes to record a receipt.
- Every other field of the receipt is the value that its rows agree on. Where they do not, the receipt is refused.
- A row that cannot be read refuses the whole receipt, which would be incomplete without it.
"""

import json
import marshal
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.importing.documents import assemble, refusal_problem
from app.importing.mapping import Plan, Values
from app.importing.natural_keys import with_source
from app.importing.rows import Document, Problem, Refusal, Row, Table, original_of, problem, to_json

MAX_LINES = 5_000
_BATCH = 1_000
_StoredRow = tuple[Any, int, bytes, bytes]
"""Receipt, row number, marshalled values with errors and problem, marshalled cells."""
_SCHEMA = "CREATE TABLE rows (receipt TEXT NOT NULL, row INTEGER NOT NULL, content BLOB NOT NULL, cells BLOB NOT NULL)"
_INDEX = "CREATE INDEX rows_by_receipt ON rows (receipt, row)"
_ORDER = "CREATE TABLE receipts AS SELECT receipt, min(row) AS first FROM rows GROUP BY receipt ORDER BY first"
_GROUPED = """
    SELECT receipts.rowid, rows.row, rows.content, rows.cells
    FROM receipts CROSS JOIN rows ON rows.receipt = receipts.receipt
    ORDER BY receipts.rowid, rows.row
"""


class ReceiptRows:
    """The rows of a file, on disk until their receipts are complete."""

    def __init__(self, plan: Plan, columns: list[str], source: str | None) -> None:
        self._plan, self._columns, self._source = plan, columns, source
        self._directory = TemporaryDirectory(prefix="rapport-import-")
        self._database = sqlite3.connect(Path(self._directory.name) / "rows.sqlite", isolation_level=None)
        # The database does not outlive the import, so it needs no protection from crashes.
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -4096", "temp_store = FILE"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute(_SCHEMA)

    def fill(self, table: Table) -> Iterator[Refusal | int]:
        """Store every row; yields those that belong to no receipt, and now and then the position in the file."""
        batch: list[_StoredRow] = []
        self._database.execute("BEGIN")
        for row in table.rows():
            values, errors = self._plan.read(row.cells)
            number = values.get("receipt_no", self._plan.constants.get("receipt_no"))
            if number is None:
                yield self._refuse_unnumbered(row)
                continue
            source = values.get("source", self._plan.constants.get("source", self._source))
            receipt = repr((source, number))
            content = marshal.dumps((values, errors, row.problem))
            batch.append((receipt, row.number, content, marshal.dumps([to_json(cell) for cell in row.cells])))
            if len(batch) == _BATCH:
                self._store(batch)
                yield row.position
        self._store(batch)
        self._database.execute("COMMIT")
        self._database.execute(_INDEX)
        self._database.execute(_ORDER)

    def count(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM receipts").fetchone()[0])

    def receipts(self) -> Iterator[Document | Refusal]:
        with closing(self._database.execute(_GROUPED)) as cursor:
            for position, group in groupby(cursor, key=lambda row: row[0]):
                yield self._receipt(position, group)

    def close(self) -> None:
        self._database.close()
        self._directory.cleanup()

    def _store(self, batch: list[_StoredRow]) -> None:
        self._database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", batch)
        batch.clear()

    def _refuse_unnumbered(self, row: Row) -> Refusal:
        errors = [{"pointer": "/receipt_no", "code": "missing", "detail": "The row has no receipt number."}]
        reason = row.problem or refusal_problem("The row cannot be read", "unreadable_cell", errors)
        return Refusal(reason, row.number, lambda: original_of(self._columns, row.cells), row.position)

    def _receipt(self, position: int, group: Iterator[_StoredRow]) -> Document | Refusal:
        stored = list(islice(group, MAX_LINES))
        excess = sum(1 for _ in group)
        numbers = [number for _, number, _, _ in stored]
        cells = [cells for _, _, _, cells in stored]
        rows = [(number, *marshal.loads(content)) for _, number, content, _ in stored]

        def original() -> list[dict[str, Any]]:
            return [original_of(self._columns, marshal.loads(row)) for row in cells]

        if (reason := _find_problem(rows, excess)) is not None:
            return Refusal(reason, numbers, original, position)
        fields = self._plan.fields
        heads = [{path: value for path, value in values.items() if not fields[path].line} for _, values, _, _ in rows]
        lines = [{path: value for path, value in values.items() if fields[path].line} for _, values, _, _ in rows]
        head, errors = _merge(numbers, heads)
        if errors:
            reason = refusal_problem("The rows of the receipt contradict each other", "contradicting_rows", errors)
            return Refusal(reason, numbers, original, position)
        document = assemble(head, self._plan)
        # A table without columns for lines has a receipt in each row.
        if ordered := sorted(filter(None, lines), key=_line_order):
            document["lines"] = [assemble(line, self._plan, line=True) for line in ordered]
        body = json.dumps(with_source(document, self._source)).encode()
        return Document(body, numbers, original, position)


def _find_problem(rows: list[tuple[int, Values, Any, Problem | None]], excess: int) -> Problem | None:
    if excess:
        detail = f"The receipt has {len(rows) + excess} rows, and at most {MAX_LINES} lines can be sent."
        return problem("The receipt is too long", "too_many_lines", detail)
    errors = [
        {**error, "detail": f"Row {number}: {error['detail']}"}
        for number, _, cell_errors, row_problem in rows
        for error in ([_row_error(row_problem)] if row_problem else cell_errors)
    ]
    return refusal_problem("The receipt has rows that cannot be read", "unreadable_row", errors) if errors else None


def _row_error(problem: Problem) -> dict[str, str]:
    return {"pointer": "", "code": problem["code"], "detail": problem["detail"]}


def _merge(numbers: list[int], heads: list[Values]) -> tuple[Values, list[dict[str, str]]]:
    """The fields of a receipt, and errors for those that its rows do not agree on."""
    merged: Values = {}
    first_rows: dict[str, int] = {}
    errors: dict[str, dict[str, str]] = {}
    for number, head in zip(numbers, heads, strict=True):
        for path, value in head.items():
            if path == "occurred_at":
                merged[path] = min(merged.get(path, value), value, key=_instant)
            elif merged.setdefault(path, value) != value:
                errors.setdefault(path, _contradiction(path, merged[path], first_rows[path], value, number))
            first_rows.setdefault(path, number)
    return {path: merged[path] for path in sorted(merged)}, list(errors.values())


def _instant(timestamp: str) -> tuple[datetime, str]:
    return datetime.fromisoformat(timestamp), timestamp


def _contradiction(path: str, first: Any, first_row: int, second: Any, second_row: int) -> dict[str, str]:
    detail = f"{path} is {first!r} in row {first_row} and {second!r} in row {second_row}."
    hint = " Map it as line_total if it is the total of each line." if path == "total" else ""
    return {"pointer": "/" + path.replace(".", "/"), "code": "contradicting_rows", "detail": detail + hint}


def _line_order(line: Values) -> tuple[Any, ...]:
    """A total order: lines with the same key are equal."""
    number = line.get("line_no")
    texts: Iterable[str] = (line.get(path, "") for path in ("sku", "name", "quantity", "unit_price"))
    return (number is None, number or 0, *texts, str(sorted(line.items())))
