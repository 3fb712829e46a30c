"""Short codes that are printed on receipts: they let the holder of a receipt answer, and cannot be guessed.

Crockford's base 32 (crockford.com/base32.html): no I, L, O or U, so that it can be read aloud and typed in.
"""

import hashlib
import hmac

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_LOOKALIKES = str.maketrans("ILO", "110", "- ")
_LABEL = b"answer codes"


def code(secret: bytes, source: str, receipt_no: str) -> str:
    """The code of a receipt, recorded yet or not: 40 bits, formatted XXXX-XXXX."""
    key = hmac.digest(secret, _LABEL, hashlib.sha256)
    bits = int.from_bytes(hmac.digest(key, f"{source}\0{receipt_no}".encode(), hashlib.sha256)[:5])
    letters = "".join(_LETTERS[bits >> 5 * n & 31] for n in reversed(range(_LENGTH)))
    return f"{letters[:4]}-{letters[4:]}"


def matches(secret: bytes, source: str, receipt_no: str, sent: str) -> bool:
    """Whether this is the code of the receipt, however it is typed. Takes the same time for every wrong code."""
    normalised, expected = sent.upper().translate(_LOOKALIKES), code(secret, source, receipt_no).replace("-", "")
    return hmac.compare_digest(normalised.encode(), expected.encode())
