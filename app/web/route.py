"""One request: who asks, may they, is it well formed, one transaction, one answer.

Reads run in autocommit, since they are one statement; everything else in a transaction that is committed before the
answer leaves. A dependency that commits when it is closed would do so after the client has read "created".
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from app.core.context import Context
from app.core.errors import MalformedRequest, UnknownParameter, invalid
from app.core.sessions import Sessions
from app.web import body, idempotency, limits
from app.web.app_state import AppState
from app.web.arguments import Binding, give_body

Handler = Callable[[Request], Awaitable[Response]]
DRY_RUN = "validate_only"
_NOT_KEPT = [(b"cache-control", b"no-store")]


class Route(APIRoute):
    """Expects a tag naming the resource: its scopes are `<tag>:read` and `<tag>:write`."""

    keeps_answers = True
    """Idempotency-Key is honoured."""
    body_limit: int | None = None
    """Less than the setting, where a route needs no more."""
    scope: str

    def get_route_handler(self) -> Any:
        binding, endpoint, empty = Binding(self), self.endpoint, self.status_code or 200

        async def inner(request: Request) -> Response:
            answer = await endpoint(**binding.arguments(request))
            return Response(status_code=empty) if answer is None else answer

        reads = self.methods is not None and self.methods <= {"GET", "HEAD"}
        self.scope = f"{self.tags[0]}:{'read' if reads else 'write'}"
        known = frozenset(binding.query)
        handle = inner if _streams(self) else _reading(inner) if reads else self._writing(inner)
        if not reads and not _streams(self):
            known = known | {DRY_RUN}

        async def handler(request: Request) -> Response:
            sessions = await self.admitted(request, request.app.state.service)
            _check_query(request, known)
            request.scope["sessions"] = sessions
            return await handle(request)

        return handler

    async def admitted(self, request: Request, service: AppState) -> Sessions:
        """Transactions in the name of whoever asks. Raises where they may not, or not so often."""
        credential = await service.credentials.of(request.headers.get("authorization"))
        credential.require(self.scope)
        request.scope["own_headers"] = service.rate_limit.spend(credential.id)
        return await service.sessions(credential)

    def _writing(self, inner: Handler) -> Handler:
        has_body = self.body_field is not None
        types = body.PATCH_TYPES if self.methods == {"PATCH"} else body.JSON_TYPES
        replayable = self.methods == {"POST"} and self.keeps_answers

        async def handler(request: Request) -> Response:
            settings = request.app.state.service.settings
            dry = _is_dry_run(request)
            limit = min(settings.body_limit, self.body_limit or settings.body_limit)
            sent = await body.read_json(request, types, limit, settings.body_timeout) if has_body else None
            give_body(request, sent)
            key = idempotency.key_of(request) if replayable else None

            async def work(ctx: Context) -> Response:
                request.scope["context"] = ctx
                if key is None or dry:
                    response = await inner(request)
                    if dry:
                        raise _DryRun(response)
                    return response
                print_ = idempotency.fingerprint(request, sent)
                replayed = await idempotency.replay(ctx, key, print_)
                if replayed is not None:
                    return replayed
                response = await inner(request)
                await idempotency.remember(ctx, key, print_, response)
                return response

            try:
                return await request.scope["sessions"].write(work)
            except _DryRun as dry_run:
                return dry_run.response

        return handler


class OpenRoute(Route):
    """Needs no key: what is sent says by itself what may be done with it. Counted by address, and never kept by caches.

    Nobody's idempotency keys could be told from another's. Nor are they needed: such a route has to bear being asked
    the same twice.
    """

    keeps_answers = False
    body_limit = 524_288

    async def admitted(self, request: Request, service: AppState) -> Sessions:
        request.scope["own_headers"] = _NOT_KEPT
        counted = service.answer_limit.spend(limits.address(request.scope))
        request.scope["own_headers"] = [*_NOT_KEPT, *counted]
        return await service.open_sessions(self.scope.partition(":")[0])


def open_resource(name: str, prefix: str | None = None) -> APIRouter:
    """A router for what needs no key."""
    router = resource(name, prefix)
    router.route_class = OpenRoute
    return router


def resource(name: str, prefix: str | None = None) -> APIRouter:
    """A router for one resource: its tag, its path and its scopes have one name."""
    return APIRouter(
        prefix=prefix or f"/v1/{name}", tags=[name], route_class=Route, generate_unique_id_function=operation_id
    )


def operation_id(route: APIRoute) -> str:
    """The function's name, which is also the method's name in generated clients."""
    return route.name


def streams(endpoint: Any) -> Any:
    """Marks a route that reads its body or writes its answer bit by bit, in transactions of its own."""
    endpoint.streams = True
    return endpoint


class _DryRun(Exception):
    """Rolls back what has been done; the answer is given all the same."""

    def __init__(self, response: Response) -> None:
        self.response = response


def _is_dry_run(request: Request) -> bool:
    sent = request.query_params.get(DRY_RUN, "false").lower()
    if sent not in ("true", "1", "false", "0"):  # guessing wrong would store what was only to be tried
        raise invalid(f"/query/{DRY_RUN}", "bool_parsing", "Must be true or false")
    return sent in ("true", "1")


def _streams(route: APIRoute) -> bool:
    return getattr(route.endpoint, "streams", False)


def _reading(inner: Handler) -> Handler:
    async def handler(request: Request) -> Response:
        async with request.scope["sessions"].reading() as ctx:
            request.scope["context"] = ctx
            response = await inner(request)
        seen, tag = request.headers.get("if-none-match"), response.headers.get("etag")
        if tag and seen and (seen == "*" or tag in [part.strip().removeprefix("W/") for part in seen.split(",")]):
            return Response(status_code=304, headers={"ETag": tag})
        return response

    return handler


def _check_query(request: Request, known: frozenset[str]) -> None:
    raw: bytes = request.scope["query_string"]
    if not raw:
        return
    if b"%" in raw:
        try:
            unquote_to_bytes(raw).decode()
        except UnicodeDecodeError:
            raise MalformedRequest("The query string is not valid UTF-8") from None
    names = [name for name, _ in request.query_params.multi_items()]
    if unknown := [name for name in names if name not in known]:
        problems = [
            {"pointer": f"/query/{n}", "code": "unknown_parameter", "detail": "Unknown parameter"} for n in unknown
        ]
        raise UnknownParameter(errors=problems)
    if len(set(names)) < len(names):
        raise MalformedRequest("Query parameter sent more than once")
