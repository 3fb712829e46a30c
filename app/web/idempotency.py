"""Idempotency-Key: the first response is stored in the transaction of its effect, and replayed to retries."""

import hashlib
import json
import re
from datetime import timedelta
from typing import Any

from fastapi import Request, Response

from app.core.context import Context
from app.core.errors import IdempotencyKeyInFlight, IdempotencyKeyReused, MalformedRequest
from app.store.kit import idempotency as store
from app.web.replies import Reply

RETENTION = timedelta(days=7)
"""How long responses are stored: long enough for a till that was offline over a long weekend."""
_KEY = re.compile(r'[!#-\[\]-~]{1,255}|"[ !#-\[\]-~]{1,255}"')
_STORED_HEADERS = ("location", "etag", "receipt-stale")


def key_of(request: Request) -> str | None:
    """A quoted string of RFC 9651, or the bare token that many clients send. Raises MalformedRequest."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise MalformedRequest(
            "Idempotency-Key must be 1 to 255 printable ASCII characters, no backslash, and quoted if it has blanks"
        )
    return key.strip('"')


def fingerprint(request: Request, body: Any, without: str) -> bytes:
    """A hash that tells a retry from another request: its JSON may have other spacing, order of members and spelling of
    numbers (`1`, `1.0`), because many clients write it anew for each try. Texts have to be the same.

    `without` is a query parameter that does not count.
    """
    query = sorted(item for item in request.query_params.multi_items() if item[0] != without)
    content = [request.method, request.scope["path"], query, _with_plain_numbers(body)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


def _with_plain_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _with_plain_numbers(element) for name, element in value.items()}
    return [_with_plain_numbers(element) for element in value] if isinstance(value, list) else value


async def replay(ctx: Context, key: str, fingerprint: bytes, *, lock: bool) -> Response | None:
    """The stored response, if there is one. With `lock`, the key stays locked until the transaction ends.

    Raises IdempotencyKeyInFlight and IdempotencyKeyReused.
    """
    if lock and not await store.try_lock(ctx, key):
        raise IdempotencyKeyInFlight(headers={"Retry-After": "1"})
    stored = await store.find(ctx, key)
    if stored is None:
        return None
    if stored.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    return Reply(stored.body, stored.status, {**stored.headers, "Idempotent-Replayed": "true"})


async def store_response(ctx: Context, key: str, fingerprint: bytes, response: Response) -> None:
    headers = {name: response.headers[name] for name in _STORED_HEADERS if name in response.headers}
    body = getattr(response, "stored_body", None) or bytes(response.body)
    await store.add(ctx, key, store.StoredResponse(fingerprint, response.status_code, headers, body))


async def delete_expired(ctx: Context) -> None:
    """Delete the responses that no retry will ask for any more."""
    await store.delete_before(ctx.db, ctx.now - RETENTION)
