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


def if_match_version(
    if_match: Annotated[
        str | None,
        Header(
            description='The `ETag` of the version to change, such as `"3"`, or a list of up to ten. If the current '
            "version is none of them, the response is 412.",
            max_length=200,
        ),
    ] = None,
) -> None:
    """The version that the caller expects; None where any is fine. The route class reads it (`expected_versions`)."""


def expected_versions(if_match: str | None) -> list[int]:
    """The versions that `If-Match` lists (RFC 9110, section 13.1.1); none where any is fine.

    Tags that are weak or of somebody else match nothing, as version 0 does. Raises MalformedRequest.
    """
    if if_match is None or if_match.strip() == "*":
        return []
    tags = [tag.strip() for tag in if_match.split(",") if tag.strip()]
    if not 1 <= len(tags) <= _MOST_TAGS or not all(_ANY_TAG.fullmatch(tag) for tag in tags):
        raise MalformedRequest(f'If-Match must be an entity tag such as "3", or a list of up to {_MOST_TAGS}')
    return list(dict.fromkeys(int(tag[1]) for text in tags if (tag := _ETAG.fullmatch(text)))) or [_NO_VERSION]


_NO_VERSION = 0
_MOST_TAGS = 10
_ETAG = re.compile(r'"([0-9]{1,9})"')
_ANY_TAG = re.compile(r'(W/)?"[!#-~\x80-\xff]*"')

Ctx = Annotated[Context, Depends(_context)]
"""The transaction of this request."""
Caller = Annotated[Sessions, Depends(_sessions)]
"""For routes that stream, which open transactions of their own."""
IfMatch = Annotated[int | None, Depends(if_match_version)]
PathKey = Annotated[str, Path(min_length=1, max_length=100, description="The key of an entry within the resource.")]
PathToken = Annotated[
    str, Path(min_length=1, max_length=200, description="The token from the address of the invitation.")
]
PathId = Annotated[UUID, Path()]
"""Described by its name (`web/openapi_texts.py`)."""

PROVIDERS: dict[Any, Callable[[Request], Any]] = {
    _context: _context,
    _sessions: _sessions,
    if_match_version: lambda request: request_state(request.scope).expected_version,
}
"""By dependency: how its value is taken from a request."""
