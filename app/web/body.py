"""Reads bodies: bounded, decompressed, and as strict JSON."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request

from app.core import errors, strict_json

JSON_TYPES = ("application/json",)
PATCH_TYPES = ("application/merge-patch+json",)
LINES_TYPES = ("application/x-ndjson", "application/jsonl", "application/json-lines")


async def read_json(request: Request, types: tuple[str, ...], limit: int, pause: float) -> Any:
    """The whole body as a JSON value. 400 if it is not JSON, 413 if too large, 415 if of another type."""
    _of_type(request, types)
    chunks = bytearray()
    async for chunk in decoded(request, pause):
        chunks += chunk
        if len(chunks) > limit:
            raise errors.BodyTooLarge(f"The body must have at most {limit} bytes", headers={"Connection": "close"})
    return strict_json.parse(chunks)


def lines_type(request: Request) -> None:
    """What can be told before the first line is read, and before the answer has begun."""
    _of_type(request, LINES_TYPES)
    _encoding(request)


async def decoded(request: Request, pause: float) -> AsyncIterator[bytes]:
    """The bytes of the body as they come, gunzipped where they were gzipped."""
    chunks = _received(request, pause)
    async for chunk in _gunzipped(chunks) if _encoding(request) == "gzip" else chunks:
        yield chunk


def _encoding(request: Request) -> str:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise errors.UnsupportedMediaType("Content-Encoding must be gzip", headers={"Accept-Encoding": "gzip"})
    return encoding


async def _received(request: Request, pause: float) -> AsyncIterator[bytes]:
    while True:
        try:
            # Most bodies are there already: a timer is only set for those that are not.
            message = await asyncio.wait_for(request.receive(), pause)
        except TimeoutError:
            raise errors.RequestTimeout(headers={"Connection": "close"}) from None
        if message["type"] == "http.disconnect":
            raise errors.MalformedBody("The body is incomplete")
        if chunk := message.get("body"):
            yield chunk
        if not message.get("more_body"):
            return


async def _gunzipped(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    step = 65_536
    gunzip = zlib.decompressobj(wbits=31)
    try:
        async for chunk in chunks:
            while chunk:
                if gunzip.eof:  # RFC 1952: one member may follow another, as `cat a.gz b.gz` makes them
                    gunzip = zlib.decompressobj(wbits=31)
                yield gunzip.decompress(chunk, step)
                chunk = gunzip.unused_data if gunzip.eof else gunzip.unconsumed_tail
        yield gunzip.flush()
    except zlib.error:
        raise errors.MalformedBody("The body is not valid gzip") from None
    if not gunzip.eof:
        raise errors.MalformedBody("The body is incomplete")


def _of_type(request: Request, types: tuple[str, ...]) -> None:
    sent, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if sent.strip().lower() not in types or charset not in ("", "charset=utf-8"):
        accepted = ", ".join(types)
        raise errors.UnsupportedMediaType(
            f"The body must be {types[0]} in UTF-8",
            headers={"Accept-Patch" if types == PATCH_TYPES else "Accept-Post": accepted},
        )
