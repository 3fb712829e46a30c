"""The types of texts: names and notes are kept as they are, identifiers are stripped, and none may be blank."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from app.rules.kit import payment_cards, texts

# Everything but the control characters that no name, note or number contains.
ONE_LINE = r"^[^\u0000-\u001F\u007F]*$"
LINES = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F]*$"
_VISIBLE = r"[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]"
"""In the regular expressions of pydantic, where it costs next to nothing; `rules.kit.texts.is_blank` says the same."""
# The same, with at least one character that is not white space: published, in the dialect that clients know.
_PUBLISHED = {
    ONE_LINE: r"^[^\S\u0000-\u001F\u007F]*[^\s\u0000-\u001F\u007F][^\u0000-\u001F\u007F]*$",
    LINES: r"^\s*[^\s\u0000-\u001F][^\u0000-\u0008\u000B\u000C\u000E-\u001F]*$",
}


@dataclass(frozen=True, slots=True)
class _Text:
    most: int
    pattern: str
    identifier: bool = False

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        bounded = core_schema.str_schema(min_length=1, max_length=self.most, pattern=self.pattern)
        if self.identifier:
            return core_schema.no_info_before_validator_function(_identifier, bounded)
        return core_schema.chain_schema([bounded, core_schema.str_schema(pattern=_VISIBLE)])

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.most, "pattern": _PUBLISHED[self.pattern]}


def text(most: int, pattern: str = ONE_LINE) -> Any:
    """A text that is kept byte for byte. One without a visible character is refused."""
    return _Text(most, pattern)


def code(most: int) -> Any:
    """A text that others are compared with by equality: blanks around it are removed, and it is stored in NFC."""
    return _Text(most, ONE_LINE, identifier=True)


@dataclass(frozen=True, slots=True)
class _BlankIsAbsent:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(_none_if_blank, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        published = handler(schema)
        for choice in published.get("anyOf", ()):
            if choice.get("type") == "string":
                choice.pop("minLength", None)
                choice["pattern"] = ONE_LINE
        return published


BLANK_IS_ABSENT = _BlankIsAbsent()
"""In the annotation of an optional text of one line: a till that has nothing to say may say it with blanks."""


def is_one_line(note: object) -> bool:
    """Whether this, in the annotation of a field, makes it a text of one line."""
    return isinstance(note, _Text) and note.pattern == ONE_LINE


def is_control_pattern(pattern: object) -> bool:
    return pattern in (ONE_LINE, LINES)


def is_visible_pattern(pattern: object) -> bool:
    return pattern == _VISIBLE


BLANK_DETAIL = "Must have at least one visible character"


def _none_if_blank(value: object) -> object:
    return None if isinstance(value, str) and texts.is_blank(value) else value


def _identifier(value: object) -> object:
    if not isinstance(value, str):
        return value
    spelled = texts.identifier(value)
    if value and (not spelled or (not spelled.isascii() and texts.is_blank(spelled))):
        raise PydanticCustomError("blank", BLANK_DETAIL)
    return spelled


def _without_card_number(value: str) -> str:
    if payment_cards.has_card_number(value):
        raise PydanticCustomError("payment_card_number", payment_cards.REFUSAL)
    return value


Label = Annotated[str, code(100)]
"""A name by which records are grouped and filtered: a site, a till, a member of staff, a category."""
OwnCode = Annotated[Label, AfterValidator(_without_card_number)]
"""The code of a new record. Others name it in fields that take no number of a payment card, so it has none either."""
Name = Annotated[str, text(300)]
Line = Annotated[str, text(1_000)]
Note = Annotated[str, text(50_000, pattern=LINES)]
Reference = Annotated[str, code(200)]
"""An id that an external system uses: a receipt number, a loyalty card, a message id."""
Tag = Annotated[str, code(60)]
