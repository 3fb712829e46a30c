"""What an import is asked to do, and what it tells of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

RESOURCES: tuple[str, ...] = ("customers", "interactions", "sales", "complaints", "feedback")


@dataclass(frozen=True)
class ImportOptions:
    resource: str
    """`customers`, `interactions`, `sales`, `complaints` or `feedback`."""
    path: Path
    """JSON Lines in the shape of the API, `.csv` or `.tsv`, each also with `.gz`; or `.xlsx`, `.xls`, `.ods`."""
    url: str = "http://127.0.0.1:8000"
    key: str = field(default="", repr=False)
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Field → column. A column whose header is a field's name maps itself."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Field → value, for every record whose own cell is empty or missing."""
    time_zone: str | None = None
    """IANA name, for moments without an offset. Without it such a row is refused."""
    date_format: str | None = None
    """As in `strptime`, for moments and days that are not year first."""
    refused: Path | None = None
    """Where refused rows go. Left out: `<file>.refused.jsonl`."""
    source: str | None = None
    """The system the file came out of; part of the natural key of what has none of its own."""
    on_unknown_customer: str = "create"
    sheet: str | None = None
    """Of a workbook. Left out: the first."""
    encoding: str | None = None
    """Of a CSV file. Left out: found out from the file."""

    @property
    def refused_path(self) -> Path:
        return self.refused or self.path.with_name(self.path.name + ".refused.jsonl")


@dataclass
class Counts:
    """How many records came to what end. A record is a row, or for sales a receipt."""

    created: int = 0
    replayed: int = 0
    """The service had it already, word for word."""
    conflicting: int = 0
    """The service has another one under the same key."""
    refused: int = 0
    stale: int = 0
    """The service has a newer revision."""

    @property
    def total(self) -> int:
        return self.created + self.replayed + self.conflicting + self.refused + self.stale


@dataclass(frozen=True)
class Progress:
    phase: Literal["reading", "sending"]
    """A table of sales is read whole before the first receipt is sent; everything else is sent while it is read."""
    done: int
    total: int
    unit: Literal["bytes", "rows", "receipts"]
    counts: Counts


ProgressCallback = Callable[[Progress], None]


class ImportFailed(Exception):
    """The import cannot go on. The message is one sentence for a person; `counts` is what was done until then."""

    def __init__(self, message: str, counts: Counts | None = None) -> None:
        super().__init__(message)
        self.counts = counts or Counts()
