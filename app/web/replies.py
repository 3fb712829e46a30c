"""Responses made of JSON that the database has already written."""

from urllib.parse import urlencode

from fastapi import Request, Response

from app.services.kit.record_result import RecordResult
from app.store.kit.documents import Document
from app.store.kit.listing import Page
from app.web import problems


class Reply(Response):
    media_type = "application/json"
    stored_body: bytes | None = None
    """What is stored for replays, where that is not the body itself: a secret is shown once and never stored."""

    def __init__(self, text: str | bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(text, status, headers)


def resource(document: Document, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(document.json, status, {"ETag": f'"{document.version}"', **(headers or {})})


def created(document: Document, path: str) -> Reply:
    return resource(document, 201, {"Location": f"{path}/{document.id}"})


def created_or_existing(document: Document, new: bool, path: str) -> Reply:
    """201 for what this request created, 200 for what existed before."""
    return created(document, path) if new else resource(document)


def recorded(document: Document, result: RecordResult, path: str) -> Reply:
    """201 for a new record; 200 for a known one, with a header where what was sent is older than what is stored."""
    if result.status == 201:
        return created(document, path)
    return resource(document, headers={"Receipt-Stale": "true"} if result.stale else None)


def created_or_replaced(json: str, new: bool) -> Reply:
    """201 for first answers to a survey, 200 for answers that were known or have been replaced."""
    return Reply(json, 201 if new else 200)


def json_text(json: str) -> Reply:
    return Reply(json)


def shown_once(body: str, stored_body: str) -> Reply:
    """A body with a secret that only the first response shows."""
    reply = Reply(body)
    reply.stored_body = stored_body.encode()
    return reply


def page(request: Request, page: Page) -> Reply:
    cursor = page.next_cursor
    quoted = f'"{cursor}"' if cursor else "null"  # a cursor is base64url: nothing in it needs escaping
    headers = {"Link": f'<{_with_cursor(request, cursor)}>; rel="next"'} if cursor else None
    return Reply(f'{{"items":[{",".join(page.items)}],"next_cursor":{quoted}}}', headers=headers)


def _with_cursor(request: Request, cursor: str) -> str:
    parameters = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{problems.path_of(request)}?{urlencode([*parameters, ('cursor', cursor)])}"
