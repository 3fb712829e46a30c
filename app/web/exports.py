"""Whole lists as files, streamed page by page in the format that the caller accepts."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.core.errors import NotAcceptable
from app.rules.kit.csv_rows import Row

CSV = "text/csv"
LINES = "application/x-ndjson"
_FORMATS = {CSV: CSV, LINES: LINES, "application/jsonl": LINES, "application/*": LINES, "*/*": LINES, "text/*": CSV}


def stream(
    request: Request, name: str, pages: AsyncIterator[list[str]], row_of: Callable[[dict[str, Any]], Row]
) -> Response:
    """`pages` are lists of JSON objects. Raises NotAcceptable where neither JSON Lines nor CSV is accepted."""
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "*/*").split(",")]
    media_type = next((_FORMATS[part] for part in accepted if part in _FORMATS), None)
    if media_type is None:
        raise NotAcceptable(f"Available media types: {LINES}, {CSV}")
    body, extension = (_csv(pages, row_of), "csv") if media_type == CSV else (_lines(pages), "jsonl")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}.{extension}"}
    return StreamingResponse(body, media_type=media_type, headers=headers)


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
