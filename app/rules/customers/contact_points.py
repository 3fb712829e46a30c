"""Contact points in the normalised form by which they are matched; the entered form is stored beside it."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from app.rules.customers import nobody
from app.rules.customers.customers import ContactKind
from app.rules.customers.nobody import Values
from app.rules.customers.phone_numbers import parse_number, without_words
from app.rules.customers.sender_headers import bare_address, bare_number
from app.rules.kit.texts import normalized


class Normalized(NamedTuple):
    value: str
    extension: str = ""
    identifies: bool = True
    """Whether it can tell one customer from others: false for fillers, and for numbers that nobody can have."""


class NotAContact(ValueError):
    """The message says what is wrong with the value."""


@lru_cache(maxsize=65_536)
def normalize(kind: ContactKind, value: str, region: str, of_nobody: Values = frozenset()) -> Normalized:
    """E.164 of phone numbers, the canonical form of e-mail addresses, handles without decoration. Raises NotAContact.

    `region` (ISO 3166-1) is the country of a number that was written without one; `of_nobody` are further values that
    identify nobody.
    """
    match kind:
        case ContactKind.PHONE:
            return normalize_phone(value, region, of_nobody)
        case ContactKind.EMAIL:
            address = normalize_email(value)
            return Normalized(address, identifies=not nobody.email_of_nobody(address, of_nobody))
        case ContactKind.WEB:
            return Normalized(_address(value))
        case ContactKind.FACEBOOK | ContactKind.INSTAGRAM | ContactKind.TELEGRAM:
            return Normalized(_handle(value))
    return Normalized(_plain(value))


def normalize_phone(value: str, region: str, of_nobody: Values = frozenset()) -> Normalized:
    """E.164 and the extension: `020 7946 0000 x12 (work)` in GB is (+442079460000, 12).

    Of a number without its area code (`770771`), and of a filler that is no number (`00000000000`), the digits.
    """
    entered_number = without_words(value, region)
    number = parse_number(entered_number, region)
    entered = _only_digits(entered_number)
    if number is None:
        if entered and nobody.number_of_nobody(entered, None, entered, of_nobody):
            return Normalized(entered, identifies=False)
        raise NotAContact(f"Not a phone number of {region} or of the country that it names")
    filler = nobody.number_of_nobody(entered, number.value, number.national, of_nobody)
    return Normalized(number.value, number.extension, number.identifies and not filler)


def normalize_email(value: str) -> str:
    """Normalised by email-validator and lower-cased: addresses that differ in case reach the same mailbox."""
    try:
        return validate_email(
            bare_address(value), check_deliverability=False, allow_quoted_local=True
        ).normalized.lower()
    except EmailNotValidError as error:
        raise NotAContact(f"Not a valid e-mail address: {error}"[:300]) from None


_MOST_FILLER_DIGITS = 20
_NUMBER_WITHOUT_LETTERS = re.compile(r"[\d\s()+./-]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_HOST_WITH_PORT = re.compile(r"([^/?#:]+\.[^/?#:]+|localhost):\d{1,5}(?=[/?#]|$)", re.IGNORECASE)


def _only_digits(value: str) -> str:
    """The digits of a value that has nothing else but what is written between digits; or else nothing."""
    bare = bare_number(value)
    if _NUMBER_WITHOUT_LETTERS.fullmatch(bare) is None:
        return ""
    digits = "".join(str(unicodedata.decimal(c)) for c in bare if c.isdecimal())
    return digits if len(digits) <= _MOST_FILLER_DIGITS else ""


def _address(value: str) -> str:
    visible = "".join(c for c in normalized("NFKC", value) if unicodedata.category(c) != "Cf").strip()
    scheme = _SCHEME.match(visible)
    if scheme and scheme[1].casefold() not in ("http", "https") and not _HOST_WITH_PORT.match(visible):
        raise NotAContact("Must be an http or https address, or one without a scheme")
    return _plain(re.sub(r"^https?://(www\.)?", "", visible, flags=re.IGNORECASE)).rstrip("/")


def _handle(value: str) -> str:
    last = _address(value).partition("?")[0].rstrip("/").rpartition("/")[2]
    return last.lstrip("@") or _plain(value)


def _plain(value: str) -> str:
    folded = " ".join(normalized("NFKC", value).casefold().split())
    if not folded:
        raise NotAContact("Must not be empty")
    return folded
