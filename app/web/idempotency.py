"""The same request twice has one effect: the first answer is kept beside it, in the same transaction."""

import hashlib
import json
import re
from typing import Any

from fastapi import Request, Response

from app.core.context import Context
from app.core.errors import IdempotencyKeyInFlight, IdempotencyKeyReused, MalformedRequest
from app.store.kit import idempotency as store
from app.web.replies import Reply

_KEY = re.compile(r'[!#-\[\]-~]{1,255}|"[ !#-\[\]-~]{1,255}"')
_KEPT = ("location", "etag", "receipt-stale")


def key_of(request: Request) -> str | None:
    """A structured-field string in quotes, or the bare token that many clients send."""
    sent = request.headers.get("idempotency-key")
    if sent is None:
        return None
    if not _KEY.fullmatch(sent):
        raise MalformedRequest("Idempotency-Key must be 1 to 255 printable ASCII characters")
    return sent.strip('"')


def fingerprint(request: Request, body: Any) -> bytes:
    """Of everything that makes the request what it is, however its JSON was spaced and ordered."""
    whole = [request.method, request.scope["path"], sorted(request.query_params.multi_items()), body]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).digest()


async def replay(ctx: Context, key: str, print_: bytes) -> Response | None:
    """The first answer, if there was one. The key stays held until the transaction ends."""
    if not await store.claim(ctx, key):
        raise IdempotencyKeyInFlight(headers={"Retry-After": "1"})
    answer = await store.recall(ctx, key)
    if answer is None:
        return None
    if answer.fingerprint != print_:
        raise IdempotencyKeyReused
    return Reply(answer.body, answer.status, {**answer.headers, "Idempotent-Replayed": "true"})


async def remember(ctx: Context, key: str, print_: bytes, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    body = getattr(response, "stored_body", None) or bytes(response.body)
    await store.remember(ctx, key, store.Answer(print_, response.status_code, headers, body))
