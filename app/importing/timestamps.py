"""Cells into moments and days.

Year-first spellings are read as they are (ISO 8601, also with a space, slashes or dots: `2010-12-01 08:26:00`,
`2010/12/1 8:26`), and so are a workbook's date cells. `01/12/2010` is the first of December to some and the twelfth of
January to others: every other spelling is refused unless a format is given, and then only that format and a workbook's
date cells are read. A day without a time is the midnight it begins with.

A moment without an offset is in the time zone of the import. Where clocks went back and an hour came twice, the first
of the two is meant; a time that clocks skipped is counted with the offset from before (PEP 495, fold=0).
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


class Unreadable(Exception):
    """A cell that is not what its field wants."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Moments:
    zone: ZoneInfo | None = None
    date_format: str | None = None

    def moment(self, cell: Cell) -> str:
        """RFC 3339, with the offset of the place: the day it falls on there is part of what it says."""
        found = self._read(cell)
        if found.tzinfo is None:
            if self.zone is None:
                raise Unreadable("naive_moment", f"{str(cell)!r} has no offset, and no time zone is given for the file")
            found = found.replace(tzinfo=self.zone, fold=0)
        offset = found.utcoffset()
        try:
            # Before time zones, places kept offsets with seconds, which RFC 3339 cannot spell.
            return (found.astimezone(UTC) if offset is None or offset.seconds % 60 else found).isoformat()
        except OverflowError as error:
            raise Unreadable("moment", f"{str(cell)!r} is too far away") from error

    def day(self, cell: Cell) -> str:
        return self._read(cell).date().isoformat()

    def _read(self, cell: Cell) -> datetime:
        if isinstance(cell, datetime):
            return cell
        if isinstance(cell, date):
            return datetime.combine(cell, time())
        if not isinstance(cell, str):
            raise Unreadable("moment", f"{str(cell)!r} is a number or a time, not a date")
        try:
            if self.date_format is not None:
                return datetime.strptime(cell, self.date_format)  # noqa: DTZ007 - the zone is added above
            return _year_first(cell)
        except ValueError as error:
            raise Unreadable("moment", f"{cell!r} is not a date: {error}") from error


def _year_first(text: str) -> datetime:
    match = _YEAR_FIRST.fullmatch(text)
    if match is None:
        if re.match(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", text):
            raise Unreadable("ambiguous_date", f"{text!r} may be day first or month first; give the format of dates")
        raise ValueError("it does not begin with year, month and day")
    part = match.groupdict()
    found = datetime(  # noqa: DTZ001 - the zone is added above
        int(part["y"]),
        int(part["m"]),
        int(part["d"]),
        int(part["H"] or 0),
        int(part["M"] or 0),
        int(part["S"] or 0),
        int((part["f"] or "0").ljust(6, "0")[:6]),
    )
    zone = (part["z"] or "").upper()
    if not zone:
        return found
    if zone in ("Z", "UTC"):
        return found.replace(tzinfo=UTC)
    zone = zone.replace(":", "").ljust(5, "0")
    return found.replace(tzinfo=datetime.strptime(zone, "%z").tzinfo)
