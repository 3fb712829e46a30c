"""Addresses that a front end may turn into links. One that runs a script, or reads a file, must never be among them."""

import html
import re
import unicodedata

from app.rules.kit.texts import normalized

WEB_SCHEMES = frozenset({"http", "https"})
_HARMFUL = frozenset(
    [
        "javascript",
        "vbscript",
        "livescript",
        "mocha",
        "jscript",
        "data",
        "file",
        "blob",
        "filesystem",
        "view-source",
        "jar",
    ]
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_AUTHORITY = re.compile(r"(https?:)?((?://)?(?:[^/?#@]*@)?)([^/?#]*)", re.IGNORECASE)
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_PORT = re.compile(r"[0-9]{1,5}(?:[/?#]|$)")


def is_web_address(address: str) -> bool:
    """Whether it is an http or https address, or one without a scheme, such as `shop.example/reviews`."""
    scheme, rest = _scheme(address)
    return scheme is None or scheme in WEB_SCHEMES or _is_host_with_port(scheme, rest)


def is_harmless(address: str) -> bool:
    """Whether a browser that follows it runs no script and reads no file. Paths and shelf marks do no harm."""
    scheme, _ = _scheme(address)
    return scheme not in _HARMFUL


def plain_case(address: str) -> str:
    """The address with its scheme and host in lower case, which they ignore (RFC 3986, 6.2.2.1); all else counts.

    Of one without a scheme, what is before the path is the host.
    """
    found = _AUTHORITY.match(address)
    if found is None:
        return address
    scheme, user, host = found[1] or "", found[2] or "", found[3]
    return f"{scheme.lower()}{user}{host.lower()}{address[found.end() :]}"


def is_absolute(address: str) -> bool:
    """Whether it begins with `http://` or `https://`."""
    return _ABSOLUTE.match(address) is not None


def _scheme(address: str) -> tuple[str | None, str]:
    """The scheme as a browser finds it, and what follows. Blanks, control and invisible characters do not hide it."""
    plain = address
    for _ in range(3):  # entities may be escaped themselves
        plain = html.unescape(plain)
    plain = normalized("NFKC", plain)
    plain = "".join(c for c in plain if unicodedata.category(c)[0] not in "CZ")
    found = _SCHEME.match(plain)
    return (found[1].lower(), plain[found.end() :]) if found else (None, plain)


def _is_host_with_port(name: str, rest: str) -> bool:
    """`shop.example:8080/reviews` and `localhost:8080` begin like a scheme."""
    return name not in _HARMFUL and _PORT.match(rest) is not None
