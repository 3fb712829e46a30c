"""Turns pydantic's validation errors into those of the contract: a JSON pointer, a stable code and a sentence."""

from collections.abc import Sequence
from copy import deepcopy
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


def validate_stored(schema: type[Model], value: Any) -> Model:
    """As `validate`, of JSON that is stored: texts that only earlier releases took stay as they are."""
    kept: dict[str, str] = {}
    passing = value
    while True:
        try:
            model = validate(schema, passing)
            break
        except ValidationFailed as failed:
            errors = failed.errors or []
            outdated = {e["pointer"]: e["code"] for e in errors if e["code"] in _PASSING}
            if len(outdated) < len(errors) or outdated.keys() & kept:
                wrong = [e for e in errors if e["pointer"] not in outdated or e["pointer"] in kept]
                raise ValidationFailed(errors=wrong) from None
            passing = deepcopy(passing)
            for pointer, code in outdated.items():
                kept[pointer] = _replace(passing, pointer, _PASSING[code])
    for pointer, text in kept.items():
        _replace(model, pointer, text)
    return model


_PASSING = {"blank": "-", "url_scheme": "https://example.invalid"}
"""What is taken in place of a stored text, by the code of what is wrong with it now."""


def _replace(document: Any, pointer: str, text: str) -> Any:
    """Put a text at a pointer into JSON, or into models; what was there before."""
    *path, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    for part in path:
        document = _members(document)[int(part) if isinstance(document, list) else part]
    members, key = _members(document), int(last) if isinstance(document, list) else last
    before, members[key] = members[key], text
    return before


def _members(document: Any) -> Any:
    return document.__dict__ if isinstance(document, BaseModel) else document


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
