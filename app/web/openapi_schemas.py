"""Schemas as readers and generators of clients want them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from app.schemas.kit.types import Attributes
from app.web import openapi_shared as shared
from app.web.openapi_shared import Schema, reference

_FRAMEWORK = ("HTTPValidationError", "ValidationError")
_LITERAL = ("example", "examples", "default", "enum", "const")
"""Below these stand values, not schemas."""
_EVERYWHERE: Schema = {
    "problem": reference("schemas", "Problem"),
    "next_cursor": {
        "anyOf": [{"type": "string", "maxLength": 1_000}, {"type": "null"}],
        "description": "What to send as `cursor` for the next page; null on the last one.",
    },
}
"""Properties that are the same wherever they stand."""


def tidied(schemas: Schema) -> Schema:
    """All component schemas, in the order of their names, and those that every problem is made of."""
    kept = {name: tidy(schema) for name, schema in schemas.items() if name not in _FRAMEWORK}
    kept |= shared.problem_schemas() | {"Attributes": TypeAdapter(Attributes).json_schema()}
    return dict(sorted(kept.items()))


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
