"""What routes take as arguments besides path, query and body. The route class provides it before they are called."""

import re
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Path, Request

from app.core.context import Context
from app.core.errors import MalformedRequest
from app.core.sessions import Sessions
from app.web.request_state import request_state


def _context(request: Request) -> Context:
    return request_state(request.scope).context


def _sessions(request: Request) -> Sessions:
    return request_state(request.scope).sessions


def _if_match(
    if_match: Annotated[
        str | None,
        Header(
            description='The `ETag` of the version to change, such as `"3"`. If it is not the current version, the '
            "response is 412.",
            max_length=100,
        ),
    ] = None,
) -> int | None:
    """The version that the caller expects; None where any is fine."""
    if if_match is None or if_match == "*":
        return None
    if (tag := _ETAG.fullmatch(if_match)) is None:
        raise MalformedRequest('If-Match must be an entity tag such as "3"')
    return int(tag[1])


_ETAG = re.compile(r'"([0-9]{1,9})"')

Ctx = Annotated[Context, Depends(_context)]
"""The transaction of this request."""
Caller = Annotated[Sessions, Depends(_sessions)]
"""For routes that stream, which open transactions of their own."""
IfMatch = Annotated[int | None, Depends(_if_match)]
PathKey = Annotated[str, Path(min_length=1, max_length=100, description="The key of an entry within the resource.")]
PathToken = Annotated[
    str, Path(min_length=1, max_length=200, description="The token from the address of the invitation.")
]
PathId = Annotated[UUID, Path()]
"""Described by its name (`web/openapi_texts.py`)."""

PROVIDERS: dict[Any, Callable[[Request], Any]] = {
    _context: _context,
    _sessions: _sessions,
    _if_match: lambda request: _if_match(request.headers.get("if-match")),
}
"""By dependency: how its value is taken from a request."""
