"""Addresses and numbers as they stand in headers, links and address books, stripped to what they are matched by.

`Zoë <zoe@example.com>` is the form of RFC 5322 (3.4), `mailto:` that of RFC 6068, `sip:` that of RFC 3261 (19.1),
`tel:` that of RFC 3966; Outlook writes `'zoe@example.com'` and `Zoë [mailto:zoe@example.com]`; gateways of WhatsApp
send `whatsapp:+44…`, its own servers `44…@s.whatsapp.net`.
"""

import re
import unicodedata
from urllib.parse import unquote

from app.rules.kit.texts import normalized

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_IN_BRACKETS = re.compile(r"(?:<([^<>]*)>|\[((?:mailto|tel|sips?):[^\[\]]*)\])[\s,;.]*$", re.IGNORECASE)
_QUOTED = re.compile(r"^(?:'([^']*)'|\"([^\"]*)\"|‘([^’]*)’|“([^”]*)”)$")
_QUOTED_PART = re.compile(r'"(?:[^"\\]|\\.)*"')
_BRACKETED_ADDRESS = re.compile(r"<[^<>@]*@[^<>]*>|\[mailto:[^\[\]]*\]", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@]+@[^\s<>()\[\]\",;:@]+\.[^\s<>()\[\]\",;:@.]{2,}")
_AT_SIGNS = frozenset("@\uff20\ufe6b")
_SEPARATOR = re.compile(r"[,;\n]")
_FULLWIDTH = {0xFF01 + n: 0x21 + n for n in range(94)} | {0xFE6B: "@"}
_COMMENT = re.compile(r"\s*\([^()]*\)$")
_ADDRESS_SCHEME = re.compile(r"^\s*(mailto|sips?|xmpp|smtp):", re.IGNORECASE)
_SIP = re.compile(r"^\s*sips?:", re.IGNORECASE)
_NUMBER_SCHEME = re.compile(r"^\s*(whatsapp|callto|smsto|sms|mms|voicemail):(//)?", re.IGNORECASE)
_ONLY_NUMBER = re.compile(r"\+?[\d()./-]*")
_TELEPHONE = re.compile(r"^\s*tel:", re.IGNORECASE)
_QUANTITY = re.compile(r"(\+?\d{7,})\.0")
_WHATSAPP_LINK = re.compile(
    r"^\s*(https?://)?(wa\.me/|(api|web)\.whatsapp\.com/send/?\?(.*&)?phone=)\+?(?P<digits>\d+)([/?&#].*)?$",
    re.IGNORECASE,
)
_WHATSAPP_ID = re.compile(r"^\s*\+?(?P<digits>\d+)(:\d+)?@(s\.whatsapp\.net|c\.us)\s*$", re.IGNORECASE)


def bare_address(value: str) -> str:
    """The e-mail address alone: without name, brackets, quotes, scheme, query and what editors leave behind it.

    Several addresses are left as they are, since none of them is meant more than the others.
    """
    narrow = value if "@" in value and "＠" in value else value.translate(_FULLWIDTH)
    visible = narrow.translate(_ZERO_WIDTH)
    if _has_several_addresses(visible):
        return value
    bare = _unquoted(_in_brackets(visible).strip())
    if _ADDRESS_SCHEME.match(bare):
        bare = unquote(bare.partition(":")[2].partition("?")[0].partition(";")[0])
    return _unquoted(_COMMENT.sub("", bare.strip()).rstrip(".,; \t\u00a0"))


def address_among_words(text: str) -> str:
    """The only e-mail address of what has words around it, as a header has (`From: Zoë <zoe@example.com>`); or nothing.

    Digits are no words, unless they are in the name of a header.
    """
    if _AT_SIGNS.isdisjoint(text):
        return ""
    bare = bare_address(text)
    if _ADDRESS.fullmatch(bare) is not None:
        return bare
    found = _ADDRESS.findall(text)
    header = _BRACKETED_ADDRESS.search(text) is not None
    if len(found) != 1 or (not header and any(map(str.isdecimal, text.replace(found[0], "")))):
        return ""
    return bare_address(found[0])


def bare_number(value: str) -> str:
    """The phone number alone, as `phonenumbers` reads it. Directions of writing and zero widths are taken away, and the
    `.0` of a spreadsheet that took it for a quantity.
    """
    visible = "".join(c for c in normalized("NFKC", value) if unicodedata.category(c) != "Cf")
    bare = _in_brackets(visible).strip()
    if (quantity := _QUANTITY.fullmatch(bare)) is not None:
        return quantity[1]
    if (known := _WHATSAPP_LINK.match(bare) or _WHATSAPP_ID.match(bare)) is not None:
        return f"+{known['digits']}"
    if _SIP.match(bare):
        return _sip_user(bare.partition(":")[2])
    if (scheme := _NUMBER_SCHEME.match(bare)) is not None:
        return unquote(bare[scheme.end() :].partition("?")[0])
    return unquote(bare) if _TELEPHONE.match(bare) else bare


def bare_term(text: str) -> str:
    """What is searched for: a number without its scheme, address or link; anything else as it is."""
    visible = normalized("NFKC", text).strip()
    if not any(form.match(visible) for form in (_SIP, _NUMBER_SCHEME, _TELEPHONE, _WHATSAPP_LINK, _WHATSAPP_ID)):
        return text
    number = _TELEPHONE.sub("", bare_number(visible)).partition(";")[0]
    return number if _ONLY_NUMBER.fullmatch(number) else text


def _in_brackets(value: str) -> str:
    found = _IN_BRACKETS.search(value)
    return (found[1] or found[2] or "") if found is not None else value


def _unquoted(value: str) -> str:
    found = _QUOTED.match(value)
    return next(inner for inner in found.groups() if inner is not None).strip() if found is not None else value


def _has_several_addresses(value: str) -> bool:
    """A name may have an `@` or a comma of its own: what is in quotes, or beside the only address, is none."""
    plain = _QUOTED_PART.sub("q", value)
    if _ADDRESS_SCHEME.match(plain):
        plain = plain.partition("?")[0]
    bracketed = _BRACKETED_ADDRESS.findall(plain)
    if bracketed:
        rest = _BRACKETED_ADDRESS.sub("@", plain)
        return len(bracketed) > 1 or sum("@" in part for part in _SEPARATOR.split(rest)) > 1
    return sum("@" in part for part in _SEPARATOR.split(plain)) > 1


def _sip_user(address: str) -> str:
    """`+442079460123;ext=12@host;user=phone` is the number with its extension."""
    user, _, _ = address.partition("@")
    number, _, parameters = unquote(user).partition(";")
    extension = re.match(r"ext=(\d+)", parameters)
    return f"{number};ext={extension[1]}" if extension is not None else number.partition(":")[0]
