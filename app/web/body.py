"""Reads request bodies: limited in size, decompressed, and as strict JSON."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request

from app.core import errors, strict_json

JSON_TYPES = ("application/json",)
PATCH_TYPES = ("application/merge-patch+json",)
LINES_TYPES = ("application/x-ndjson", "application/jsonl", "application/json-lines")
_DECOMPRESSED_PIECE = 65_536


async def read_json(request: Request, types: tuple[str, ...], limit: int, max_pause: float) -> Any:
    """The whole body as a JSON value. `limit` is in bytes after decompression, `max_pause` in seconds between chunks.

    Raises MalformedBody, RequestTimeout, BodyTooLarge, UnsupportedMediaType and what `strict_json.parse` raises.
    """
    _check_type(request, types)
    content = bytearray()
    async for chunk in decoded_chunks(request, max_pause):
        content += chunk
        if len(content) > limit:
            raise errors.BodyTooLarge(f"The body must have at most {limit} bytes", headers={"Connection": "close"})
    return strict_json.parse(content)


def check_lines_type(request: Request) -> None:
    """What can be refused of a batch before its response has started."""
    _check_type(request, LINES_TYPES)
    _content_encoding(request)


async def decoded_chunks(request: Request, max_pause: float) -> AsyncIterator[bytes]:
    """The bytes of the body as they arrive, decompressed where they were sent with gzip."""
    chunks = _received_chunks(request, max_pause)
    async for chunk in _gunzipped(chunks) if _content_encoding(request) == "gzip" else chunks:
        yield chunk


def _check_type(request: Request, types: tuple[str, ...]) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if media_type.strip().lower() not in types or charset not in ("", "charset=utf-8"):
        raise errors.UnsupportedMediaType(
            f"The body must be {types[0]} in UTF-8",
            headers={"Accept-Patch" if types == PATCH_TYPES else "Accept-Post": ", ".join(types)},
        )


def _content_encoding(request: Request) -> str:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise errors.UnsupportedMediaType("Content-Encoding must be gzip", headers={"Accept-Encoding": "gzip"})
    return encoding


async def _received_chunks(request: Request, max_pause: float) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(max_pause):  # `wait_for` may lose a cancellation
                message = await request.receive()
        except TimeoutError:
            raise errors.RequestTimeout(headers={"Connection": "close"}) from None
        if message["type"] == "http.disconnect":
            raise errors.MalformedBody("The body is incomplete")
        if chunk := message.get("body"):
            yield chunk
        if not message.get("more_body"):
            return


async def _gunzipped(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    gunzip = zlib.decompressobj(wbits=31)
    try:
        async for chunk in chunks:
            while chunk:
                if gunzip.eof:  # RFC 1952: members may follow each other, as `cat a.gz b.gz` produces
                    gunzip = zlib.decompressobj(wbits=31)
                yield gunzip.decompress(chunk, _DECOMPRESSED_PIECE)
                chunk = gunzip.unused_data if gunzip.eof else gunzip.unconsumed_tail
        yield gunzip.flush()
    except zlib.error:
        raise errors.MalformedBody("The body is not valid gzip") from None
    if not gunzip.eof:
        raise errors.MalformedBody("The body is incomplete")
