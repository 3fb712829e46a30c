"""What a type of events is: its name, the template of its titles, and the members of its data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_TITLE = 300
"""Characters; longer titles are cut and end in an ellipsis."""


@dataclass(frozen=True, slots=True)
class Field:
    """A member of an event's data."""

    schema: Mapping[str, Any]
    optional: bool = False

    @property
    def or_absent(self) -> "Field":
        return Field(self.schema, optional=True)


TEXT = Field({"type": "string"})
INTEGER = Field({"type": "integer"})
DECIMAL = Field({"type": "string", "format": "decimal"})
ID = Field({"type": "string", "format": "uuid"})
TIMESTAMP = Field({"type": "string", "format": "date-time"})
TEXTS = Field({"type": "array", "items": {"type": "string"}})
CHANGES = Field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"pointer": {"type": "string"}, "stored": {}, "sent": {}},
            "required": ["pointer", "stored", "sent"],
        },
    }
)
"""The fields that were updated, as JSON pointers with the value before and after; at most 100."""


@dataclass(frozen=True, slots=True)
class EventType:
    """`title` is a template: its fields in braces are filled in when the event is recorded."""

    name: str
    title: str
    fields: Mapping[str, Field]
    required: frozenset[str]

    @property
    def subject(self) -> str:
        """The kind of resource that the event is about, such as `sale` in `sale.recorded`."""
        return self.name.partition(".")[0]

    def titled(self, **parts: Any) -> str:
        title = self.title.format_map(parts)
        return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"

    def accepts(self, data: Mapping[str, Any]) -> bool:
        """Whether the data has all required fields, and no unknown ones."""
        return self.required <= data.keys() <= self.fields.keys()

    def data_schema(self) -> dict[str, Any]:
        """The JSON Schema of its data."""
        return {
            "type": "object",
            "properties": {name: dict(field.schema) for name, field in self.fields.items()},
            "required": sorted(self.required),
            "additionalProperties": False,
        }
