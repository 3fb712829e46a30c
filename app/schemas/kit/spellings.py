"""The types of texts in which case says nothing, at least in parts: each is kept in one spelling."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from app.rules.kit import equality
from app.rules.kit.languages import canonical_case
from app.rules.kit.web_addresses import is_absolute, is_harmless, is_web_address, plain_case
from app.schemas.kit.comparison import Compared
from app.schemas.kit.texts import text


def _web_address(value: str) -> str:
    if not is_web_address(value):
        raise PydanticCustomError("url_scheme", "Must be an http or https address")
    return plain_case(value)


def _harmless(value: str) -> str:
    if not is_harmless(value):
        raise PydanticCustomError("url_scheme", "Must not be an address that runs a script or opens a file")
    return _location(value)


def _location(value: str) -> str:
    return plain_case(value) if is_absolute(value) else value


def _same(spelled: Callable[[str], str]) -> Compared:
    """Of what earlier releases have stored in another spelling."""
    return Compared(lambda value, _region: equality.name(spelled(value)) if isinstance(value, str) else value)


Url = Annotated[str, text(2_000), AfterValidator(_web_address), _same(plain_case)]
"""Of a page on the web; the scheme may be left out. Scheme and host are kept in lower case."""
Location = Annotated[str, text(2_000), AfterValidator(_harmless), _same(_location)]
"""Where something is found: an address, a path or a shelf mark."""
Language = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", max_length=35),
    AfterValidator(canonical_case),
    _same(canonical_case),
]
"""A BCP 47 tag, in whatever case; it is kept as such tags are usually written."""
