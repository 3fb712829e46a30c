"""Whole lists as files: streamed a page at a time, in the form that the caller accepts."""

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
_ACCEPTED = {CSV: CSV, LINES: LINES, "application/jsonl": LINES, "application/*": LINES, "*/*": LINES, "text/*": CSV}


def answer(
    request: Request, name: str, pages: AsyncIterator[list[str]], row_of: Callable[[dict[str, Any]], Row]
) -> Response:
    """406 when the caller accepts neither JSON Lines nor CSV."""
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "*/*").split(",")]
    media_type = next((_ACCEPTED[part] for part in accepted if part in _ACCEPTED), None)
    if media_type is None:
        raise NotAcceptable(f"Available media types: {LINES}, {CSV}")
    body, ending = (_csv(pages, row_of), "csv") if media_type == CSV else (_lines(pages), "jsonl")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}.{ending}"}
    return StreamingResponse(body, media_type=media_type, headers=headers)


async def _lines(pages: AsyncIterator[list[str]]) -> AsyncIterator[str]:
    async for page in pages:
        yield "".join(f"{item}\n" for item in page)


async def _csv(pages: AsyncIterator[list[str]], row_of: Callable[[dict[str, Any]], Row]) -> AsyncIterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    named = False
    async for page in pages:
        for item in page:
            row = row_of(json.loads(item))
            if not named:
                writer.writerow(row)
                named = True
            writer.writerow(row.values())
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
