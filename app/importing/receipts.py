"""Rows of sales into receipts, whatever order the rows are in.

The rows of a receipt need not stand together, and a file does not fit in memory, so rows wait in a temporary SQLite
database until all are read, and receipts come out in the order of their first row. What a receipt says does not depend
on the order of its rows: sort the file otherwise, import it again, and every receipt is the same, byte for byte.

- Lines are in the order of `line_no` where one is mapped, else of article, name, quantity and price, as spelled.
- `occurred_at` is the earliest of the rows: a till may take minutes to ring up a receipt.
- Every other field of the receipt is the one value its rows give. Two different values are a contradiction, and the
  receipt is refused.
- One row that cannot be read refuses the receipt: the others would be stored as if they were all of it.
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

from app.importing.documents import assembled, refused
from app.importing.mapping import Plan, Values
from app.importing.natural_keys import keyed
from app.importing.rows import Document, Problem, Refusal, Row, Table, original_of, plain, problem

MOST_LINES = 5_000
_BATCH = 1_000
_Held = tuple[Any, int, bytes, bytes]
_SCHEMA = "CREATE TABLE waiting (receipt TEXT NOT NULL, row INTEGER NOT NULL, said BLOB NOT NULL, cells BLOB NOT NULL)"
_INDEX = "CREATE INDEX waiting_by_receipt ON waiting (receipt, row)"
_ORDER = "CREATE TABLE receipts AS SELECT receipt, min(row) AS first FROM waiting GROUP BY receipt ORDER BY first"
_GROUPED = """
    SELECT receipts.rowid, waiting.row, waiting.said, waiting.cells
    FROM receipts CROSS JOIN waiting ON waiting.receipt = receipts.receipt
    ORDER BY receipts.rowid, waiting.row
"""


class WaitingRows:
    """The rows of a file, on disk, until their receipts are complete."""

    def __init__(self, plan: Plan, columns: list[str], source: str | None) -> None:
        self._plan, self._columns, self._source = plan, columns, source
        self._directory = TemporaryDirectory(prefix="rapport-import-")
        self._database = sqlite3.connect(Path(self._directory.name) / "rows.sqlite", isolation_level=None)
        # Nothing here outlives the import, so nothing need be safe from a crash.
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -4096", "temp_store = FILE"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute(_SCHEMA)

    def fill(self, table: Table) -> Iterator[Refusal | int]:
        """Take every row in; answers with those that belong to no receipt, and now and then with how far it is."""
        batch: list[_Held] = []
        self._database.execute("BEGIN")
        for row in table.rows():
            values, errors = self._plan.read(row.cells)
            number = values.get("receipt_no", self._plan.constants.get("receipt_no"))
            if number is None:
                yield self._homeless(row)
                continue
            source = values.get("source", self._plan.constants.get("source", self._source))
            receipt = repr((source, number))
            said = marshal.dumps((values, errors, row.problem))
            batch.append((receipt, row.number, said, marshal.dumps([plain(cell) for cell in row.cells])))
            if len(batch) == _BATCH:
                self._keep(batch)
                yield row.position
        self._keep(batch)
        self._database.execute("COMMIT")
        self._database.execute(_INDEX)
        self._database.execute(_ORDER)

    def count(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM receipts").fetchone()[0])

    def receipts(self) -> Iterator[Document | Refusal]:
        with closing(self._database.execute(_GROUPED)) as cursor:
            for position, group in groupby(cursor, key=lambda found: found[0]):
                yield self._receipt(position, group)

    def close(self) -> None:
        self._database.close()
        self._directory.cleanup()

    def _keep(self, batch: list[_Held]) -> None:
        self._database.executemany("INSERT INTO waiting VALUES (?, ?, ?, ?)", batch)
        batch.clear()

    def _homeless(self, row: Row) -> Refusal:
        errors = [{"pointer": "/receipt_no", "code": "missing", "detail": "The row has no receipt number."}]
        found = row.problem or refused("The row cannot be read", "unreadable_cell", errors)
        return Refusal(found, row.number, lambda: original_of(self._columns, row.cells), row.position)

    def _receipt(self, position: int, group: Iterator[_Held]) -> Document | Refusal:
        rows = list(islice(group, MOST_LINES))
        left = sum(1 for _ in group)
        numbers = [number for _, number, _, _ in rows]
        cells = [cells for _, _, _, cells in rows]
        held = [(number, *marshal.loads(said)) for _, number, said, _ in rows]

        def original() -> list[dict[str, Any]]:
            return [original_of(self._columns, marshal.loads(row)) for row in cells]

        if (found := _problem(held, left)) is not None:
            return Refusal(found, numbers, original, position)
        said = [values for _, values, _, _ in held]
        fields = self._plan.fields
        heads = [{path: value for path, value in values.items() if not fields[path].line} for values in said]
        lines = [{path: value for path, value in values.items() if fields[path].line} for values in said]
        head, errors = _merged(numbers, heads)
        if errors:
            found = refused("The rows of the receipt contradict each other", "contradicting_rows", errors)
            return Refusal(found, numbers, original, position)
        document = assembled(head, self._plan)
        # A table without columns of lines is one of receipts.
        if ordered := sorted(filter(None, lines), key=_place_of):
            document["lines"] = [assembled(line, self._plan, line=True) for line in ordered]
        body = json.dumps(keyed("sales", document, self._source)).encode()
        return Document(body, numbers, original, position)


def _problem(held: list[tuple[int, Values, Any, Problem | None]], left: int) -> Problem | None:
    if left:
        detail = f"The receipt has {len(held) + left} rows, and at most {MOST_LINES} lines can be sent."
        return problem("The receipt is too long", "too_many_lines", detail)
    errors = [
        {**error, "detail": f"Row {number}: {error['detail']}"}
        for number, _, found, broken in held
        for error in ([{"pointer": "", "code": broken["code"], "detail": broken["detail"]}] if broken else found)
    ]
    return refused("The receipt has rows that cannot be read", "unreadable_row", errors) if errors else None


def _merged(numbers: list[int], heads: list[Values]) -> tuple[Values, list[dict[str, str]]]:
    """The fields of a receipt that its rows agree on, and those that they do not."""
    merged: Values = {}
    said_in: dict[str, int] = {}
    errors: dict[str, dict[str, str]] = {}
    for number, head in zip(numbers, heads, strict=True):
        for path, value in head.items():
            if path == "occurred_at":
                merged[path] = min(merged.get(path, value), value, key=_instant)
            elif merged.setdefault(path, value) != value:
                errors.setdefault(path, _contradiction(path, merged[path], said_in[path], value, number))
            said_in.setdefault(path, number)
    return {path: merged[path] for path in sorted(merged)}, list(errors.values())


def _instant(moment: str) -> tuple[datetime, str]:
    return datetime.fromisoformat(moment), moment


def _contradiction(path: str, first: Any, first_row: int, second: Any, second_row: int) -> dict[str, str]:
    detail = f"{path} is {first!r} in row {first_row} and {second!r} in row {second_row}."
    hint = " If it is of each line, map it as line_total." if path == "total" else ""
    return {"pointer": "/" + path.replace(".", "/"), "code": "contradicting_rows", "detail": detail + hint}


def _place_of(line: Values) -> tuple[Any, ...]:
    """Two lines in the same place are the same line twice, so their order is no matter."""
    number = line.get("line_no")
    spelled: Iterable[str] = (line.get(path, "") for path in ("sku", "name", "quantity", "unit_price"))
    return (number is None, number or 0, *spelled, str(sorted(line.items())))
