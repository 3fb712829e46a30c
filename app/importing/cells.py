"""Converts cells to the values of fields, or says why a cell cannot be converted.

Numbers. Decimal strings pass unchanged; a workbook's floats are written with the 15 significant digits that a
spreadsheet keeps (2.55, and 3 rather than 3.0). A comma is accepted as the decimal point where a file is delimited by
`;`, and elsewhere where it cannot separate thousands (`2,55`, `0,375`, `1.234,56`). Thousands separators are accepted
where they cannot be a decimal point (`1,234.56`, `1,234,567`). What could be either (`1,234`; or `1.234` in a file
delimited by `;`) is refused: a wrong guess would change a price by a factor of a thousand.

An apostrophe before what a spreadsheet would take for a formula is how an export marks text: it is taken away again.

References are ids in other systems: `17850.0` is 17850, which is how a spreadsheet writes it where the column has gaps.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.importing.fields import Field, Shape
from app.importing.rows import Cell
from app.importing.timestamps import TimestampFormat, UnreadableCell
from app.rules.kit.csv_rows import unescape_formula

TRUE, FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
_DECIMAL_POINT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_DECIMAL_COMMA = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+),[0-9]+")
_COMMA_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
_DOT_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3}){2,}")
_AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_INTEGRAL_FLOAT = re.compile(r"[0-9]+\.0")
_LIST_SEPARATORS = re.compile(r"[;|\r\n]")


@dataclass(frozen=True)
class CellFormat:
    """How the cells of a file are to be read."""

    timestamps: TimestampFormat
    comma_decimals: bool = False

    def parse(self, field: Field, cell: Cell) -> Any:
        """The value of a field; None where the cell is empty. Raises UnreadableCell."""
        if cell is None or (isinstance(cell, str) and not (cell := unescape_formula(cell.strip()).strip())):
            return None
        if field.is_list:
            parts = [part for piece in _LIST_SEPARATORS.split(as_text(cell)) if (part := piece.strip())]
            return [self._parse_single(field, part) for part in parts] or None
        return self._parse_single(field, cell)

    def _parse_single(self, field: Field, cell: Cell) -> Any:
        match field.shape:
            case Shape.TEXT | Shape.ID:
                return as_text(cell)
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
            case Shape.TIMESTAMP:
                return self.timestamps.to_timestamp(cell)
            case Shape.DATE:
                return self.timestamps.to_date(cell)


def as_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        whole = cell.is_integer() and abs(cell) < 2**53
        return str(int(cell)) if whole else format(Decimal(f"{cell:.15g}"), "f")
    return cell.isoformat() if isinstance(cell, datetime | date) else str(cell)


def reference(cell: Cell) -> str:
    text = as_text(cell)
    return text[:-2] if _INTEGRAL_FLOAT.fullmatch(text) else text


def decimal(cell: Cell, comma_decimals: bool = False) -> str:
    """A number as a decimal string, neither rounded nor padded."""
    if isinstance(cell, bool | date):
        raise UnreadableCell("decimal_string", f"{as_text(cell)!r} is not a number")
    text = as_text(cell).replace("\u00a0", "").replace("\u202f", "").replace("\u2212", "-")
    if comma_decimals and _AMBIGUOUS.fullmatch(text) and "." in text:
        raise UnreadableCell("ambiguous_number", f"{text!r} could be {text.replace('.', '')} or {text}")
    if _DECIMAL_POINT.fullmatch(text):
        return _canonical(text)
    if _SCIENTIFIC.fullmatch(text):
        return format(Decimal(text), "f")
    if _AMBIGUOUS.fullmatch(text) and not comma_decimals:
        readings = f"{text.replace(',', '')} or {text.replace(',', '.')}"
        raise UnreadableCell("ambiguous_number", f"{text!r} could be {readings}")
    if _DECIMAL_COMMA.fullmatch(text):
        return _canonical(text.replace(".", "").replace(",", "."))
    if _COMMA_GROUPS.fullmatch(text):
        return _canonical(text.replace(",", ""))
    if _DOT_GROUPS.fullmatch(text):
        return _canonical(text.replace(".", ""))
    raise UnreadableCell("decimal_string", f"{text!r} is not a number")


def integer(cell: Cell) -> int:
    text = reference(cell)
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise UnreadableCell("integer", f"{text!r} is not a whole number")
    return int(text)


def flag(cell: Cell) -> bool:
    text = as_text(cell).casefold()
    if text not in TRUE | FALSE:
        raise UnreadableCell("flag", f"{text!r} is neither true, yes, 1 nor false, no, 0")
    return text in TRUE


def choice(cell: Cell, choices: tuple[str, ...]) -> str:
    """A value of an enum of the API, in any capitalisation and with any separator: `In store` is in_store."""
    text = as_text(cell)
    word = re.sub(r"[\s-]+", "_", text.casefold())
    if word not in choices:
        raise UnreadableCell("choice", f"{text!r} is not one of {', '.join(choices)}")
    return str(word)


def _canonical(text: str) -> str:
    """A decimal string as the API requires it: no plus sign, and digits on both sides of the point."""
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text.removeprefix("+"))
    whole, _, fraction = digits.partition(".")
    return f"{sign}{whole or '0'}" + (f".{fraction}" if fraction else "")
