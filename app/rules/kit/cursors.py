"""Page cursors: opaque, signed, and bound to the list that they were made for."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence

_SIGNATURE = 12


def seal(position: Sequence[str | None], binding: str, key: bytes) -> str:
    """A cursor for the position after which the next page begins. `binding` names list, filters and sort."""
    payload = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(payload, binding, key) + payload).decode().rstrip("=")


def unseal(cursor: str, binding: str, key: bytes) -> list[str | None] | None:
    """The position in a cursor; None if it was made for another list or with another key, or was changed."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        return None
    signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
    # Base64 has spare bits, so other texts may decode to the same bytes: only the original one is accepted.
    genuine = hmac.compare_digest(signature, _signature(payload, binding, key))
    return json.loads(payload) if genuine and seal(json.loads(payload), binding, key) == cursor else None


def _signature(payload: bytes, binding: str, key: bytes) -> bytes:
    return hmac.digest(key, binding.encode() + b"\0" + payload, hashlib.sha256)[:_SIGNATURE]
