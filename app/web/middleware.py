"""What all requests and responses share, whatever the route: ids, limits, headers, HEAD and OPTIONS. Plain ASGI."""

import logging
import re
import secrets
import time
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from app.core.errors import HeadersTooLarge, MalformedRequest, NotFound
from app.web import allowed_methods, problems
from app.web.request_state import RequestState, attach

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_MAX_HEADERS = 100
_MIN_COMPRESSED_BYTES = 1_000
_SENT_ONCE = frozenset({b"authorization", b"content-type", b"content-encoding", b"idempotency-key", b"host"})
"""Headers that mean something only if there is one of them: servers differ in which of two they take."""
_DEFAULT_HEADERS = [
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Authorization, Accept, Accept-Encoding, Origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
log = logging.getLogger("rapport.requests")


class RequestMiddleware:
    """The size of headers is bounded before (see `protocol.py`)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressing_app = CompressMiddleware(app, minimum_size=_MIN_COMPRESSED_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = RequestState(_request_id(scope))
        is_head = scope["method"] == "HEAD"
        if is_head:  # answered like GET, without the body; the server has to know, so its own scope stays as it is
            scope = {**scope, "method": "GET"}
        attach(scope, state)
        started = time.perf_counter()
        response_started = response_ended = False

        async def send_response(message: Message) -> None:
            nonlocal response_started, response_ended
            if message["type"] == "http.response.start":
                response_started = True
                _complete(message["headers"], state)
                if log.isEnabledFor(logging.DEBUG):
                    _log(scope, state.request_id, message["status"], started)
            elif is_head:
                if response_ended:
                    return
                response_ended = True  # whatever streams a body is told that nobody reads on
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        try:
            await (self._refusal(scope) or self._app_for(scope))(scope, receive, send_response)
        except Exception as error:
            if response_started:
                raise
            await problems.unexpected(Request(scope), error)(scope, receive, send_response)

    def _app_for(self, scope: Scope) -> ASGIApp:
        compress = any(name == b"accept-encoding" for name, _ in scope["headers"])
        return self._compressing_app if compress else self._app

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """The response to what must not reach a route, and to OPTIONS."""
        headers = scope["headers"]
        if len(headers) > _MAX_HEADERS:
            return problems.response(HeadersTooLarge(headers={"Connection": "close"}), Request(scope))
        if len({name for name, _ in headers}) < len(headers) and (repeated := _repeated(headers)):
            return problems.response(MalformedRequest(f"Sent more than once: {', '.join(repeated)}"), Request(scope))
        if b"%" in scope.get("raw_path", b""):
            try:
                scope["path"] = _routed_path(scope)
            except UnicodeDecodeError:
                return problems.response(MalformedRequest("The path is not valid UTF-8 text"), Request(scope))
        if "\0" in scope["path"] or "\ufffd" in scope["path"]:
            return problems.response(MalformedRequest("The path is not valid UTF-8 text"), Request(scope))
        if scope["method"] == "OPTIONS" and "access-control-request-method" not in Headers(scope=scope):
            return _Options()
        return None


class _Options:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = ", ".join(allowed_methods.methods(scope["app"], scope["path"])) if "app" in scope else ""
        if not allowed and scope["path"] != "*":  # the asterisk asks about the server as a whole
            await problems.response(NotFound("This path does not exist"), Request(scope))(scope, receive, send)
            return
        headers = [(b"allow", allowed.encode())] if allowed else []
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _repeated(headers: list[tuple[bytes, bytes]]) -> list[str]:
    names = [name for name, _ in headers if name in _SENT_ONCE]
    return sorted({name.decode() for name in names if names.count(name) > 1})


def _routed_path(scope: Scope) -> str:
    """The path with every escape decoded, except for those of slashes and percent signs within a segment.

    Routes split it at its slashes, so an id may have slashes of its own; `segment_text` decodes the rest. Raises
    UnicodeDecodeError.
    """
    decoded = [unquote_to_bytes(segment).decode() for segment in scope["raw_path"].split(b"/")]
    return "/".join(segment.replace("%", "%25").replace("/", "%2F") for segment in decoded)


def _request_id(scope: Scope) -> str:
    sent: str = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
    return sent if _REQUEST_ID.fullmatch(sent) else secrets.token_hex(12)


def _complete(headers: list[tuple[bytes, bytes]], state: RequestState) -> None:
    """Add the headers of this request, and those of all responses where they are not set."""
    headers.extend(state.response_headers)
    present = {name for name, _ in headers} - {b"vary"}
    headers[:] = [header for header in headers if header[0] != b"vary"]
    headers.append((b"x-request-id", state.request_id.encode()))
    headers.extend(header for header in _DEFAULT_HEADERS if header[0] not in present)


def _log(scope: Scope, request_id: str, status: int, started: float) -> None:
    route = scope.get("route")
    fields = {
        "request_id": request_id,
        "method": scope["method"],
        "route": getattr(route, "path", None),
        "status": status,
        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
    }
    log.debug("request", extra={"fields": fields})
