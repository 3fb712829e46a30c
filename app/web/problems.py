"""The only place that renders errors: RFC 9457 problem documents, for every status and every path."""

import json
import logging
from typing import Any
from urllib.parse import quote

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.core import errors
from app.core.database import problem_for
from app.schemas.kit import validation
from app.web import allowed_methods
from app.web.app_state import app_state
from app.web.request_state import request_state

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("rapport.problems")


def install(app: FastAPI) -> None:
    app.add_exception_handler(errors.Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)
    for database_error in (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        app.add_exception_handler(database_error, _database_error)


def document(problem: errors.Problem, request_id: str | None = None, instance: str | None = None) -> dict[str, Any]:
    members = {
        "type": f"/problems/{slug(problem.code)}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        "code": problem.code,
        "request_id": request_id,
        "errors": problem.errors,
        **problem.extensions,
    }
    return {name: value for name, value in members.items() if value is not None}


def slug(code: str) -> str:
    return code.lower().replace("_", "-")


def response(problem: errors.Problem, request: Request) -> Response:
    whole = document(problem, request_state(request.scope).request_id, path_of(request))
    # ASCII: whatever a client put into a name can be sent back, lone surrogates included.
    body = json.dumps(whole, default=str).encode()
    return Response(body, problem.status, {"Content-Type": MEDIA_TYPE, **problem.headers})


def path_of(request: Request) -> str:
    """The path as it is written in an address; escapes that it has are kept (see `middleware.py`)."""
    return quote(request.scope["path"], safe="/%")


def unexpected(request: Request, error: Exception) -> Response:
    """A bug of this service: the client gets the request id only, the log everything."""
    _log_unexpected(error, request_id=request_state(request.scope).request_id)
    return response(errors.Problem(), request)


def from_exception(error: BaseException, request: Request) -> errors.Problem:
    """The problem of any exception, for results within a response (a line of a batch)."""
    problem = error if isinstance(error, errors.Problem) else problem_for(error)
    if problem is None:
        _log_unexpected(error, request_id=request_state(request.scope).request_id)
        return errors.Problem()
    log_unavailable(problem, error, request)
    return problem


def log_unavailable(problem: errors.Problem, error: BaseException, request: Request) -> None:
    """A line in the log where `problem` says 503; `error` is what is behind it."""
    if problem.status == errors.Unavailable.status:
        request_id = request_state(request.scope).request_id
        app_state(request).unavailability.record(request.scope, request_id, error)


def _log_unexpected(error: BaseException, **fields: str) -> None:
    log.error("Unexpected %s", type(error).__name__, exc_info=error, extra={"fields": fields})


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.Problem)
    log_unavailable(error, error, request)
    return response(error, request)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    entries = validation.entries(error.errors())
    unknown = any(e["loc"][0] == "query" and e["type"] == "extra_forbidden" for e in error.errors())
    problem = errors.UnknownParameter if unknown else errors.ValidationFailed
    return response(problem(errors=entries), request)


async def _http_exception(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: unknown paths and wrong methods."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = ", ".join(allowed_methods.methods(request.app, request.scope["path"]))
        return response(errors.MethodNotAllowed(headers={"Allow": allowed}), request)
    if error.status_code == 404:
        return response(errors.NotFound("This path does not exist"), request)
    return response(errors.MalformedRequest(), request)


async def _database_error(request: Request, error: Exception) -> Response:
    problem = problem_for(error)
    if problem is None:
        return unexpected(request, error)
    log_unavailable(problem, error, request)
    return response(problem, request)
