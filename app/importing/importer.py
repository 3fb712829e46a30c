"""An import from the file to the counts."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx

from app.importing.cells import CellFormat
from app.importing.delimited import DelimitedFile
from app.importing.documents import documents
from app.importing.json_lines import JsonLinesFile
from app.importing.mapping import check_fields, make_plan
from app.importing.natural_keys import NaturalKeys
from app.importing.options import RESOURCES, Counts, ImportFailed, ImportOptions, Progress, ProgressCallback
from app.importing.receipts import ReceiptRows
from app.importing.refusals import RefusedFile
from app.importing.rows import Document, Refusal, Table
from app.importing.sending import Sender, SentDocument
from app.importing.timestamps import TimestampFormat
from app.importing.workbooks import WorkbookTable

TEXT = {".csv", ".tsv"}
JSON_LINES = {".jsonl", ".ndjson"}
WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}


def run(
    options: ImportOptions,
    progress: ProgressCallback = lambda _: None,
    transport: httpx.BaseTransport | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Counts:
    """Import a file; safe to repeat. Refused and conflicting records are written to `options.refused_path`.

    Raises ImportFailed, with the counts so far, where the import cannot go on.
    """
    job = _Import(options, progress)
    try:
        with closing(Sender(options, transport, sleep)) as sender, closing(job.refusals):
            for result in sender.send(job.documents()):
                job.count(result)
    except ImportFailed as error:
        error.counts = job.counts
        raise
    return job.counts


def preview(options: ImportOptions) -> Iterator[Document | Refusal]:
    """The documents that an import would send, and the records that it would refuse."""
    return _Import(options, lambda _: None).records()


class _Import:
    def __init__(self, options: ImportOptions, progress: ProgressCallback) -> None:
        self.counts = Counts()
        self.refusals = RefusedFile(options.refused_path)
        self._options = options
        self._progress = progress
        self._state = Progress("reading", 0, 0, "bytes", self.counts)
        _check(options)

    def documents(self) -> Iterator[Document]:
        """The documents to send; refused records are counted and written down on the way."""
        for record in self.records():
            if isinstance(record, Document):
                yield record
            else:
                self.counts.refused += 1
                self.refusals.write(record.rows, record.original(), record.problem)

    def records(self) -> Iterator[Document | Refusal]:
        keys = NaturalKeys(self._options.resource, self._options.source, self._options.region)
        with closing(keys):
            yield from self._records(keys)

    def _records(self, keys: NaturalKeys) -> Iterator[Document | Refusal]:
        options = self._options
        if _kind(options.path) in JSON_LINES:
            with closing(JsonLinesFile(options.path, keys)) as file:
                self._report(Progress("sending", 0, file.size, file.unit, self.counts))
                yield from file.documents()
            return
        with closing(_table(options)) as table:
            columns, cell_format = table.columns, _cell_format(options, table.comma_decimals)
            supplied = {"source"} if options.source else set()
            plan = make_plan(options.resource, options.mapping, options.constants, columns, cell_format, supplied)
            if options.resource != "sales":
                self._report(Progress("sending", 0, table.size, table.unit, self.counts))
                yield from documents(table, plan, keys)
                return
            with closing(ReceiptRows(plan, columns, options.source)) as rows:
                yield from self._read(rows, table)
                self._report(Progress("sending", 0, rows.count(), "receipts", self.counts))
                yield from rows.receipts()

    def count(self, sent: SentDocument) -> None:
        """Count the result of a document, and write it down where the service refused it."""
        result, document, counts = sent.result, sent.document, self.counts
        status = result["status"]
        if status == 409:
            counts.conflicting += 1
        elif status >= 300:
            counts.refused += 1
        elif result.get("matched"):
            counts.matched += 1
        elif result.get("stale"):
            counts.stale += 1
        elif result.get("replayed"):
            counts.replayed += 1
        else:
            counts.created += 1
        if status >= 300:
            problem = result.get("problem") or {"title": f"Response status {status}", "status": status}
            self.refusals.write(document.rows, document.original(), problem)
        self._report(replace(self._state, done=document.position))

    def _read(self, rows: ReceiptRows, table: Table) -> Iterator[Refusal]:
        self._report(Progress("reading", 0, table.size, table.unit, self.counts))
        for item in rows.fill(table):
            if isinstance(item, int):
                self._report(replace(self._state, done=item))
            else:
                yield item
        self._report(replace(self._state, done=table.size))

    def _report(self, state: Progress) -> None:
        self._state = state
        self._progress(state)


def _check(options: ImportOptions) -> None:
    """Raises ImportFailed for mistakes that show before the file is opened."""
    if options.resource not in RESOURCES:
        raise ImportFailed(f"{options.resource} cannot be imported, only {', '.join(RESOURCES)}.")
    if not options.path.is_file():
        raise ImportFailed(f"{options.path} is not a file.")
    kind = _kind(options.path)
    if kind not in (supported := TEXT | JSON_LINES | WORKBOOKS):
        raise ImportFailed(f"{options.path.name} has none of the supported formats: {', '.join(sorted(supported))}.")
    if kind in JSON_LINES and (options.mapping or options.constants):
        raise ImportFailed("--map and --set are for tables; JSON Lines are sent unchanged.")
    if options.refused_path.resolve() == options.path.resolve():
        raise ImportFailed("Refused records cannot be written over the file that is imported.")
    check_fields(options.resource, list(options.mapping), "--map")
    check_fields(options.resource, list(options.constants), "--set")
    _zone(options.time_zone)


def _kind(path: Path) -> str:
    name = path.name.lower()
    inner = Path(name.removesuffix(".gz")).suffix
    return inner if inner in TEXT | JSON_LINES else Path(name).suffix


def _table(options: ImportOptions) -> Table:
    if _kind(options.path) in WORKBOOKS:
        return WorkbookTable(options.path, options.sheet)
    return DelimitedFile(options.path, options.encoding)


def _cell_format(options: ImportOptions, comma_decimals: bool) -> CellFormat:
    return CellFormat(TimestampFormat(_zone(options.time_zone), options.date_format), comma_decimals)


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImportFailed(f"{name!r} is not a time zone; use an IANA name such as Europe/London.") from error
