"""One import from file to counts."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx

from app.importing.cells import Style
from app.importing.delimited import DelimitedFile
from app.importing.documents import documents
from app.importing.json_lines import JsonLinesFile
from app.importing.mapping import known, plan
from app.importing.options import RESOURCES, Counts, ImportFailed, ImportOptions, Progress, ProgressCallback
from app.importing.receipts import WaitingRows
from app.importing.refusals import RefusedFile
from app.importing.rows import Document, Refusal, Table
from app.importing.sending import Outcome, Sender
from app.importing.timestamps import Moments
from app.importing.workbooks import WorkbookTable

TEXT, JSON_LINES, WORKBOOKS = {".csv", ".tsv"}, {".jsonl", ".ndjson"}, {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}


def run(
    options: ImportOptions,
    progress: ProgressCallback = lambda _: None,
    transport: httpx.BaseTransport | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Counts:
    """Import a file; safe to repeat. What was refused or conflicts is in `options.refused_path`, if anything was.

    Raises ImportFailed, with the counts until then, when it cannot go on.
    """
    job = _Import(options, progress)
    try:
        with closing(Sender(options, transport, sleep)) as sender, closing(job.refusals):
            for outcome in sender.send(job.documents()):
                job.settle(outcome)
    except ImportFailed as error:
        error.counts = job.counts
        raise
    return job.counts


def produced(options: ImportOptions) -> Iterator[Document | Refusal]:
    """What an import would send, and what it would not."""
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
        """What is to be sent; what is not is refused on the way."""
        for record in self.records():
            if isinstance(record, Document):
                yield record
            else:
                self.counts.refused += 1
                self.refusals.write(record.rows, record.original(), record.problem)

    def records(self) -> Iterator[Document | Refusal]:
        options = self._options
        if _kind(options.path) in JSON_LINES:
            with closing(JsonLinesFile(options.path, options.resource, options.source)) as file:
                self._tell(Progress("sending", 0, file.size, file.unit, self.counts))
                yield from file.documents()
            return
        with closing(_table(options)) as table:
            columns, style = table.columns, _style(options, table.comma_decimals)
            given = {"source"} if options.source else set()
            chosen = plan(options.resource, options.mapping, options.constants, columns, style, given)
            if options.resource != "sales":
                self._tell(Progress("sending", 0, table.size, table.unit, self.counts))
                yield from documents(table, chosen, options.source)
                return
            with closing(WaitingRows(chosen, columns, options.source)) as waiting:
                yield from self._read(waiting, table)
                self._tell(Progress("sending", 0, waiting.count(), "receipts", self.counts))
                yield from waiting.receipts()

    def settle(self, outcome: Outcome) -> None:
        """Count what became of a document, and keep what the service would not have."""
        result, document, counts = outcome.result, outcome.document, self.counts
        status = result["status"]
        if status == 409:
            counts.conflicting += 1
        elif status >= 300:
            counts.refused += 1
        elif result.get("stale"):
            counts.stale += 1
        elif result.get("replayed"):
            counts.replayed += 1
        else:
            counts.created += 1
        if status >= 300:
            problem = result.get("problem") or {"title": f"Answered with {status}", "status": status}
            self.refusals.write(document.rows, document.original(), problem)
        self._tell(replace(self._state, done=document.position))

    def _read(self, waiting: WaitingRows, table: Table) -> Iterator[Refusal]:
        self._tell(Progress("reading", 0, table.size, table.unit, self.counts))
        for found in waiting.fill(table):
            if isinstance(found, int):
                self._tell(replace(self._state, done=found))
            else:
                yield found
        self._tell(replace(self._state, done=table.size))

    def _tell(self, state: Progress) -> None:
        self._state = state
        self._progress(state)


def _check(options: ImportOptions) -> None:
    """Everything that can be known to be wrong before the file is opened."""
    if options.resource not in RESOURCES:
        raise ImportFailed(f"{options.resource} cannot be imported; {', '.join(RESOURCES)} can.")
    if not options.path.is_file():
        raise ImportFailed(f"There is no file {options.path}.")
    kind = _kind(options.path)
    if kind not in TEXT | JSON_LINES | WORKBOOKS:
        raise ImportFailed(f"{options.path.name} is none of {', '.join(sorted(TEXT | JSON_LINES | WORKBOOKS))}.")
    if kind in JSON_LINES and (options.mapping or options.constants):
        raise ImportFailed("--map and --set are for tables; JSON Lines are sent as they are.")
    if options.refused_path.resolve() == options.path.resolve():
        raise ImportFailed("What is refused cannot be written over the file that is imported.")
    known(options.resource, list(options.mapping), "--map")
    known(options.resource, list(options.constants), "--set")
    _zone(options.time_zone)


def _kind(path: Path) -> str:
    name = path.name.lower()
    inner = Path(name.removesuffix(".gz")).suffix
    return inner if inner in TEXT | JSON_LINES else Path(name).suffix


def _table(options: ImportOptions) -> Table:
    if _kind(options.path) in WORKBOOKS:
        return WorkbookTable(options.path, options.sheet)
    return DelimitedFile(options.path, options.encoding)


def _style(options: ImportOptions, comma_decimals: bool) -> Style:
    return Style(Moments(_zone(options.time_zone), options.date_format), comma_decimals)


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImportFailed(f"{name!r} is no time zone; they are called like Europe/London.") from error
