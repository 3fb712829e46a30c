"""What pydantic found wrong, in the words of the contract: JSON pointers, stable codes, and sentences."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.core.errors import ValidationFailed
from app.schemas.kit.types import DECIMAL, LINES, ONE_LINE

Model = TypeVar("Model", bound=BaseModel)


def checked(schema: type[Model], value: Any) -> Model:
    """The value as its schema has it; raises ValidationFailed with a pointer to every place that is wrong."""
    try:
        return schema.model_validate(value)
    except ValidationError as error:
        found = [{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors(include_url=False)]
        raise ValidationFailed(errors=entries(found)) from None


def entries(found: Sequence[Any]) -> list[dict[str, Any]]:
    return [_entry(error) for error in found]


def _entry(error: Any) -> dict[str, str]:
    place, *rest = error["loc"]
    parts = rest if place == "body" else [place, *rest]
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
    code, detail = error["type"], error["msg"]
    if code == "extra_forbidden":
        code, detail = "unknown_field", "Is not known here"
    elif code == "string_pattern_mismatch" and error.get("ctx", {}).get("pattern") in (ONE_LINE, LINES):
        code, detail = "control_character", "Contains a control character"
    elif code == "string_pattern_mismatch" and error.get("ctx", {}).get("pattern") == DECIMAL:
        code, detail = "decimal_string", "Should be a decimal number, at most 12 digits before the point and 6 after it"
    elif code == "string_unicode":
        code, detail = "surrogate", "Contains a lone surrogate, which is not text"
    return {"pointer": pointer, "code": code, "detail": detail}
