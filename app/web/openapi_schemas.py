"""Schemas as readers and generators of clients want them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from app.schemas.kit.types import Attributes
from app.web import openapi_shared as shared
from app.web.openapi_shared import Schema, reference
from app.web.openapi_texts import PROPERTIES

_FRAMEWORK = ("HTTPValidationError", "ValidationError")
_LITERAL = ("example", "examples", "default", "enum", "const")
"""Below these stand values, not schemas."""
_RESOURCE = {"id", "created_at"}
"""What has these properties is a resource of its own, not a part of one."""
_EVERYWHERE: Schema = {
    "problem": {
        "$ref": "#/components/schemas/Problem",
        "description": "Why the line was refused. Absent if it was not.",
    },
    "next_cursor": {
        "anyOf": [{"type": "string", "maxLength": 1_000}, {"type": "null"}],
        "description": "The value to send as `cursor` for the next page. Null on the last page, and only there: a page "
        "may have fewer items than `limit`, or none, and others may follow nevertheless.",
    },
}
"""Properties that are the same in every schema."""


def tidied(schemas: Schema) -> Schema:
    """All component schemas, in the order of their names, and those that every problem is made of."""
    named = {name: tidy(schema) for name, schema in schemas.items() if name not in _FRAMEWORK}
    named |= shared.problem_schemas() | {"Attributes": TypeAdapter(Attributes).json_schema()}
    for schema in named.values():
        _describe(schema)
    return dict(sorted(named.items()))


def tidy(schema: Any) -> Any:
    """Without titles that only repeat names; the shapes that recur have a name."""
    if isinstance(schema, list):
        return [tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "maxProperties" in schema:  # attributes: the only free-form object that comes in
        return reference("schemas", "Attributes") | ({"default": {}} if "default" in schema else {})
    made: Schema = {}
    for key, value in schema.items():
        if key == "title" and isinstance(value, str):
            continue
        if key == "properties":
            made[key] = {name: _EVERYWHERE.get(name) or tidy(part) for name, part in value.items()}
        elif key == "description" and isinstance(value, str):
            made[key] = unwrapped(value)
        else:
            made[key] = value if key in _LITERAL else tidy(value)
    return made


def _describe(schema: Schema) -> None:
    """Describe pages, and properties that say nothing themselves: as their type does, or in a resource their name."""
    properties = schema.get("properties", {})
    if "next_cursor" in properties:
        schema.setdefault("description", "One page of a list, and where the next one begins.")
        properties["items"].setdefault("description", "The items of this page, in the order of the list.")
    is_resource = set(properties) >= _RESOURCE
    for name, described in properties.items():
        if "description" in described:
            continue
        of_type = [branch.pop("description") for branch in described.get("anyOf", []) if "description" in branch]
        if text := next(iter(of_type), None) or (PROPERTIES.get(name) if is_resource else None):
            described["description"] = text


def not_null(schema: Schema) -> Schema:
    """A parameter is left out, never null."""
    branches = [part for part in schema.get("anyOf", []) if part != {"type": "null"}]
    if len(branches) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**branches[0], **rest}


def unwrapped(text: str) -> str:
    """Paragraphs as single lines: renderers of Markdown differ in what they make of a line break."""
    return re.sub(r"(?<!\n)\n(?![\n*|-])", " ", text)


def without_unused(document: Schema) -> Schema:
    """Leaves out the components that nothing refers to."""
    while True:
        used = set(_references(document))
        found = [
            (kind, name)
            for kind, named in document["components"].items()
            for name in named
            if kind != "securitySchemes" and f"#/components/{kind}/{name}" not in used
        ]
        if not found:
            return document
        for kind, name in found:
            del document["components"][kind][name]


def _references(node: Any) -> Iterator[str]:
    yield from re.findall(r'"\$ref": "([^"]+)"', json.dumps(node))
