"""Phone numbers in one form for each, whichever of the forms in use they come in."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult

from app.rules.customers.sender_headers import bare_number


class Form(NamedTuple):
    """A national number (without the country code) that is written differently elsewhere, and what it becomes."""

    country_code: int
    pattern: re.Pattern[str]
    replacement: str


FORMS = (
    # Mexico: since 3 August 2019 mobile numbers have no 1 after the country code, nor 044 and 045 at home (IFT, Plan
    # Técnico Fundamental de Numeración, DOF of 11 May 2018). WhatsApp still sends the 1.
    Form(52, re.compile(r"(?:1|01|044|045)(\d{10})"), r"\1"),
    # Argentina: from abroad and on WhatsApp mobiles have a 9 before the area code, at home and on invoices none. Blocks
    # are given to either kind of service, so that the ten digits are one number (ENACOM, Plan Fundamental de
    # Numeración Nacional). The 9 is left out, since it cannot be known where it is missing.
    Form(54, re.compile(r"9(\d{10})"), r"\1"),
    # Brazil: mobile numbers (that began with 6, 8 or 9) got a ninth digit, a 9 after the area code, from 2012 to 2016
    # (Anatel, Resolution 553/2010). WhatsApp keeps accounts in the form in which they were opened. Landlines begin with
    # 2 to 5, trunked radio with 7: these have eight digits.
    Form(55, re.compile(r"([1-9]\d)([689]\d{7})"), r"\g<1>9\2"),
    # Benin: since 30 November 2024 all numbers have 01 in front (ARCEP Bénin, decision 2024-099). WhatsApp kept those
    # of before.
    Form(229, re.compile(r"([24-9]\d{7})"), r"01\1"),
)
"""National numbers that have two forms, of which the second is stored. It is in none of the patterns again."""

FICTITIOUS = re.compile(r"\+44(?:7700900|1632960)\d{3}|\+3363998\d{4}|\+35320910\d{4}|\+1555\d{7}")
"""Numbers for films, examples and tests that are not in the numbering plans (Ofcom, ARCEP, ComReg, NANPA). They are
taken for numbers like any other; most that are reserved for this are in the plans anyway."""


class Number(NamedTuple):
    value: str
    """E.164; or the digits alone where the number is only one of its own town."""
    extension: str
    identifies: bool
    """Whether it can be somebody's number: it exists in the numbering plan of its country."""
    national: str
    """The digits without the country code."""


def parse_number(value: str, region: str) -> Number | None:
    """None for what is no number of any country, or has too few or too many digits.

    Digits that are no number of the region, but one of another country with its code in front, are that one. Letters
    are digits (`0800 FLOWERS`) only in capitals, in free-phone numbers and the like, and where those before them are no
    whole number: `07911 ask Dad` and `030 902109 ab 18h` are none, and a letter within digits is one that was mistyped.
    """
    bare = _with_extension(bare_number(value), region)
    number = _parse(bare, region)
    if number is not None and (_adds_letters(number, bare, region) or _is_misread(number, bare)):
        return None
    if _has_another(bare, region):
        return None
    if number is not None and (number.identifies or not number.value.startswith("+")):
        return number
    return _international(bare, _FEWEST_WITH_COUNTRY) or number


def without_words(value: str, region: str) -> str:
    """The number alone, if at most three words stand behind it (`07911 123456 (mobile)`) and it is one by itself.

    The library takes words before a number for words, but those behind it for digits.
    """
    bare = bare_number(value)
    end = max((n for n, c in enumerate(bare) if c.isdecimal()), default=-1) + 1
    behind = _WORDS_BEHIND.fullmatch(bare[end:])
    if behind is None or not _are_words(_BETWEEN_WORDS.split(behind[1])) or _has_count(bare, region):
        return value
    number = parse_number(bare[:end], region)
    if number is None or not number.identifies:
        return value
    begin = next(n for n, c in enumerate(bare) if c.isdecimal())
    return bare[:end] if number.extension or not any(map(str.isalpha, bare[begin:end])) else value


def _are_words(parts: Sequence[str]) -> bool:
    words = [part for part in parts if part]
    letters = "".join(words)
    return 0 < len(words) <= _MOST_WORDS and all(unicodedata.category(c)[0] in "LM" or c in "'’.-!?" for c in letters)


def _has_count(bare: str, region: str) -> bool:
    """Whether a number stands before an hour or a floor, which would be its last digits: `030 902109 18 Uhr`."""
    found = _COUNT.search(bare)
    number = parse_number(bare[: found.start()], region) if found is not None else None
    return number is not None and number.identifies


_MOST_WORDS = 3
_BETWEEN_WORDS = re.compile(r"[\s,;&/+]+")
_COUNT = re.compile(
    r"(?<=[\s,;(])(?:\d{1,2}\s*[-\u2013]\s*)?\d{1,2}\s*(?:Uhr|uur|heures|h|[ap]m|Stock|Etage|OG|UG|floor|étage|piso)\b",
    re.IGNORECASE,
)
_WORDS_BEHIND = re.compile(r"\)?(?:\s|\s*[-\u2010-\u2015,;:/(\[])\s*([^\W\d_][^()\[\]]{0,40})[)\]]?\s*")


def with_country_code(value: str) -> str | None:
    """The number with its `+` if it is digits alone that are one of any country, as WhatsApp names its accounts."""
    bare = bare_number(value)
    if not bare.isdecimal() or _international(bare, _FEWEST_DIGITS) is None:
        return None
    return f"+{_in_ascii(bare)}"


def is_extension(text: str) -> bool:
    """Whether it is an extension where it stands behind a number: ` ext. 42`, `x42` and `;ext=42` are, ` box 42` not.

    What is one is for the library to say, and for the words of _EXTENSION, as in parse_number. The library also skips
    letters between a number and its extension, but not behind a number that is spelled in letters.
    """
    if _EXTENSION.fullmatch(bare_number(text).lstrip(_BEFORE_EXTENSION)) is not None:
        return True
    try:
        number = phonenumbers.parse(bare_number(_SPELLED_IN_LETTERS + text))
    except NumberParseException:
        return False
    return bool(number.extension) and number.national_number == _IN_DIGITS


_EXTENSION = re.compile(
    r"(?<![^\W\d_])(?:"
    r"App(?:arat)?|DW|Durchw(?:ahl)?|NSt|Nebenst(?:elle)?|Kl(?:appe)?"  # German
    r"|poste|extens[aã]o|ramal|interno|toestel|tst"  # French, Portuguese, Italian and Spanish, Dutch
    r"|wewn?|klapka|linka|mellék|dahili"  # Polish, Czech, Hungarian, Turkish
    r"|linje|ankn(?:ytning)?|alanumero"  # Norwegian, Swedish, Finnish
    r"|内線|内线|分机|分機|내선)(?![^\W\d_])[.:]?[\s-]*(?P<extension>\d{1,6})[\s)\]]*$",
    re.IGNORECASE,
)
"""Which the library reads as letters for digits, or not at all. It knows `ext`, `int`, `anexo` and `доб`."""
_BEFORE_EXTENSION = " \t\u2010\u2011\u2012\u2013\u2014,;/([-"
_SPELLED_IN_LETTERS, _IN_DIGITS = "+1212867ABC", 212867222
_FEWEST_DIGITS, _MOST_DIGITS = 8, 15
_FEWEST_WITH_COUNTRY = 10
"""What is shorter is more likely a number of the region of which a digit is missing."""
_FEWEST_WHOLE, _FEWEST_OF_A_TOWN = 7, 6
_DIGITS_IN_GROUPS = re.compile(r"[1-9][0-9 ()./-]*")
_UP_TO_LETTERS = re.compile(r"(\D*\d[\W\d_]*)[^\W\d_]")
_CONTEXT = ";phone-context="
_OF_SERVICES = (
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.UAN,
    PhoneNumberType.PERSONAL_NUMBER,
)
_LETTERS_BEHIND = re.compile(r"(?<=\d)\D*[^\W\d_].*")
_LETTER_AT_DIGIT = re.compile(r"\d[^\W\d_]")
_TWO_NUMBERS = re.compile(r"([^,;]*\d)\s*[/(]\s*(?:\d[\s-]?){6,}\)?\s*")


def _with_extension(bare: str, region: str) -> str:
    """With an extension that the library reads, if there is one behind a whole number."""
    found = _EXTENSION.search(bare)
    if found is None:
        return bare
    number = bare[: found.start()].rstrip(_BEFORE_EXTENSION)
    return f"{number} ext {found['extension']}" if _is_whole(number, parse_number(number, region)) else bare


def _adds_letters(number: Number, bare: str, region: str) -> bool:
    """Whether it has digits of letters, or of what stands behind them, that a whole number before them has not.

    Free-phone numbers and the like are spelled in letters, so these may also stand behind one that has only the length
    of a number (`8 800 123 AUTO` in Russia).
    """
    found = _UP_TO_LETTERS.match(bare)
    if found is None or _CONTEXT in bare:
        return False
    if _has_count(bare, region):
        return True
    alone = parse_number(found[1], region)
    if alone is None or alone.value == number.value or not _is_whole(found[1], alone):
        return False
    return alone.identifies or not number.identifies or _kind(number) not in _OF_SERVICES


def _is_misread(number: Number, bare: str) -> bool:
    """Whether letters were read as digits that are words, or a letter is left out that stands for a digit."""
    if number.extension or _CONTEXT in bare or (behind := _LETTERS_BEHIND.search(bare)) is None:
        return False
    if number.national in "".join(filter(str.isdigit, _in_ascii(bare))):
        return _LETTER_AT_DIGIT.search(bare) is not None
    is_of_service = number.value.startswith("+") and _kind(number) in _OF_SERVICES
    return not (is_of_service and behind[0].isupper())


def _has_another(bare: str, region: str) -> bool:
    """Whether a second whole number follows a first one, where both together may be one as well."""
    found = _TWO_NUMBERS.fullmatch(bare)
    first = _parse(found[1], region) if found is not None else None
    return first is not None and first.identifies


def _kind(number: Number) -> int:
    return phonenumbers.number_type(phonenumbers.parse(number.value, None))


def _is_whole(bare: str, number: Number | None) -> bool:
    """Whether nothing is likely to follow: it exists, or has the length of a number, if need be without its area code.

    The beginning of a free-phone number is not whole: `1-800-555`, `0800 123`.
    """
    if number is None or number.identifies or number.value.startswith("+"):
        return number is not None and (number.identifies or len(number.national) >= _FEWEST_WHOLE)
    return "+" not in bare and number.value[0] not in "01" and len(number.value) >= _FEWEST_OF_A_TOWN


def _international(bare: str, fewest: int) -> Number | None:
    groups = _in_ascii(bare)
    digits = "".join(filter(str.isdigit, groups))
    if _DIGITS_IN_GROUPS.fullmatch(groups) is None or not fewest <= len(digits) <= _MOST_DIGITS:
        return None
    number = _parse(f"+{digits}", None)
    return number if number is not None and number.identifies else None


def _in_ascii(text: str) -> str:
    return "".join(str(unicodedata.decimal(c, c)) for c in text)


def _parse(bare: str, region: str | None) -> Number | None:
    try:
        parsed = phonenumbers.parse(bare, region)
    except NumberParseException:
        return None
    number = _in_one_form(parsed)
    national, extension = phonenumbers.national_significant_number(number), number.extension or ""
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.IS_POSSIBLE:
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            exists = any(map(phonenumbers.is_valid_number, (number, parsed))) or FICTITIOUS.fullmatch(e164) is not None
            return Number(e164, extension, exists, national)
        case ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return Number(national, extension, False, national)
    return None


def _in_one_form(number: PhoneNumber) -> PhoneNumber:
    national = phonenumbers.national_significant_number(number)
    for form in FORMS:
        if form.country_code == number.country_code and (found := form.pattern.fullmatch(national)) is not None:
            national = found.expand(form.replacement)
            zeros = len(national) - len(national.lstrip("0"))
            return PhoneNumber(
                number.country_code,
                int(national),
                number.extension,
                italian_leading_zero=bool(zeros) or None,
                number_of_leading_zeros=zeros or None,
            )
    return number
