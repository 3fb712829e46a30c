"""Responses made of JSON that the database has written already."""

from urllib.parse import quote, urlencode

from fastapi import Request, Response

from app.services.kit.record_result import RecordResult
from app.store.kit.documents import Document
from app.store.kit.listing import Page

_JSON = "application/json"


class Reply(Response):
    media_type = _JSON
    remembered: bytes | None = None
    """What a repeated request is answered with, where that is not this: a secret is shown once and kept nowhere."""

    def __init__(self, text: str | bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(text, status, headers)


def one(document: Document, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(document.json, status, {"ETag": f'"{document.version}"', **(headers or {})})


def created(document: Document, path: str) -> Reply:
    return one(document, 201, {"Location": f"{path}/{document.id}"})


def made_or_known(document: Document, new: bool, path: str) -> Reply:
    """201 for what this request made, 200 for what was there before."""
    return created(document, path) if new else one(document)


def text(json: str) -> Reply:
    return Reply(json)


def once(shown: str, remembered: str) -> Reply:
    """Something that only the first answer shows."""
    reply = Reply(shown)
    reply.remembered = remembered.encode()
    return reply


def answered(json: str, first: bool) -> Reply:
    """201 for the first answers, 200 for those that are known or take their place."""
    return Reply(json, 201 if first else 200)


def page(request: Request, found: Page) -> Reply:
    cursor = found.next_cursor
    quoted = f'"{cursor}"' if cursor else "null"  # a cursor is base64url: nothing in it wants escaping
    headers = {"Link": f'<{_with_cursor(request, cursor)}>; rel="next"'} if cursor else None
    return Reply(f'{{"items":[{",".join(found.items)}],"next_cursor":{quoted}}}', headers=headers)


def _with_cursor(request: Request, cursor: str) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{quote(request.scope['path'])}?{urlencode([*kept, ('cursor', cursor)])}"


def recorded(document: Document, outcome: RecordResult, path: str) -> Reply:
    """201 for a new receipt; 200 for one that was known, saying whether what came was the older one."""
    if outcome.status == 201:
        return created(document, path)
    return one(document, headers={"Receipt-Stale": "true"} if outcome.stale else None)
