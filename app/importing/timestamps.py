"""Converts cells to timestamps and dates.

Dates that begin with the year are read as they are (ISO 8601, also with a space, slashes or dots:
`2010-12-01 08:26:00`, `2010/12/1 8:26`), and so are a workbook's date cells. `01/12/2010` is the first of December to
some and the twelfth of January to others: any other format is refused unless it is given with the import, and then only
that format and a workbook's date cells are read. A date without a time is midnight at its beginning.

A timestamp without an offset is in the time zone of the import. Where clocks went back and an hour came twice, the
first of the two is meant; a time that clocks skipped has the offset from before (PEP 495, fold=0).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from app.importing.rows import Cell

_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"(?:[T ]\s*(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?)?"
    r"\s*(?P<z>Z|UTC|[+-]\d{2}:?(?:\d{2})?)?",
    re.IGNORECASE,
)


class UnreadableCell(Exception):
    """A cell that cannot be converted to its field; `code` and `detail` go into the problem document."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class TimestampFormat:
    """How timestamps and dates of a file are to be read."""

    zone: ZoneInfo | None = None
    date_format: str | None = None

    def to_timestamp(self, cell: Cell) -> str:
        """RFC 3339 with the local offset, because the local date is part of the information."""
        value = self._read(cell)
        if value.tzinfo is None:
            if self.zone is None:
                detail = f"{str(cell)!r} has no offset, and the import has no time zone"
                raise UnreadableCell("naive_timestamp", detail)
            value = value.replace(tzinfo=self.zone, fold=0)
        offset = value.utcoffset()
        try:
            # Before standard time, local offsets had seconds, which RFC 3339 cannot express.
            return (value.astimezone(UTC) if offset is None or offset.seconds % 60 else value).isoformat()
        except OverflowError as error:
            raise UnreadableCell("timestamp", f"{str(cell)!r} is out of range") from error

    def to_date(self, cell: Cell) -> str:
        return self._read(cell).date().isoformat()

    def _read(self, cell: Cell) -> datetime:
        if isinstance(cell, datetime):
            return cell
        if isinstance(cell, date):
            return datetime.combine(cell, time())
        if not isinstance(cell, str):
            raise UnreadableCell("timestamp", f"{str(cell)!r} is a number or a time, not a date")
        try:
            if self.date_format is not None:
                return datetime.strptime(cell, self.date_format)  # noqa: DTZ007 - the time zone is added later
            return _read_year_first(cell)
        except ValueError as error:
            raise UnreadableCell("timestamp", f"{cell!r} is not a date: {error}") from error


def _read_year_first(text: str) -> datetime:
    match = _YEAR_FIRST.fullmatch(text)
    if match is None:
        if re.match(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", text):
            raise UnreadableCell("ambiguous_date", f"{text!r} may be day first or month first; give --date-format")
        raise ValueError("it does not begin with year, month and day")
    parts = match.groupdict()
    value = datetime(  # noqa: DTZ001 - the time zone is added later
        int(parts["y"]),
        int(parts["m"]),
        int(parts["d"]),
        int(parts["H"] or 0),
        int(parts["M"] or 0),
        int(parts["S"] or 0),
        int((parts["f"] or "0").ljust(6, "0")[:6]),
    )
    zone = (parts["z"] or "").upper()
    if not zone:
        return value
    if zone in ("Z", "UTC"):
        return value.replace(tzinfo=UTC)
    zone = zone.replace(":", "").ljust(5, "0")
    return value.replace(tzinfo=datetime.strptime(zone, "%z").tzinfo)
