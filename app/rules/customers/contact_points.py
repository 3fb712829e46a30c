"""Contact points in the normalised form by which they are matched; the entered form is stored beside it."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from app.rules.customers.customers import NUMBER_KINDS, ContactKind


class Normalized(NamedTuple):
    value: str
    extension: str = ""


class NotAContact(ValueError):
    """The message says what is wrong with the value."""


@lru_cache(maxsize=65_536)
def normalize(kind: ContactKind, value: str, region: str) -> Normalized:
    """E.164 of phone numbers, the canonical form of e-mail addresses, handles without decoration. Raises NotAContact.

    `region` (ISO 3166-1) is the country of a number that was written without one.
    """
    if kind in NUMBER_KINDS:
        return normalize_phone(value, region)
    match kind:
        case ContactKind.EMAIL:
            return Normalized(normalize_email(value))
        case ContactKind.WEB:
            return Normalized(_address(value))
        case ContactKind.FACEBOOK | ContactKind.INSTAGRAM | ContactKind.TELEGRAM:
            return Normalized(_handle(value))
    return Normalized(_plain(value))


def normalize_phone(value: str, region: str) -> Normalized:
    """E.164 and the extension: `020 7946 0000 x12` in GB is (+442079460000, 12)."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", value), region)
    except phonenumbers.NumberParseException:
        raise NotAContact("Not a valid phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise NotAContact(f"Not a possible phone number in {region} or in the country that it names")
    return Normalized(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number.extension or "")


def normalize_email(value: str) -> str:
    """Normalised by email-validator and lower-cased: addresses that differ in case reach the same mailbox."""
    try:
        return validate_email(value.strip(), check_deliverability=False, allow_quoted_local=True).normalized.lower()
    except EmailNotValidError as error:
        raise NotAContact(f"Not a valid e-mail address: {error}"[:300]) from None


def _address(value: str) -> str:
    return _plain(re.sub(r"^https?://(www\.)?", "", value.strip(), flags=re.IGNORECASE)).rstrip("/")


def _handle(value: str) -> str:
    last = _address(value).partition("?")[0].rstrip("/").rpartition("/")[2]
    return last.lstrip("@") or _plain(value)


def _plain(value: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    if not folded:
        raise NotAContact("Must not be empty")
    return folded
