"""What an import is asked to do, and how it reports progress, counts and failure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

RESOURCES: tuple[str, ...] = ("customers", "interactions", "sales", "complaints", "feedback", "tasks", "relationships")


@dataclass(frozen=True)
class ImportOptions:
    resource: str
    """One of `RESOURCES`."""
    path: Path
    """JSON Lines in the shape of the API, `.csv` or `.tsv`, each also with `.gz`; or `.xlsx`, `.xls`, `.ods`."""
    url: str = "http://127.0.0.1:8000"
    key: str = field(default="", repr=False)
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Column by field. A column whose header is the name of a field needs no entry."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Value by field, for the records whose own cell is empty or missing."""
    time_zone: str | None = None
    """IANA name, for timestamps without an offset. Without it, rows with such timestamps are refused."""
    date_format: str | None = None
    """As in `strptime`, for timestamps and dates that do not begin with the year."""
    refused: Path | None = None
    """The file for refused records. Defaults to `<file>.refused.jsonl`."""
    source: str | None = None
    """The system that the file comes from; part of the natural key of records without one."""
    region: str = "GB"
    """The country of phone numbers without one (ISO 3166-1), as the service reads them."""
    on_unknown_customer: str = "create"
    on_match: str | None = None
    """For customers: what to do if another one has an identity or contact point; see `OnMatch`. By default, the policy
    of the source decides.
    """
    sheet: str | None = None
    """The sheet of a workbook. Defaults to the first."""
    encoding: str | None = None
    """The encoding of a CSV file. Detected by default."""

    @property
    def refused_path(self) -> Path:
        return self.refused or self.path.with_name(self.path.name + ".refused.jsonl")


@dataclass
class Counts:
    """Numbers of records by result. A record is a row, or for sales a receipt."""

    created: int = 0
    replayed: int = 0
    """The service already had the same record."""
    conflicting: int = 0
    """The service has a different record under the same key."""
    refused: int = 0
    matched: int = 0
    """Customers who were known, and have learnt what was new."""
    stale: int = 0
    """The service has a newer revision."""

    @property
    def total(self) -> int:
        return self.created + self.replayed + self.matched + self.conflicting + self.refused + self.stale


@dataclass(frozen=True)
class Progress:
    phase: Literal["reading", "sending"]
    """A table of sales is read to its end before anything is sent; everything else is sent while it is read."""
    done: int
    total: int
    unit: Literal["bytes", "rows", "receipts"]
    counts: Counts


ProgressCallback = Callable[[Progress], None]


class ImportFailed(Exception):
    """The import cannot go on. The message is a sentence for a person; `counts` is what was done before."""

    def __init__(self, message: str, counts: Counts | None = None) -> None:
        super().__init__(message)
        self.counts = counts or Counts()
