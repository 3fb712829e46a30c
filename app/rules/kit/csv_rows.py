"""Resources as rows of a CSV file that is safe to open in a spreadsheet."""

import json
from typing import Any

Row = dict[str, str]


def flat_row(record: dict[str, Any]) -> Row:
    """Lists of plain values are joined with semicolons, other nested values are JSON, and null is an empty cell."""
    return {name: escape_formula(_cell(value)) for name, value in record.items()}


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() if not any(isinstance(part, list | dict) for part in value):
            return "; ".join(_cell(part) for part in value)
        case list() | dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def escape_formula(cell: str) -> str:
    """A spreadsheet evaluates a cell that begins like a formula; an apostrophe makes it text (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
