"""Surveys: their questions and languages, their status, and the codes of receipts."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.rules.feedback import Side
from app.rules.surveys import definition_check as rules
from app.rules.surveys.surveys import QuestionKind, SurveyStatus
from app.schemas.kit.types import (
    LINES,
    Figure,
    Flag,
    Id,
    Label,
    Language,
    Moment,
    Name,
    PageQuery,
    Reference,
    Resource,
    Schema,
    Slug,
    Version,
    partial,
    text,
)

MOST_LANGUAGES = 50
Count = Annotated[int, Field(strict=True, ge=1, le=50)]


def _check_languages(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) > MOST_LANGUAGES:
        raise PydanticCustomError("too_long", "Must have at most 50 languages")
    return value


def _by_language(most: int, **more: Any) -> Any:
    """A schema without patterns of names, which generators of clients do not read."""
    text_schema = {"type": "string", "minLength": 1, "maxLength": most}
    description = "The text in each language of the survey, by its BCP 47 tag."
    return WithJsonSchema({"type": "object", "additionalProperties": more or text_schema, "description": description})


ShortText = Annotated[str, text(1_000)]
Paragraphs = Annotated[str, text(5_000, pattern=LINES)]
Wording = Annotated[dict[Language, ShortText], AfterValidator(_check_languages), _by_language(1_000)]
Texts = Annotated[dict[Language, Paragraphs], AfterValidator(_check_languages), _by_language(5_000)]
TextsChange = Annotated[
    dict[Language, Paragraphs | None],
    AfterValidator(_check_languages),
    _by_language(5_000, anyOf=[{"type": "string", "minLength": 1, "maxLength": 5_000}, {"type": "null"}]),
]


class QuestionChoice(Schema):
    """A choice of a question."""

    key: Slug
    """The key by which answers refer to the choice. It stays the same when the wording changes."""
    wording: Wording
    """The text of the choice, by language."""


class ShowIf(Schema):
    """A condition on the answer to an earlier question. Without any further field, any answer meets it."""

    question: Slug
    """The key of the earlier question."""
    at_least: Figure | None = None
    """The lowest number, inclusive, that the answer may be."""
    at_most: Figure | None = None
    """The highest number, inclusive, that the answer may be."""
    any_of: Annotated[list[Slug], Field(max_length=50)] = []
    """The keys of choices, of which the answer has to contain at least one. Empty: any choice."""
    yes_no: Literal["yes", "no"] | None = None
    """What the answer to a question of the kind `yes_no` has to be."""


class SurveyQuestion(Schema):
    """A question of a survey."""

    key: Slug
    """The key by which answers and measures refer to the question. It stays the same when the wording changes."""
    kind: QuestionKind
    """What is asked for. Answers to `nps`, `csat`, `ces` and `rating` are counted as ratings."""
    wording: Wording
    """The text of the question, by language."""
    required: Flag = False
    """Whether the question has to be answered where it is shown."""
    worst: Figure | None = None
    """The worst value of the scale, for `csat`, `ces`, `rating` and `number`. Requires `best`. Defaults to the usual
    scale of the kind; a `number` has none.
    """
    best: Figure | None = None
    """The best value of the scale, which may be lower than `worst` if low values are good."""
    choices: Annotated[list[QuestionChoice], Field(max_length=50)] = []
    """The choices, for `single_choice` and `multiple_choice`."""
    max_choices: Count | None = None
    """The number of choices that may be selected, for `multiple_choice`. No limit if null."""
    aspect: Label | None = None
    """What the rating is about, such as waiting time or freshness. If null, it is about everything."""
    side: Side = Side.EXPERIENCE
    """Whether the question is about what the customer experienced, or what they expect."""
    show_if: ShowIf | None = None
    """The condition on an earlier answer under which the question is shown. Shown always if null."""


class SurveyNew(Schema):
    """A survey to create: its questions, its languages and how long it can be answered."""

    code: Slug
    """The unique code of the survey, by which rules refer to it."""
    name: Name
    """What the survey is called. Customers see it as the title of the form."""
    languages: Annotated[list[Language], Field(min_length=1, max_length=MOST_LANGUAGES)]
    """The languages of the survey, as BCP 47 tags. The first is used for customers whose language is not among them."""
    introduction: Texts = {}
    """The text above the questions, by language."""
    thanks: Texts = {}
    """The text for those who have answered, by language."""
    questions: Annotated[list[SurveyQuestion], Field(min_length=1, max_length=50)]
    """The questions in the order in which they are asked. Each key may occur once."""
    for_receipts: Flag = False
    """Whether the survey is asked by the codes printed on receipts. Of several such surveys, the one opened last is
    used.
    """
    expires_days: Annotated[int, Field(strict=True, ge=1, le=365)] = 30
    """The number of days for which an invitation can be answered."""
    edit_hours: Annotated[int, Field(strict=True, ge=0, le=168)] = 24
    """The number of hours for which answers can be changed after they were given."""
    min_days_between_invitations: Annotated[int, Field(strict=True, ge=0, le=3_650)] = 30
    """The number of days to wait after the latest invitation of a customer, to whichever survey. With 0, there is no
    wait.
    """

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        return rules.faults(self.model_dump(mode="json"))


class _SurveyWhole(SurveyNew):
    introduction: TextsChange = {}  # type: ignore[assignment]
    thanks: TextsChange = {}  # type: ignore[assignment]


SurveyChange = partial(
    _SurveyWhole,
    "SurveyChange",
    "The fields of a survey to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)


class Survey(Resource):
    """A survey with its latest questions, published or not."""

    id: Id
    code: Slug
    """The unique code of the survey, by which rules refer to it."""
    name: Name
    """What the survey is called. Customers see it as the title of the form."""
    status: SurveyStatus
    published_version: Version | None
    """The version that customers see: the latest one when the survey was opened last. Null before that."""
    opened_at: Moment | None
    """When the survey was opened last. Null while it never was."""
    closed_at: Moment | None
    """When the survey was closed for good. Null while it is not."""
    languages: Annotated[list[Language], Field(max_length=MOST_LANGUAGES)]
    """The languages of the survey, as BCP 47 tags. The first is used for customers whose language is not among them."""
    introduction: Texts
    """The text above the questions, by language."""
    thanks: Texts
    """The text for those who have answered, by language."""
    questions: Annotated[list[SurveyQuestion], Field(max_length=50)]
    """The questions in the order in which they are asked. Each key may occur once."""
    for_receipts: bool
    """Whether the survey is asked by the codes printed on receipts. Of several such surveys, the one opened last is
    used.
    """
    expires_days: Annotated[int, Field(strict=True, ge=1, le=365)]
    """The number of days for which an invitation can be answered."""
    edit_hours: Annotated[int, Field(strict=True, ge=0, le=168)]
    """The number of hours for which answers can be changed after they were given."""
    min_days_between_invitations: Annotated[int, Field(strict=True, ge=0, le=3_650)]
    """The number of days to wait after the latest invitation of a customer, to whichever survey. With 0, there is no
    wait.
    """
    version: Version
    """The version of the resource. It increases with every change, including changes of the status."""
    created_at: Moment
    updated_at: Moment


class SurveyPage(Resource):
    items: Annotated[list[Survey], Field(max_length=200)]
    next_cursor: str | None


class SurveyQuery(PageQuery):
    code: Slug | None = None
    status: SurveyStatus | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class SurveyVersion(Resource):
    """A version of a survey."""

    version: Version
    """The number of the version. Numbers at which only the status changed are missing."""
    definition: SurveyNew
    """The whole survey as it was in this version."""
    actor: Label
    """The name of the API key that created the version."""
    created_at: Moment
    """When the version was created."""


class SurveyVersionPage(Resource):
    items: Annotated[list[SurveyVersion], Field(max_length=200)]
    next_cursor: str | None


Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{8,20}$", min_length=8, max_length=20)]


class AnswerCodeQuery(Schema):
    source: Label
    """The system that numbers the receipts, as in the `source` of sales."""
    receipt_no: Reference
    """The number of a receipt that is recorded, or will be."""


class AnswerCode(Resource):
    """The code of a receipt, with which its holder can answer a survey."""

    source: Label
    """The system that numbers the receipts, as in the `source` of sales."""
    receipt_no: Reference
    """The number of the receipt that the code is for."""
    code: Code
    """The code as `XXXX-XXXX`. It is read in upper and lower case, and with I, L and O for 1 and 0."""
