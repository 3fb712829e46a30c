"""The OpenAPI document: what the framework derives from routes and schemas, and all that it cannot know.

Everything is derived from the routes themselves, so that a new one is documented like the others. Only its examples
have to be written, in `app/web/examples`.
"""

import re
from pathlib import Path

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from app.rules.kit.event_type import EventType
from app.rules.kit.event_types import EVENT_TYPES
from app.web import body, examples, openapi_schemas, openapi_texts
from app.web import openapi_shared as shared
from app.web.openapi_shared import Schema, reference

_INTRODUCTION = Path(__file__).parent / "pages" / "introduction.md"
_JSON, _LINES, _CSV = "application/json", body.LINES_TYPES[0], "text/csv"
_WRITES = {"post", "put", "patch", "delete"}
_EXISTING = "The resource already existed. The response shows what is stored."
_UNCHANGED = "The resource still has the version named in `If-None-Match`."


def install(app: FastAPI) -> None:
    """Makes `app.openapi()` answer with the whole document, worked out once."""

    def openapi() -> Schema:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def document(app: FastAPI) -> Schema:
    made = get_openapi(title=app.title, version=app.version, routes=app.routes, separate_input_output_schemas=False)
    streams = {
        context.name for context in iter_route_contexts(app.routes) if getattr(context.endpoint, "streams", False)
    }
    schemas = openapi_schemas.tidied(made["components"]["schemas"])
    components = {"schemas": schemas, **shared.components()}
    for path, verbs in made["paths"].items():
        for verb, operation in verbs.items():
            operation["parameters"] = [_parameter(p, components) for p in operation.get("parameters", [])]
            _Operation(path, verb, operation, schemas, operation["operationId"] in streams).complete(made["paths"])
    examples.add(made["paths"], components)
    tags = {operation["tags"][0] for verbs in made["paths"].values() for operation in verbs.values()}
    whole = {
        "openapi": made["openapi"],
        "info": made["info"]
        | {
            "summary": "A headless customer relationship management (CRM) service.",
            "description": _INTRODUCTION.read_text(encoding="utf-8").strip(),
            "contact": {"name": "The maintainers of Rapport"},
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "externalDocs": {
            "description": "RFC 9457, Problem Details for HTTP APIs, defines the format of every error.",
            "url": "https://www.rfc-editor.org/rfc/rfc9457",
        },
        "servers": [{"url": "/", "description": "The server that this document was loaded from."}],
        "tags": [{"name": name, "description": text} for name, text in shared.TAGS.items() if name in tags],
        "security": [{"bearer": []}],
        "paths": made["paths"],
        "components": components,
        "x-event-types": [_event_type(type_) for type_ in EVENT_TYPES.values()],
    }
    return openapi_schemas.without_unused(whole)


def _event_type(type_: EventType) -> Schema:
    """What timelines and consumers of events can expect of one type."""
    return {"name": type_.name, "subject": type_.subject, "title": type_.title, "data": type_.data_schema()}


class _Operation:
    def __init__(self, path: str, verb: str, operation: Schema, schemas: Schema, streams: bool) -> None:
        self.path, self.verb, self.operation, self.schemas, self.streams = path, verb, operation, schemas, streams
        self.tag = operation["tags"][0]
        self.open = self.tag in shared.OPEN
        self.counted = self.tag != "health"
        self.writes = verb in _WRITES
        self.batch = streams and self.writes
        self.export = streams and not self.writes
        self.answer = self._success()["content"][_JSON]["schema"] if self._has_answer() else {}
        self.versioned = "version" in self._properties(self.answer) and not streams
        self.listed = "next_cursor" in self._properties(self.answer)

    def complete(self, paths: Schema) -> None:
        operation = self.operation
        self._texts()
        self._add_parameters()
        if self.batch:
            operation["requestBody"] = self._lines_body(paths)
        elif "requestBody" in operation:
            operation["requestBody"]["required"] = True
            for content in operation["requestBody"]["content"].values():
                content["schema"] = openapi_schemas.tidy(content["schema"])
        operation["responses"] = self._successes() | self._failures()
        operation["security"] = [] if self.open else [{"bearer": []}]
        if not self.open:
            # Only OAuth2 schemes have scopes in the eyes of linters: for a bearer key it stands beside.
            operation["x-required-scope"] = self._scope()
        if not operation["parameters"]:
            del operation["parameters"]
        self._order()

    def _texts(self) -> None:
        """The first line of the docstring is the summary, the rest the description."""
        summary, _, rest = str(self.operation.get("description") or self.operation["summary"]).partition("\n")
        text = openapi_schemas.unwrapped(rest.strip())
        needs = "" if self.open else f"Requires an API key with the scope `{self._scope()}`."
        self.operation["summary"] = summary.strip().rstrip(".")
        self.operation["description"] = "\n\n".join(part for part in (text, needs) if part)

    def _add_parameters(self) -> None:
        add = self.operation["parameters"].append
        if self.writes and not self.streams:
            if self.verb == "post" and not self.open:
                add(reference("parameters", "IdempotencyKey"))
            add(reference("parameters", "ValidateOnly"))
        elif self.versioned:
            add(reference("parameters", "IfNoneMatch"))

    def _lines_body(self, paths: Schema) -> Schema:
        """Each line is what the operation for a single resource takes."""
        single = paths[self.path.removesuffix("/batch")]["post"]["requestBody"]["content"][_JSON]["schema"]
        text = "JSON Lines: one document per line. The schema describes one line."
        return {"required": True, "description": text, "content": {_LINES: {"schema": openapi_schemas.tidy(single)}}}

    def _successes(self) -> Schema:
        """Answers that are no problems, by status."""
        status = next(iter(self.operation["responses"]))
        content: Schema = {}
        schema = openapi_schemas.tidy(self.answer)
        if self.export:
            content = {_LINES: {"schema": schema}, _CSV: {"schema": {"type": "string", "maxLength": 2**53 - 1}}}
        elif schema:
            content = {_LINES if self.batch else _JSON: {"schema": schema}}
        statuses = {status}
        if self._may_exist() and status in ("200", "201"):
            statuses |= {"200", "201"}
        answers: Schema = {
            status: {"description": self._meaning(status), "headers": shared.headers(self._headers(status))}
            | ({"content": dict(content)} if content else {})
            for status in statuses
        }
        if self.versioned and not self.writes:
            unchanged = shared.headers(("ETag", *shared.ALWAYS, *shared.ADVERTISED))
            answers["304"] = {"description": _UNCHANGED, "headers": unchanged}
        return dict(sorted(answers.items()))

    def _meaning(self, status: str) -> str:
        """What a success means, in a sentence."""
        if self.batch:
            return "JSON Lines: one result per line, in the order of the lines sent. The schema describes one line."
        if self.export:
            return "One record per line: JSON Lines, or CSV with a header row. The schema describes one line."
        if status == "204":
            return "The resource has been deleted."
        if status == "201":
            return "The resource has been created."
        if self._may_exist():
            return "The resource has been updated." if self.verb == "put" else _EXISTING
        if self.writes:
            return "The resource as it is after the change."
        if self.listed:
            return "One page of the list, in the requested order."
        return "The resource that was requested." if self.versioned else "The information that was requested."

    def _headers(self, status: str) -> tuple[str, ...]:
        named = [
            (self.versioned, "ETag"),
            (status == "201" and not self.open, "Location"),
            (self.listed, "Link"),
            (self.verb == "post" and not self.streams and not self.open, "Idempotent-Replayed"),
            (self.tag == "sales" and status == "200" and self._may_exist(), "Receipt-Stale"),
            (self.export, "Content-Disposition"),
        ]
        counted = shared.ADVERTISED if self.counted else ()
        return (*(name for applies, name in named if applies), *shared.ALWAYS, *counted)

    def _may_exist(self) -> bool:
        """Whether the resource may be stored already: PUT, POST of what is recorded once or with a policy for
        what is known, and answers.
        """
        if self.verb == "put" or (self.open and self.verb == "post"):
            return True
        content = self.operation.get("requestBody", {}).get("content", {})
        sent = {name for described in content.values() for name in self._properties(described["schema"])}
        matches = any(p.get("name") == "on_match" for p in self.operation["parameters"])
        has_key = "source" in sent or matches or self.operation["operationId"].startswith("record_")
        return self.verb == "post" and not self.streams and has_key and "201" in self.operation["responses"]

    def _failures(self) -> Schema:
        takes_body = "requestBody" in self.operation
        public = self.open and self.counted
        conditional = any("If-Match" in str(p) or "IfMatch" in str(p) for p in self.operation["parameters"])
        may = {
            400: self.counted,
            401: not self.open,
            403: not self.open,
            404: public or any("uuid" in str(p) for p in self.operation["parameters"] if p.get("in") == "path"),
            406: self.export,
            408: takes_body,
            409: public or (self.writes and not self.batch),
            410: public,
            412: conditional or self.verb == "put",
            413: takes_body and not self.batch,
            415: takes_body,
            422: self.counted,
            429: self.counted,
            431: True,
            500: True,
            503: True,
        }
        return {str(status): reference("responses", shared.RESPONSES[status][0]) for status, can in may.items() if can}

    def _scope(self) -> str:
        return f"{self.tag}:{'write' if self.writes else 'read'}"

    def _success(self) -> Schema:
        return next(response for status, response in self.operation["responses"].items() if status[0] == "2")

    def _has_answer(self) -> bool:
        return _JSON in self._success().get("content", {})

    def _properties(self, schema: Schema) -> Schema:
        properties: Schema = self.schemas.get(schema.get("$ref", "").rpartition("/")[2], schema).get("properties", {})
        return properties

    def _order(self) -> None:
        """As a reader wants it: what it is, what goes in, what comes out."""
        known = (
            "tags",
            "operationId",
            "summary",
            "description",
            "security",
            "x-required-scope",
            "parameters",
            "requestBody",
            "responses",
        )
        whole = dict(self.operation)
        self.operation.clear()
        self.operation.update({name: whole.pop(name) for name in known if name in whole}, **whole)


def _parameter(found: Schema, components: Schema) -> Schema:
    schema = openapi_schemas.tidy(openapi_schemas.not_null(found["schema"]))
    text = found.get("description") or schema.get("description") or openapi_texts.parameter(found["name"], found["in"])
    schema.pop("description", None)
    made = {**found, "description": openapi_schemas.unwrapped(text), "schema": schema}
    if found["in"] == "header":  # `If-Match`, as everybody writes it
        made["name"] = re.sub(r"(^|-)(\w)", lambda part: part[0].upper(), found["name"])
    if (name := shared.HOISTED.get((found["in"], found["name"].lower()))) is None:
        return made
    # Only what is declared alike is shared.
    return reference("parameters", name) if components["parameters"].setdefault(name, made) == made else made
