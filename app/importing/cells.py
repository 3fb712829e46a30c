"""A cell into the value of a field, or a sentence that says why not.

Numbers. Decimal strings pass exactly as they are spelled; a workbook's floats are spelled with the 15 digits that a
spreadsheet has (2.55, and 3 rather than 3.0). A comma is accepted as the decimal point where a file is delimited by
`;`, and elsewhere where it cannot separate thousands (`2,55`, `0,375`, `1.234,56`). Thousands separators are accepted
where they cannot be a decimal point (`1,234.56`, `1,234,567`). What could be either (`1,234`; or `1.234` in a file
delimited by `;`) is refused: a price must not be guessed a thousandfold.

References are ids in other systems: `17850.0` is 17850, what a gap in the column made of it.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.importing.fields import Field, Shape
from app.importing.rows import Cell
from app.importing.timestamps import Moments, Unreadable

TRUE, FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_COMMA = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+),[0-9]+")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
_DOTTED_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3}){2,}")
_THREE = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_POINT_ZERO = re.compile(r"[0-9]+\.0")
_SPLIT = re.compile(r"[;|\r\n]")


@dataclass(frozen=True)
class Style:
    """How the cells of one file are written."""

    moments: Moments
    comma_decimals: bool = False

    def value(self, field: Field, cell: Cell) -> Any:
        """The value of a field; None where the cell is empty. Unreadable says what is wrong."""
        if cell is None or (isinstance(cell, str) and not (cell := cell.strip())):
            return None
        if field.many:
            parts = [part for piece in _SPLIT.split(spelled(cell)) if (part := piece.strip())]
            return [self._one(field, part) for part in parts] or None
        return self._one(field, cell)

    def _one(self, field: Field, cell: Cell) -> Any:
        match field.shape:
            case Shape.TEXT | Shape.ID:
                return spelled(cell)
            case Shape.REFERENCE:
                return reference(cell)
            case Shape.DECIMAL:
                return decimal(cell, self.comma_decimals)
            case Shape.INTEGER:
                return integer(cell)
            case Shape.NUMBER:
                return float(decimal(cell, self.comma_decimals))
            case Shape.FLAG:
                return flag(cell)
            case Shape.CHOICE:
                return choice(cell, field.choices)
            case Shape.MOMENT:
                return self.moments.moment(cell)
            case Shape.DAY:
                return self.moments.day(cell)


def spelled(cell: Cell) -> str:
    """Any cell as text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        whole = cell.is_integer() and abs(cell) < 2**53
        return str(int(cell)) if whole else format(Decimal(f"{cell:.15g}"), "f")
    return cell.isoformat() if isinstance(cell, datetime | date) else str(cell)


def reference(cell: Cell) -> str:
    text = spelled(cell)
    return text[:-2] if _POINT_ZERO.fullmatch(text) else text


def decimal(cell: Cell, comma_decimals: bool = False) -> str:
    """A number as a decimal string. Neither rounded nor padded."""
    if isinstance(cell, bool | date):
        raise Unreadable("decimal_string", f"{spelled(cell)!r} is not a number")
    text = spelled(cell).replace("\u00a0", "").replace("\u202f", "").replace("\u2212", "-")
    if comma_decimals and _THREE.fullmatch(text) and "." in text:
        raise Unreadable("ambiguous_number", f"{text!r} could be {text.replace('.', '')} or {text}")
    if _PLAIN.fullmatch(text):
        return _tidy(text)
    if _SCIENTIFIC.fullmatch(text):
        return format(Decimal(text), "f")
    if _THREE.fullmatch(text) and not comma_decimals:
        raise Unreadable("ambiguous_number", f"{text!r} could be {text.replace(',', '')} or {text.replace(',', '.')}")
    if _COMMA.fullmatch(text):
        return _tidy(text.replace(".", "").replace(",", "."))
    if _GROUPED.fullmatch(text):
        return _tidy(text.replace(",", ""))
    if _DOTTED_GROUPS.fullmatch(text):
        return _tidy(text.replace(".", ""))
    raise Unreadable("decimal_string", f"{text!r} is not a number")


def integer(cell: Cell) -> int:
    text = reference(cell)
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise Unreadable("integer", f"{text!r} is not a whole number")
    return int(text)


def flag(cell: Cell) -> bool:
    text = spelled(cell).casefold()
    if text not in TRUE | FALSE:
        raise Unreadable("flag", f"{text!r} is neither true, yes, 1 nor false, no, 0")
    return text in TRUE


def choice(cell: Cell, choices: tuple[str, ...]) -> str:
    """One of the words of the API, however it is capitalised and joined: `In store` is in_store."""
    text = spelled(cell)
    word = re.sub(r"[\s-]+", "_", text.casefold())
    if word not in choices:
        raise Unreadable("choice", f"{text!r} is none of {', '.join(choices)}")
    return str(word)


def _tidy(text: str) -> str:
    """The spelling the API takes: no plus, and digits on both sides of the point."""
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text.removeprefix("+"))
    whole, _, fraction = digits.partition(".")
    return f"{sign}{whole or '0'}" + (f".{fraction}" if fraction else "")
