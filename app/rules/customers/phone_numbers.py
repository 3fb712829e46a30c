"""Phone numbers in one form for each, whichever of the forms in use they come in."""

import re
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

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
    """None for what is no number of any country, or has too few or too many digits."""
    try:
        parsed = phonenumbers.parse(bare_number(value), region)
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
