"""Reads request bodies: limited in size, decompressed, and as strict JSON."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Request
from starlette.types import Message

from app.core import errors, strict_json
from app.rules.kit.json_pointers import pointer
from app.rules.kit.number_fields import Strictness
from app.rules.kit.payment_cards import REFUSAL, find_card_number, may_contain_card_number

JSON_TYPES = ("application/json",)
PATCH_TYPES = ("application/merge-patch+json",)
LINES_TYPES = ("application/x-ndjson", "application/jsonl", "application/json-lines")
_PACKED_PIECE, _DECOMPRESSED_PIECE = 4_096, 65_536
_MOST_OF_NOTHING = 4_096
_LARGE = 32_768
# What unpacking may cost grows with what was sent. JSON compresses to a twentieth or so, at most to a hundredth.
_FREE_BYTES, _MOST_EXPANSION = 4_194_304, 250
_FREE_LINES, _BYTES_A_LINE = 5_000, 4
"""A line that differs from the one before takes at least so many compressed bytes."""


async def read_json(request: Request, types: tuple[str, ...], limit: int, max_pause: float) -> Any:
    """The whole body as a JSON value. `limit` is in bytes after decompression, `max_pause` in seconds between chunks.

    Raises MalformedBody, RequestTimeout, BodyTooLarge, UnsupportedMediaType and what `strict_json.parse` raises.
    """
    _check_type(request, types)
    content = bytearray()
    async for chunk in _decoded(request, _limited(_received_chunks(request, max_pause), limit)):
        content += chunk
        if len(content) > limit:
            raise _too_large(limit)
    if len(content) > _LARGE:  # the work of long ones stops nobody else
        return await asyncio.to_thread(parse_json, content)
    return parse_json(content)


def parse_json(raw: bytes | bytearray) -> Any:
    """What `strict_json.parse` returns and raises; also ValidationFailed for the number of a payment card in it."""
    value = strict_json.parse(raw)
    if may_contain_card_number(raw):
        refuse_card_number(value)
    return value


def refuse_card_number(value: Any, at: str = "", strictness: Strictness = Strictness.TEXT) -> None:
    """Raises ValidationFailed for the number of a payment card in a JSON value: none is ever stored."""
    found = find_card_number(value, at, strictness)
    if found is not None:
        raise errors.invalid(found, "payment_card_number", REFUSAL)


async def read_nothing(request: Request, max_pause: float) -> None:
    """For operations without a body. An empty object does no harm; anything else was meant for another operation.

    Raises ValidationFailed, RequestTimeout and MalformedBody.
    """
    if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
        return
    content = bytearray()
    async for chunk in _received_chunks(request, max_pause):
        content += chunk
        if len(content) > _MOST_OF_NOTHING:
            raise errors.ValidationFailed(errors=[_unexpected()], headers={"Connection": "close"})
    if not content.strip():
        return
    try:
        value = strict_json.parse(content)
    except errors.MalformedBody:
        value = None
    if not isinstance(value, dict):
        raise errors.ValidationFailed(errors=[_unexpected()])
    if value:
        raise errors.ValidationFailed(
            errors=[{"pointer": pointer((name,)), "code": "unknown_field", "detail": "Unknown field"} for name in value]
        )


def _unexpected() -> dict[str, str]:
    return {"pointer": "", "code": "unexpected_body", "detail": "This operation takes no body, or an empty object"}


def check_lines_type(request: Request) -> None:
    """What can be refused of a batch before its response has started."""
    _check_type(request, LINES_TYPES)
    _content_encoding(request)


async def decoded_chunks(request: Request, max_pause: float, worked_until: Callable[[], float]) -> AsyncIterator[bytes]:
    """The bytes of the body as they arrive, decompressed where they were sent with gzip.

    `worked_until` says up to when, by the clock of the event loop, the client may have waited for answers to what it
    has sent: that was no pause of its own.
    """
    async for chunk in _decoded(request, _received_chunks(request, max_pause, worked_until)):
        yield chunk


def _decoded(request: Request, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    return _gunzipped(chunks) if _content_encoding(request) == "gzip" else chunks


async def _limited(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """Of what is received: it may unpack to nothing, and never end."""
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        if received > limit:
            raise _too_large(limit)
        yield chunk


def _too_large(limit: int) -> errors.BodyTooLarge:
    return errors.BodyTooLarge(f"The body must have at most {limit} bytes", headers={"Connection": "close"})


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


async def _received_chunks(
    request: Request, max_pause: float, worked_until: Callable[[], float] = lambda: 0.0
) -> AsyncIterator[bytes]:
    while True:
        message = await _received(request, max_pause, worked_until)
        if message["type"] == "http.disconnect":
            raise errors.MalformedBody("The body is incomplete")
        if chunk := message.get("body"):
            yield chunk
        if not message.get("more_body"):
            return


async def _received(request: Request, max_pause: float, worked_until: Callable[[], float]) -> Message:
    now = asyncio.get_running_loop().time
    deadline = now() + max_pause
    while True:
        try:
            async with asyncio.timeout_at(deadline):  # `wait_for` may lose a cancellation
                return await request.receive()
        except TimeoutError:
            deadline = worked_until() + max_pause
            if deadline <= now():
                raise errors.RequestTimeout(headers={"Connection": "close"}) from None


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Small ones: what follows a member, or a full buffer, is copied each time. Other requests get their turns."""
    async for chunk in chunks:
        for start in range(0, len(chunk), _PACKED_PIECE):
            yield chunk[start : start + _PACKED_PIECE]
            await asyncio.sleep(0)


async def _gunzipped(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    gunzip = zlib.decompressobj(wbits=31)
    sent = unpacked = lines = 0
    try:
        async for chunk in _pieces(chunks):
            sent += len(chunk)
            while chunk:
                if gunzip.eof:  # RFC 1952: members may follow each other, as `cat a.gz b.gz` produces
                    gunzip = zlib.decompressobj(wbits=31)
                piece = gunzip.decompress(chunk, _DECOMPRESSED_PIECE)
                unpacked += len(piece)
                lines += piece.count(b"\n")
                if unpacked > _FREE_BYTES + _MOST_EXPANSION * sent or lines > _FREE_LINES + sent // _BYTES_A_LINE:
                    raise errors.BodyTooLarge(
                        "The body expands to far more than was sent", headers={"Connection": "close"}
                    )
                yield piece
                chunk = gunzip.unused_data if gunzip.eof else gunzip.unconsumed_tail
        yield gunzip.flush()
    except zlib.error:
        raise errors.MalformedBody("The body is not valid gzip") from None
    if not gunzip.eof:
        raise errors.MalformedBody("The body is incomplete")
