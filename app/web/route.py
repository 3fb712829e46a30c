"""The route classes: authorisation, query checks, the JSON body, one transaction and one response.

Reads run in autocommit, since they are one statement; writes run in a transaction that is committed before the
response leaves. A FastAPI dependency that commits on exit would do so after the client has already read "201 Created".
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from app.core.context import Context
from app.core.errors import MalformedRequest, PreconditionFailed, UnknownParameter, invalid
from app.core.sessions import Sessions
from app.rules.kit.json_pointers import pointer
from app.rules.kit.number_fields import Strictness
from app.web import body, idempotency, limits
from app.web.app_state import AppState, app_state
from app.web.arguments import Binding, segment_text
from app.web.deps import expected_versions, if_match_version
from app.web.request_state import RequestState, request_state

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
DRY_RUN = "validate_only"
_NO_STORE = [(b"cache-control", b"no-store")]


class Route(APIRoute):
    """Expects a tag that names the resource: the scopes are `<tag>:read` and `<tag>:write`."""

    accepts_idempotency_key = True
    body_limit: int | None = None
    """In bytes, where it is lower than the general setting."""
    scope: str

    def get_route_handler(self) -> Handler:
        binding, endpoint, empty_status = Binding(self), self.endpoint, self.status_code or 200

        async def call_endpoint(request: Request) -> Response:
            response: Response | None = await endpoint(**binding.arguments(request))
            return Response(status_code=empty_status) if response is None else response

        reads = self.methods is not None and self.methods <= {"GET", "HEAD"}
        self.scope = f"{self.tags[0]}:{'read' if reads else 'write'}"
        parameters = frozenset(binding.query)
        if _streams(self):
            handle: Handler = call_endpoint
        elif reads:
            handle = _reading(call_endpoint)
        else:
            handle = self._writing(call_endpoint, conditional=if_match_version in binding.dependencies)
            parameters |= {DRY_RUN}

        async def handler(request: Request) -> Response:
            state = request_state(request.scope)
            state.sessions = await self.authorize(request, state, app_state(request))
            _check_query(request, parameters)
            return await handle(request)

        return handler

    async def authorize(self, request: Request, state: RequestState, service: AppState) -> Sessions:
        """Transactions on behalf of the caller. Raises Unauthenticated, InsufficientScope or TooManyRequests."""
        credential = await service.credentials.authenticate(request.headers.get("authorization"), request.scope)
        credential.require(self.scope)
        state.response_headers = service.key_limit.spend(credential.id)
        return await service.sessions(credential)

    def _writing(self, call_endpoint: Handler, *, conditional: bool) -> Handler:
        has_body, names_identity = self.body_field is not None, "{external_id}" in self.path
        types = body.PATCH_TYPES if self.methods == {"PATCH"} else body.JSON_TYPES
        replayable = self.methods == {"POST"} and self.accepts_idempotency_key

        async def handler(request: Request) -> Response:
            state, settings = request_state(request.scope), app_state(request).settings
            dry_run = _is_dry_run(request)
            limit = min(settings.body_limit, self.body_limit or settings.body_limit)
            if names_identity:
                names = {name: segment_text(value) for name, value in request.path_params.items()}
                body.refuse_card_number(names, "/path")
            if has_body:
                state.body = await body.read_json(request, types, limit, settings.body_timeout)
            else:
                state.body = None
                await body.read_nothing(request, settings.body_timeout)
            key = idempotency.key_of(request) if replayable else None
            if key is not None:
                body.refuse_card_number(key, "/header/Idempotency-Key", Strictness.IDENTIFIER)

            async def work(ctx: Context) -> Response:
                state.context = ctx
                if key is None:
                    return await call_endpoint(request)
                fingerprint = idempotency.fingerprint(request, state.body, without=DRY_RUN)
                # What is only tried must not keep the real request from its key.
                replayed = await idempotency.replay(ctx, key, fingerprint, lock=not dry_run)
                if replayed is not None:
                    return replayed
                response = await call_endpoint(request)
                if not dry_run:
                    await idempotency.store_response(ctx, key, fingerprint, response)
                return response

            write = state.sessions.rehearse if dry_run else state.sessions.write
            if not conditional or not (tags := request.headers.getlist("if-match")):
                return await write(work)
            return await _write_at(expected_versions(", ".join(tags)), state, lambda: write(work))

        return handler


class OpenRoute(Route):
    """Requires no key: a secret in the request itself decides what it may do. Limited by address, never cached.

    Without a key, the idempotency keys of two callers could not be told apart. They are not needed either: such
    routes have to be idempotent by themselves.
    """

    accepts_idempotency_key = False
    body_limit = 524_288

    async def authorize(self, request: Request, state: RequestState, service: AppState) -> Sessions:
        state.response_headers = _NO_STORE
        limit_headers = service.address_limit.spend(limits.address(request.scope))
        state.response_headers = [*_NO_STORE, *limit_headers]
        return await service.anonymous_sessions(self.scope.partition(":")[0])


def resource(name: str, prefix: str | None = None) -> APIRouter:
    """A router for one resource: its tag, its path and its scopes share one name."""
    return APIRouter(
        prefix=prefix or f"/v1/{name}", tags=[name], route_class=Route, generate_unique_id_function=operation_id
    )


def open_resource(name: str, prefix: str | None = None) -> APIRouter:
    """A router for routes that require no key."""
    router = resource(name, prefix)
    router.route_class = OpenRoute
    return router


def operation_id(route: APIRoute) -> str:
    """The name of the function, which is also the name of the method in generated clients."""
    return route.name


def streams(endpoint: Endpoint) -> Endpoint:
    """Marks a route that streams its request or response body, in transactions of its own."""
    endpoint.streams = True  # type: ignore[attr-defined]
    return endpoint


def _streams(route: APIRoute) -> bool:
    return getattr(route.endpoint, "streams", False)


def _reading(call_endpoint: Handler) -> Handler:
    async def handler(request: Request) -> Response:
        state = request_state(request.scope)
        async with state.sessions.reading() as state.context:
            response = await call_endpoint(request)
        known, tag = request.headers.get("if-none-match"), response.headers.get("etag")
        if tag and known and (known == "*" or tag in [part.strip().removeprefix("W/") for part in known.split(",")]):
            return Response(status_code=304, headers={"ETag": tag})
        return response

    return handler


async def _write_at(versions: list[int], state: RequestState, write: Callable[[], Awaitable[Response]]) -> Response:
    """At whichever of the versions the resource is: services are asked for one, and nobody lists more than a few."""
    for state.expected_version in versions[:-1]:
        try:
            return await write()
        except PreconditionFailed:  # nothing was stored
            continue
    state.expected_version = versions[-1] if versions else None
    return await write()


def _is_dry_run(request: Request) -> bool:
    value = request.query_params.get(DRY_RUN, "false").lower()
    if value not in ("true", "1", "false", "0"):  # a wrong guess would store what was only to be validated
        raise invalid(f"/query/{DRY_RUN}", "bool_parsing", "Must be true or false")
    return value in ("true", "1")


def _check_query(request: Request, parameters: frozenset[str]) -> None:
    raw: bytes = request.scope["query_string"]
    if not raw:
        return
    if b"%" in raw:
        try:
            unquote_to_bytes(raw).decode()
        except UnicodeDecodeError:
            raise MalformedRequest("The query string is not valid UTF-8") from None
    names = [name for name, _ in request.query_params.multi_items()]
    if unknown := [name for name in names if name not in parameters]:
        raise UnknownParameter(
            errors=[
                {"pointer": pointer(("query", name)), "code": "unknown_parameter", "detail": "Unknown parameter"}
                for name in unknown
            ]
        )
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise MalformedRequest(
            "Query parameter sent more than once",
            errors=[
                {"pointer": pointer(("query", name)), "code": "repeated_parameter", "detail": "Sent more than once"}
                for name in repeated
            ],
        )
