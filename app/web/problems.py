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

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger("rapport.problems")


def install(app: FastAPI) -> None:
    app.add_exception_handler(errors.Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for database_error in (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        app.add_exception_handler(database_error, _database)


def document(problem: errors.Problem, request_id: str | None = None, instance: str | None = None) -> dict[str, Any]:
    slug = problem.code.lower().replace("_", "-")
    members = {
        "type": f"/problems/{slug}",
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


def response(problem: errors.Problem, request: Request | None = None) -> Response:
    request_id = request.scope.get("state", {}).get("request_id") if request else None
    instance = quote(request.scope["path"]) if request else None
    # ASCII: whatever a client put into a name can be sent back, lone surrogates included.
    body = json.dumps(document(problem, request_id, instance), default=str).encode()
    return Response(body, problem.status, {"Content-Type": MEDIA_TYPE, **problem.headers})


def unexpected(request: Request, error: Exception) -> Response:
    """A defect of ours: the caller learns only the request id, the log everything."""
    request_id = request.scope.get("state", {}).get("request_id")
    log.error("unexpected %s", type(error).__name__, exc_info=error, extra={"fields": {"request_id": request_id}})
    return response(errors.Problem(), request)


def of(error: BaseException) -> errors.Problem:
    """The problem that any exception stands for, for answers that are not a whole response (a line of a batch)."""
    if isinstance(error, errors.Problem):
        return error
    if (problem := problem_for(error)) is not None:
        return problem
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return errors.Problem()


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.Problem)
    return response(error, request)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    listed = validation.entries(error.errors())
    unknown = any(e["loc"][0] == "query" and e["type"] == "extra_forbidden" for e in error.errors())
    problem = errors.UnknownParameter if unknown else errors.ValidationFailed
    return response(problem(errors=listed), request)


async def _http(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: unknown paths and wrong methods."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = ", ".join(allowed_methods.methods(request.app, request.scope["path"]))
        return response(errors.MethodNotAllowed(headers={"Allow": allowed}), request)
    if error.status_code == 404:
        return response(errors.NotFound("This path does not exist"), request)
    return response(errors.MalformedRequest(), request)


async def _database(request: Request, error: Exception) -> Response:
    problem = problem_for(error)
    return unexpected(request, error) if problem is None else response(problem, request)
