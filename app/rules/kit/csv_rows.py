"""Resources as rows of a CSV file that is safe to open in a spreadsheet."""

import json
import unicodedata
from collections.abc import Collection
from typing import Any

Row = dict[str, str]
_BEGIN_FORMULAS = frozenset("=+-@")
_CUT_CELLS = ("\t", "\r", "\n")


def flat_row(record: dict[str, Any], decimals: Collection[str] = ()) -> Row:
    """Lists of plain values are joined with semicolons, other nested values are JSON, and null is an empty cell.

    `decimals` are the columns of numbers that are written as strings: a spreadsheet may add them up, as all numbers.
    """
    return {
        name: cell if name in decimals or _is_number(value) else escape_formula(cell)
        for name, value in record.items()
        for cell in (_cell(value),)
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


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
    """A spreadsheet evaluates a cell that begins like a formula; an apostrophe makes it text (OWASP, CSV injection).

    Some look past blanks and characters that nobody sees, and take the full-width signs of East Asian keyboards too.
    """
    return f"'{cell}" if _begins_formula(cell.lstrip("'")) else cell


def unescape_formula(cell: str) -> str:
    """What `escape_formula` made the cell of: an export can be imported again."""
    return cell[1:] if cell.startswith("'") and _begins_formula(cell.lstrip("'")) else cell


def _begins_formula(cell: str) -> bool:
    if not cell or cell[0].isalnum():  # nearly all of them
        return False
    first = next((c for c in cell if unicodedata.category(c)[0] not in "CZ"), "")
    return cell.startswith(_CUT_CELLS) or (first != "" and unicodedata.normalize("NFKC", first)[0] in _BEGIN_FORMULAS)
