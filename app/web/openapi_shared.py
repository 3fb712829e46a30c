"""What operations share in the OpenAPI document: headers, parameters, problems and the key."""

import itertools
import re
from typing import Any

from app.core import errors
from app.rules.access import RESOURCES
from app.web.problems import MEDIA_TYPE, document

Schema = dict[str, Any]

TAGS = {
    **RESOURCES,
    "answers": "The public side of surveys, authorised by a token or a receipt code instead of an API key.",
    "health": "Whether the service is running and can answer requests. No API key is needed.",
}

OPEN = tuple(TAGS.keys() - RESOURCES.keys())
"""Tags of the operations that need no API key."""

SECURITY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key as printed by `rapport keys create`. Each operation names the scope that it requires.",
}


def reference(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def _header(description: str, example: Any, **schema: Any) -> Schema:
    return {"description": description, "schema": {"type": "string", "maxLength": 2_000, **schema}, "example": example}


HEADERS = {
    "ETag": _header("The version of the resource, to be sent as `If-Match` or `If-None-Match`.", '"3"', maxLength=100),
    "Location": _header("The path of the created resource.", "/v1/customers/0199c0de-0000-7000-8000-0000000000a1"),
    "Link": _header(
        'The address of the next page, with `rel="next"`. Absent on the last page.',
        '</v1/customers?cursor=WyIyMDI2Il0>; rel="next"',
        maxLength=8_000,
    ),
    "Idempotent-Replayed": _header(
        "Present when this is the stored response to an earlier request with the same `Idempotency-Key`.",
        "true",
        enum=["true"],
    ),
    "Receipt-Stale": _header(
        "Present when a later revision of the receipt is already stored, so that nothing was changed.",
        "true",
        enum=["true"],
    ),
    "X-Request-Id": _header(
        "The id of this request in the log: the one that the client sent, or else a generated one.",
        "5f0c8a7d1e6b4c2a9d3e7f10",
        maxLength=128,
    ),
    "RateLimit-Policy": _header(
        "The number of requests (`q`) allowed in a window of `w` seconds. It is counted per API key, and per client "
        "address where no key is needed.",
        '"default";q=60000;w=60',
    ),
    "RateLimit": _header(
        "The number of requests that remain (`r`), and the seconds until the full number is available again (`t`).",
        '"default";r=59999;t=1',
    ),
    "Retry-After": {
        "description": "The number of seconds to wait before trying again.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 86_400},
        "example": 1,
    },
    "WWW-Authenticate": _header(
        "The authentication scheme, and what is wrong with the key that was sent (RFC 6750).",
        'Bearer realm="rapport", error="invalid_token"',
    ),
    "Content-Disposition": _header(
        "The suggested name for the downloaded file.", "attachment; filename*=UTF-8''customers.csv"
    ),
    "Accept-Post": _header("The media types that this operation accepts.", "application/json"),
}

ALWAYS = ("X-Request-Id",)
ADVERTISED = ("RateLimit-Policy", "RateLimit")
"""Sent with every response to a request with a valid key."""

PARAMETERS: dict[str, Schema] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A unique value for this request, such as a UUID. Repeating the request with the same key "
        "changes nothing and returns the first response.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": r'^([!#-\[\]-~]{1,255}|"[ !#-\[\]-~]{1,253}")$',
            "examples": ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
        },
    },
    "ValidateOnly": {
        "name": "validate_only",
        "in": "query",
        "description": "If `true`, the request is checked and answered as usual, but nothing is stored. The ids, "
        "reference numbers and tokens of the answer do not exist: the real request gets others.",
        "schema": {"type": "boolean", "default": False},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` of the version that the client has. While it is current, the response is 304.",
        "schema": {"type": "string", "maxLength": 1_000, "examples": ['"3"']},
    },
}
HOISTED = {("query", "limit"): "Limit", ("query", "cursor"): "Cursor", ("header", "if-match"): "IfMatch"}
"""Parameters that routes declare alike: the document has them once, as components."""

# status: (name of the component, when it happens, headers besides the usual)
RESPONSES: dict[int, tuple[str, str, tuple[str, ...]]] = {
    400: ("BadRequest", "The request cannot be parsed, or it has an unknown query parameter.", ()),
    401: ("Unauthorized", "No API key was sent, or the key is not valid.", ("WWW-Authenticate",)),
    403: ("Forbidden", "The API key lacks the scope that the operation requires.", ("WWW-Authenticate",)),
    404: ("NotFound", "The resource, or one that the path names, does not exist.", ()),
    406: ("NotAcceptable", "None of the media types in `Accept` is available.", ()),
    408: ("RequestTimeout", "The request body took too long to arrive.", ()),
    409: (
        "Conflict",
        "The request conflicts with the current state of the resource; `code` says how.",
        ("Retry-After",),
    ),
    410: ("Gone", "The survey or invitation can no longer be answered.", ()),
    412: ("PreconditionFailed", "The resource has changed since the version named in the request.", ()),
    413: ("ContentTooLarge", "The request body is larger than the limit.", ()),
    415: ("UnsupportedMediaType", "The media type of the request body is not supported.", ("Accept-Post",)),
    422: ("UnprocessableContent", "The request failed validation; `errors` lists every invalid value.", ()),
    429: (
        "TooManyRequests",
        "The rate limit of the API key is used up, or that of the client address where no key is needed.",
        ("Retry-After",),
    ),
    431: ("HeadersTooLarge", "The request headers are larger than the limit.", ()),
    500: ("InternalError", "An unexpected error occurred. The log has the details under `request_id`.", ()),
    503: (
        "Unavailable",
        "The service is temporarily unavailable, usually because its database is.",
        ("Retry-After",),
    ),
}
_UNLIMITED = (401, 408, 413, 431, 500)
"""Told before a key is counted, or by something that counts none."""
_SHOWN: dict[int, errors.Problem] = {
    409: errors.AlreadyHeld("The identity loyalty:2001-4477 belongs to another customer"),
    403: errors.InsufficientScope("The scope customers:write is required"),
    422: errors.invalid("/contact_points/0/value", "email", "Not a valid e-mail address"),
}


def headers(names: tuple[str, ...]) -> Schema:
    return {name: reference("headers", name) for name in names}


def components() -> dict[str, Schema]:
    return {
        "securitySchemes": {"bearer": SECURITY_SCHEME},
        "headers": dict(HEADERS),
        "parameters": dict(PARAMETERS),
        "responses": {name: _response(status) for status, (name, _, _) in RESPONSES.items()},
    }


def problem_schemas() -> dict[str, Schema]:
    pointer = {"type": "string", "maxLength": 2_000}
    return {
        "Problem": {
            "type": "object",
            "description": "An error, in the format of RFC 9457. Some codes have further members, such as the ids of "
            "the customers who already have an identity.",
            "required": ["type", "title", "status", "code"],
            "additionalProperties": True,
            "properties": {
                "type": {"type": "string", "format": "uri-reference", "maxLength": 200}
                | {"description": "The address of a page that explains the error."},
                "title": {
                    "type": "string",
                    "maxLength": 200,
                    "description": "The meaning of `code` in words. It is the same every time.",
                },
                "status": {"type": "integer", "minimum": 400, "maximum": 599}
                | {"description": "The HTTP status of the response."},
                "detail": {"type": "string", "maxLength": 10_000}
                | {"description": "What went wrong this time, in words for people."},
                "instance": {"type": "string", "format": "uri-reference", "maxLength": 8_192}
                | {"description": "The path of the request that failed."},
                "code": reference("schemas", "ProblemCode"),
                "request_id": {"type": "string", "maxLength": 128, "description": "The id of the request in the log."},
                "errors": {
                    "type": "array",
                    "maxItems": 10_000,
                    "items": reference("schemas", "FieldError"),
                    "description": "Every value of the request that is not valid.",
                },
            },
        },
        "ProblemCode": {
            "type": "string",
            "description": "The kind of error, for programs to act upon. Codes never change their meaning.",
            "enum": sorted({problem.code for problem in errors.problem_classes()}),
        },
        "FieldError": {
            "type": "object",
            "description": "One value of the request that is not valid.",
            "required": ["pointer", "code", "detail"],
            "additionalProperties": True,
            "properties": {
                "pointer": pointer
                | {"description": "A JSON Pointer (RFC 6901) to the value in the body, or `/query/…` or `/path/…`."},
                "code": {"type": "string", "maxLength": 100}
                | {"description": "What is wrong with the value, for programs to act upon."},
                "detail": {
                    "type": "string",
                    "maxLength": 10_000,
                    "description": "What is wrong with the value, in words for people.",
                },
            },
        },
    }


def problem_codes(status: int) -> list[type[errors.Problem]]:
    return [problem for problem in errors.problem_classes() if problem.status == status]


def _phrase(status: int) -> str:
    """Of our own: the standard library's differ from version to version."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", RESPONSES[status][0]).capitalize()


def _response(status: int) -> Schema:
    name, when, more = RESPONSES[status]
    codes = ", ".join(f"`{problem.code}`" for problem in problem_codes(status))
    shown = _SHOWN.get(status) or problem_codes(status)[0]()
    advertised = () if status in _UNLIMITED else ADVERTISED
    return {
        "description": f"{_phrase(status)}. {when} Codes: {codes}.",
        "headers": headers(tuple(itertools.chain(more, ALWAYS, advertised))),
        "content": {
            MEDIA_TYPE: {
                "schema": reference("schemas", "Problem"),
                "examples": {
                    name: {
                        "summary": shown.title,
                        "value": document(shown, "5f0c8a7d1e6b4c2a9d3e7f10", "/v1/customers"),
                    }
                },
            }
        },
    }
