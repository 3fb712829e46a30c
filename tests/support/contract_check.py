"""Every answer of the suite is held against the OpenAPI document: what is documented is what is sent."""

import functools
import json
import re
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
from fastapi import FastAPI
from starlette.routing import compile_path

from app.contract import DEFAULT_PATH
from app.core import errors

PROBLEM = "application/problem+json"
MAY_FAIL = {"may_fail": True}
"""As `extensions=` of a request: an answer of 500 is what the test is about."""
_CODES = {problem.code: problem.status for problem in errors.problem_classes()}
_INNARDS = re.compile(r"Traceback|asyncpg|sqlalchemy|\bSELECT\b|site-packages|\.py\b")
_COMPONENT = re.compile(r'"#/components/schemas/([^"/]+)"')
_VERBS = {"get", "put", "post", "patch", "delete"}


COMMITTED = Path(__file__).parents[2] / DEFAULT_PATH


@functools.cache
def document() -> dict[str, Any]:
    """The OpenAPI document that is committed: to make it anew takes seconds, and one test does to compare."""
    committed: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
    return committed


@functools.cache
def contract() -> "Contract":
    return Contract(document())


class CheckedTransport(httpx.AsyncBaseTransport):
    """Calls the application in this process, and fails the test when an answer is not as documented."""

    def __init__(self, app: FastAPI) -> None:
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        response.request = request
        await response.aread()
        contract().check(request, response)
        return response


class Contract:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}
        # The more of a path is spelled out, the sooner it is tried: /customers/lookup before /customers/{id}.
        paths = sorted(document["paths"], key=lambda path: sum("{" in part for part in path.split("/")))
        self._paths = [(compile_path(path)[0], path) for path in paths]

    def check(self, request: httpx.Request, response: httpx.Response) -> None:
        status, method = response.status_code, request.method.lower()
        said = f"{request.method} {request.url} answered {status}: {response.text[:2000]}"
        assert status != 500 or request.extensions.get("may_fail"), said
        if method == "options":
            return
        if status >= 400:
            _check_problem(response, method == "head", said)
        verb = "get" if method == "head" else method
        path = self.path(request.url.path, verb)
        if path is None or verb not in self._document["paths"][path]:
            assert status >= 400 or not request.url.path.startswith("/v1"), f"{said}\nis not in the OpenAPI document"
            return
        responses = {k: self._resolved(r) for k, r in self._document["paths"][path][verb]["responses"].items()}
        key = _declared(responses, status)
        if key is None:
            assert not _is_whole(responses), f"{said}\nThe status is not declared for {verb} {path}"
            return
        content = responses[key].get("content", {})
        media = response.headers.get("content-type", "").partition(";")[0]
        if not response.content or (status >= 400 and not _is_whole(responses)):
            return
        assert media in content, f"{said}\n{media} is not declared for {key} of {verb} {path}: {list(content)}"
        validator = self._validator(media, content[media])
        if validator is None:
            return
        lines = media not in ("application/json", PROBLEM)
        for text in response.text.splitlines() if lines else [response.text]:
            found = [f"{e.instance_path}: {e.message}" for e in validator.iter_errors(json.loads(text))]
            assert not found, f"{said}\nis not as {verb} {path} declares {key}: {found}"

    def path(self, url_path: str, verb: str) -> str | None:
        """The path template that answers this, one with the verb if there is one."""
        fitting = [path for regex, path in self._paths if regex.fullmatch(url_path)]
        return next((p for p in fitting if verb in self._document["paths"][p]), fitting[0] if fitting else None)

    def _resolved(self, described: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in described:
            place: Any = self._document
            for name in described["$ref"].removeprefix("#/").split("/"):
                place = place[name]
            described = place
        return described

    def _validator(self, media: str, described: dict[str, Any]) -> jsonschema_rs.Draft202012Validator | None:
        schema = described.get("itemSchema") or described.get("schema")
        if not schema or not media.endswith(("json", "jsonl", "json-lines")):
            return None
        text = json.dumps(schema, sort_keys=True)  # the same schema is in many places: every problem is
        if text not in self._validators:
            # With no more of the document than it needs: they would be gigabytes.
            used = {"components": {"schemas": self._used(schema)}, "allOf": [schema]}
            self._validators[text] = jsonschema_rs.Draft202012Validator(used, validate_formats=True)
        return self._validators[text]

    def _used(self, schema: Any) -> dict[str, Any]:
        """The components that a schema refers to, and those that they refer to."""
        used: dict[str, Any] = {}
        new = [schema]
        while new:
            for name in _COMPONENT.findall(json.dumps(new.pop())):
                if name not in used:
                    used[name] = self._document["components"]["schemas"][name]
                    new.append(used[name])
        return used


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every (verb, path, operation) of an OpenAPI document."""
    return [
        (verb, path, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
        if verb in _VERBS
    ]


def _check_problem(response: httpx.Response, is_head: bool, said: str) -> None:
    assert response.headers.get("content-type") == PROBLEM, said
    assert response.headers.get("x-request-id"), said
    if is_head:
        return
    problem = response.json()
    assert problem["status"] == response.status_code == _CODES.get(problem["code"]), said
    assert problem["request_id"] == response.headers["x-request-id"], said
    assert problem["title"] and problem["type"] and problem["instance"], said
    for error in problem.get("errors", []):
        assert {"pointer", "code", "detail"} <= set(error), said
    # What the client sent may be repeated in values; what we say ourselves must not show our insides.
    assert not _INNARDS.search(f"{problem['title']} {problem.get('detail')}"), said


def _declared(responses: dict[str, Any], status: int) -> str | None:
    return next((key for key in (str(status), f"{status // 100}XX", "default") if key in responses), None)


def _is_whole(responses: dict[str, Any]) -> bool:
    """Does the document declare problems for this operation? Then it declares all there are."""
    return any(PROBLEM in described.get("content", {}) for described in responses.values())
