"""What operations share in the OpenAPI document: headers, parameters, problems and the key."""

import itertools
import re
from typing import Any

from app.core import errors
from app.web.problems import MEDIA_TYPE, document

Schema = dict[str, Any]

TAGS = {
    "customers": "People and organizations: who they are, how to reach them, how they want to be treated.",
    "interactions": "Contacts with customers on any channel, and enquiries that wait for an answer.",
    "tasks": "What was promised: to whom, by whom, until when.",
    "sales": "Receipts as tills send them, matched to their buyers.",
    "products": "What is sold. Fills itself from receipts.",
    "sites": "Where it is sold. Fills itself from receipts.",
    "complaints": "What went wrong, how it is put right, by when, and whether it brought the customer back.",
    "feedback": "What customers and others say about the business, what it comes to, and what becomes of it.",
    "surveys": "What customers are asked, by what rules, and who was invited to answer.",
    "answers": "The public side of surveys: whoever holds a token, or a receipt, answers. These need no key.",
    "visits": "Mystery shopping and observations: what is looked at, and what was seen.",
    "service": "How complaints are handled: working time, what is promised by when, and what is to be done.",
    "health": "Is the service alive, and can it answer? These need no key.",
}

OPEN = ("health", "answers")
"""What needs no key."""

SECURITY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, as `rapport keys create` printed it. Each operation names the scope that it needs.",
}


def reference(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def _header(description: str, example: Any, **schema: Any) -> Schema:
    return {"description": description, "schema": {"type": "string", "maxLength": 2_000, **schema}, "example": example}


HEADERS = {
    "ETag": _header("The version of the resource, for `If-Match` and `If-None-Match`.", '"3"', maxLength=100),
    "Location": _header("The path of what was made.", "/v1/customers/0199c0de-0000-7000-8000-0000000000a1"),
    "Link": _header(
        'The next page, with `rel="next"`; absent on the last one.',
        '</v1/customers?cursor=WyIyMDI2Il0>; rel="next"',
        maxLength=8_000,
    ),
    "Idempotent-Replayed": _header("This is the answer to the first request with this key.", "true", enum=["true"]),
    "Receipt-Stale": _header("A later revision of the receipt is known: nothing was changed.", "true", enum=["true"]),
    "X-Request-Id": _header(
        "The id of this request in the log: the one that was sent, or a new one.",
        "5f0c8a7d1e6b4c2a9d3e7f10",
        maxLength=128,
    ),
    "RateLimit-Policy": _header(
        "How many requests (`q`) a key, or where none is needed an address, may make in so many seconds (`w`).",
        '"default";q=60000;w=60',
    ),
    "RateLimit": _header("How many are left (`r`), and the seconds until all are back (`t`).", '"default";r=59999;t=1'),
    "Retry-After": {
        "description": "Seconds to wait before trying again.",
        "schema": {"type": "integer", "minimum": 0, "maximum": 86_400},
        "example": 1,
    },
    "WWW-Authenticate": _header(
        "What is wrong with the key (RFC 6750).", 'Bearer realm="rapport", error="invalid_token"'
    ),
    "Content-Disposition": _header("A name for the file.", "attachment; filename*=UTF-8''customers.csv"),
    "Accept-Post": _header("The media types that are read here.", "application/json"),
}

ALWAYS = ("X-Request-Id",)
ADVERTISED = ("RateLimit-Policy", "RateLimit")
"""On every answer to a valid key."""

PARAMETERS: dict[str, Schema] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Any text that is new for each thing to be done, such as a UUID. The same request again with "
        "the same key changes nothing and gets the first answer.",
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
        "description": "`true`: answer as if it had been done, and do nothing.",
        "schema": {"type": "boolean", "default": False},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` that you have: 304 and no body when it is still the present one.",
        "schema": {"type": "string", "maxLength": 1_000, "examples": ['"3"']},
    },
}
HOISTED = {("query", "limit"): "Limit", ("query", "cursor"): "Cursor", ("header", "if-match"): "IfMatch"}
"""Parameters that routes declare alike: they are written down once."""

SAID = {
    "sort": "The order; a minus walks it backwards.",
    "since": "From this moment on.",
    "before": "Before this moment.",
    "archived": "Those that are archived, those that are not, or both.",
    "voided": "Those that are voided, those that are not, or both.",
    "balanced": "Those whose sums add up, or those whose sums do not.",
    "match": "How the buyer was found.",
    "role": "Only those with this role among theirs.",
    "tag": "Only those with this tag.",
    "email": "In any spelling.",
    "system": "The system that gave the id.",
    "external_id": "The id in that system.",
    "if-none-match": "`*`: only make, 412 when it exists.",
}
"""Parameters whose declarations do not explain themselves."""

# status: (name of the component, when it happens, headers besides the usual)
RESPONSES: dict[int, tuple[str, str, tuple[str, ...]]] = {
    400: ("BadRequest", "The request cannot be read, or has a query parameter that is not known here.", ()),
    401: ("Unauthorized", "No key was sent, or one that is not valid.", ("WWW-Authenticate",)),
    403: ("Forbidden", "The key lacks the scope that is needed.", ("WWW-Authenticate",)),
    404: ("NotFound", "There is no such thing.", ()),
    406: ("NotAcceptable", "It cannot be had in any of the accepted media types.", ()),
    408: ("RequestTimeout", "The body took too long to arrive.", ()),
    409: ("Conflict", "It does not fit the present state; `code` tells what stands in the way.", ("Retry-After",)),
    410: ("Gone", "It was there, and can no longer be answered.", ()),
    412: ("PreconditionFailed", "The resource has changed since the version that was named.", ()),
    413: ("ContentTooLarge", "The body is too large.", ()),
    415: ("UnsupportedMediaType", "The body is of a type that is not read here.", ("Accept-Post",)),
    422: ("UnprocessableContent", "Some values are not right; `errors` points at each.", ()),
    429: (
        "TooManyRequests",
        "The key has used up its requests for now, or the address where no key is needed.",
        ("Retry-After",),
    ),
    431: ("HeadersTooLarge", "The headers are too large.", ()),
    500: ("InternalError", "Something went wrong on our side; the log knows what, by `request_id`.", ()),
    503: (
        "Unavailable",
        "The service cannot answer just now, most often because its database is away.",
        ("Retry-After",),
    ),
}
_UNLIMITED = (401, 408, 413, 431, 500)
"""Told before a key is counted, or by something that counts none."""
_SHOWN: dict[int, errors.Problem] = {
    409: errors.AlreadyHeld("The identity loyalty:2001-4477 belongs to another customer"),
    403: errors.InsufficientScope("The scope customers:write is needed"),
    422: errors.invalid("/contact_points/0/value", "email_invalid", "Should be an e-mail address"),
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
    place = {"type": "string", "maxLength": 2_000}
    return {
        "Problem": {
            "type": "object",
            "description": "What went wrong (RFC 9457). Some codes have further members, such as the ids of the "
            "customers who hold an identity.",
            "required": ["type", "title", "status", "code"],
            "additionalProperties": True,
            "properties": {
                "type": {"type": "string", "format": "uri-reference", "maxLength": 200}
                | {"description": "The address of a page that explains the code."},
                "title": {"type": "string", "maxLength": 200, "description": "The code in words; always the same."},
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "detail": {"type": "string", "maxLength": 10_000, "description": "For people: what it was this time."},
                "instance": {"type": "string", "format": "uri-reference", "maxLength": 8_192}
                | {"description": "The path of the request."},
                "code": reference("schemas", "ProblemCode"),
                "request_id": {"type": "string", "maxLength": 128, "description": "Finds the request in the log."},
                "errors": {
                    "type": "array",
                    "maxItems": 10_000,
                    "items": reference("schemas", "ProblemPlace"),
                    "description": "Every place in the request that is wrong.",
                },
            },
        },
        "ProblemCode": {
            "type": "string",
            "description": "For programs: stable.",
            "enum": sorted({problem.code for problem in errors.problem_classes()}),
        },
        "ProblemPlace": {
            "type": "object",
            "description": "One wrong place in the request.",
            "required": ["pointer", "code", "detail"],
            "additionalProperties": True,
            "properties": {
                "pointer": place | {"description": "JSON Pointer (RFC 6901) into the body, or `/query/…`, `/path/…`."},
                "code": {"type": "string", "maxLength": 100, "description": "What is wrong with it, for programs."},
                "detail": {"type": "string", "maxLength": 10_000, "description": "The same for people."},
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
