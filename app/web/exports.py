"""Whole lists as files, streamed page by page in the format that the caller accepts."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.core.errors import NotAcceptable
from app.rules.kit.csv_rows import Row

CSV = "text/csv"
LINES = "application/x-ndjson"
_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_RANGES = {
    LINES: (LINES, "application/jsonl", "application/*", "*/*"),
    CSV: (CSV, "text/*", "*/*"),
}
"""By format: what asks for it, the most particular first."""


def stream(
    request: Request, name: str, pages: AsyncIterator[list[str]], row_of: Callable[[dict[str, Any]], Row]
) -> Response:
    """`pages` are lists of JSON objects. Raises NotAcceptable where neither JSON Lines nor CSV is accepted."""
    media_type = _accepted(", ".join(request.headers.getlist("accept")) or "*/*")
    if media_type is None:
        raise NotAcceptable(f"Available media types: {LINES}, {CSV}")
    body, extension = (_csv(pages, row_of), "csv") if media_type == CSV else (_lines(pages), "jsonl")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}.{extension}"}
    return StreamingResponse(body, media_type=media_type, headers=headers)


def _accepted(header: str) -> str | None:
    """The format with the highest weight (RFC 9110, section 12.5.1), of two the one that is named first; JSON Lines
    where both are asked for by one range. None where neither is accepted.
    """
    weights: dict[str, tuple[float, int]] = {}
    for place, part in enumerate(header.split(",")):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights.setdefault(media_range, (_weight(parameters), -place))
    best: tuple[float, int] | None = None
    chosen = None
    for media_type, ranges in _RANGES.items():
        weight = next((weights[media_range] for media_range in ranges if media_range in weights), None)
        if weight is not None and weight[0] > 0 and (best is None or weight > best):
            best, chosen = weight, media_type
    return chosen


def _weight(parameters: list[str]) -> float:
    quality = next((parameter[2:].strip() for parameter in parameters if parameter.startswith("q=")), "1")
    return float(quality) if _QUALITY.fullmatch(quality) else 1.0


async def _lines(pages: AsyncIterator[list[str]]) -> AsyncIterator[str]:
    async for page in pages:
        yield "".join(f"{item}\n" for item in page)


async def _csv(pages: AsyncIterator[list[str]], row_of: Callable[[dict[str, Any]], Row]) -> AsyncIterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    has_header = False
    async for page in pages:
        for item in page:
            row = row_of(json.loads(item))
            if not has_header:
                writer.writerow(row)
                has_header = True
            writer.writerow(row.values())
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
