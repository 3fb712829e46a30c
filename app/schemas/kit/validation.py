"""Turns pydantic's validation errors into those of the contract: a JSON pointer, a stable code and a sentence."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.core.errors import ValidationFailed
from app.rules.kit import json_pointers
from app.schemas.kit import texts
from app.schemas.kit.types import DECIMAL

Model = TypeVar("Model", bound=BaseModel)


_NO_OBJECT = ("model_type", "model_attributes_type", "dict_type")
"""The codes of a value that is no JSON object; their messages name classes of Python."""


def validate(schema: type[Model], value: Any) -> Model:
    """Raises ValidationFailed with a pointer to every invalid field."""
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        located = [{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors(include_url=False)]
        raise ValidationFailed(errors=entries(located)) from None


def entries(located: Sequence[Any]) -> list[dict[str, Any]]:
    """`located` are pydantic's errors, whose `loc` begins with the part of the request: body, query, path, header."""
    return [_entry(error) for error in located]


def _entry(error: Any) -> dict[str, str]:
    part_of_request, *rest = error["loc"]
    parts = rest if part_of_request == "body" else [part_of_request, *rest]
    code, detail, context = error["type"], error["msg"], error.get("ctx") or {}
    if "member" in context:  # what is wrong between the members of an object is said at one of them
        parts = [*parts, context["member"]]
    pointer = json_pointers.pointer(tuple(parts))
    pattern = context.get("pattern")
    if code == "extra_forbidden":
        code, detail = "unknown_field", "Unknown parameter" if part_of_request == "query" else "Unknown field"
    elif code == "string_pattern_mismatch" and texts.is_control_pattern(pattern):
        code, detail = "control_character", "Must not contain control characters"
    elif code == "string_pattern_mismatch" and texts.is_visible_pattern(pattern):
        code, detail = "blank", texts.BLANK_DETAIL
    elif code in _NO_OBJECT:
        detail = "Must be an object"
    elif code == "string_pattern_mismatch" and pattern == DECIMAL:
        code, detail = (
            "decimal_string",
            "Must be a decimal string with at most 12 digits before the point and 6 after it",
        )
    elif code == "string_unicode":
        code, detail = "surrogate", "Must not contain lone surrogates"
    return {"pointer": pointer, "code": code, "detail": detail}
