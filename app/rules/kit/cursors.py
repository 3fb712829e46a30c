"""Page cursors: opaque, bound to their list, and worthless to whoever changes one."""

import base64
import binascii
import hashlib
import hmac
import json

_SIGNATURE = 12


def seal(place: list[str], binding: str, key: bytes) -> str:
    """A cursor for the place after which the next page begins. `binding` names list, filter and sort."""
    payload = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(payload, binding, key) + payload).decode().rstrip("=")


def unseal(cursor: str, binding: str, key: bytes) -> list[str] | None:
    """The place in a cursor; None if it was made for another list, by another key, or changed."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        return None
    signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
    # The encoding has spare bits: a cursor that is not spelled as we spell it was changed too.
    genuine = hmac.compare_digest(signature, _signature(payload, binding, key))
    return json.loads(payload) if genuine and seal(json.loads(payload), binding, key) == cursor else None


def _signature(payload: bytes, binding: str, key: bytes) -> bytes:
    return hmac.digest(key, binding.encode() + b"\0" + payload, hashlib.sha256)[:_SIGNATURE]
