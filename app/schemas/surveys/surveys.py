"""Surveys: what customers are asked, in which languages, and which of it is asked now."""

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
    Resource,
    Schema,
    Slug,
    Version,
    partial,
    text,
)

MOST_LANGUAGES = 50
Count = Annotated[int, Field(strict=True, ge=1, le=50)]


def _few(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) > MOST_LANGUAGES:
        raise PydanticCustomError("too_long", "Must have at most 50 languages")
    return value


def _by_language(most: int, **more: Any) -> Any:
    """Told without patterns of names, which generators of clients do not read."""
    told = {"type": "string", "minLength": 1, "maxLength": most}
    said = "By language (BCP 47): each of the survey's, and no other."
    return WithJsonSchema({"type": "object", "additionalProperties": more or told, "description": said})


Said = Annotated[str, text(1_000)]
Paragraphs = Annotated[str, text(5_000, pattern=LINES)]
Wording = Annotated[dict[Language, Said], AfterValidator(_few), _by_language(1_000)]
Texts = Annotated[dict[Language, Paragraphs], AfterValidator(_few), _by_language(5_000)]
TextsChange = Annotated[
    dict[Language, Paragraphs | None],
    AfterValidator(_few),
    _by_language(5_000, anyOf=[{"type": "string", "minLength": 1, "maxLength": 5_000}, {"type": "null"}]),
]


class QuestionChoice(Schema):
    """One of those that can be chosen."""

    key: Slug
    """What answers name it by: stays the same when its wording changes."""
    wording: Wording


class ShowIf(Schema):
    """What has to have been answered to an earlier question. With no more than the question: anything at all."""

    question: Slug
    at_least: Figure | None = None
    at_most: Figure | None = None
    any_of: Annotated[list[Slug], Field(max_length=50)] = []
    """One of these choices at least. Empty: whichever."""
    yes_no: Literal["yes", "no"] | None = None


class SurveyQuestion(Schema):
    """One question."""

    key: Slug
    """What answers and measures name it by: stays the same when its wording changes."""
    kind: QuestionKind
    """`nps`, `csat`, `ces` and `rating` count as ratings."""
    wording: Wording
    required: Flag = False
    worst: Figure | None = None
    """Of `csat`, `ces`, `rating` and `number`, with `best`. Left out: the usual scale; any number."""
    best: Figure | None = None
    choices: Annotated[list[QuestionChoice], Field(max_length=50)] = []
    max_choices: Count | None = None
    """Of `multiple_choice`: at most so many. Left out: all."""
    aspect: Label | None = None
    """What the rating is about: waiting time, freshness. Left out: everything."""
    side: Side = Side.EXPERIENCE
    """`expectation`: how it should have been, to be set beside how it was."""
    show_if: ShowIf | None = None
    """Asked only where this was answered before."""


class SurveyNew(Schema):
    """What is asked."""

    code: Slug
    """Unique."""
    name: Name
    languages: Annotated[list[Language], Field(min_length=1, max_length=MOST_LANGUAGES)]
    """The first is used where none of the others fits."""
    introduction: Texts = {}
    thanks: Texts = {}
    questions: Annotated[list[SurveyQuestion], Field(min_length=1, max_length=50)]
    """In the order in which they are asked; each key once."""
    for_receipts: Flag = False
    """Asked at the till and on receipts: of several that are open, the one that was opened last."""
    expires_days: Annotated[int, Field(strict=True, ge=1, le=365)] = 30
    """So long an invitation can be answered."""
    edit_hours: Annotated[int, Field(strict=True, ge=0, le=168)] = 24
    """So long answers can be changed once they were given."""
    min_days_between_invitations: Annotated[int, Field(strict=True, ge=0, le=3_650)] = 30
    """Nobody is asked who was asked anything in so many days before."""

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        return rules.faults(self.model_dump(mode="json"))


class _SurveyWhole(SurveyNew):
    introduction: TextsChange = {}  # type: ignore[assignment]
    thanks: TextsChange = {}  # type: ignore[assignment]


SurveyChange = partial(
    _SurveyWhole,
    "SurveyChange",
    "What changes of a survey: the list of questions is replaced whole, null takes a value away.",
)


class Survey(Resource):
    id: Id
    code: Slug
    name: Name
    status: SurveyStatus
    published_version: Version | None
    """What is asked: the version that was the newest one when it was opened last."""
    opened_at: Moment | None
    """When it was opened last."""
    closed_at: Moment | None
    languages: Annotated[list[Language], Field(max_length=MOST_LANGUAGES)]
    introduction: Texts
    thanks: Texts
    questions: Annotated[list[SurveyQuestion], Field(max_length=50)]
    for_receipts: bool
    expires_days: Annotated[int, Field(strict=True, ge=1, le=365)]
    edit_hours: Annotated[int, Field(strict=True, ge=0, le=168)]
    min_days_between_invitations: Annotated[int, Field(strict=True, ge=0, le=3_650)]
    version: Version
    """Rises with every change, that of the status included."""
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
    version: Version
    """The number that it had: where only the status changed, there is none."""
    definition: SurveyNew
    """The whole survey as it was."""
    actor: Label
    """Whose key made it so."""
    created_at: Moment


class SurveyVersionPage(Resource):
    items: Annotated[list[SurveyVersion], Field(max_length=200)]
    next_cursor: str | None


Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{8,20}$", min_length=8, max_length=20)]


class AnswerCodeQuery(Schema):
    source: Annotated[Label, Field(description="The system that numbers the receipts, as `source` of sales has it.")]
    receipt_no: Annotated[str, text(200), Field(description="Of a receipt that is known, or that is yet to be given.")]


class AnswerCode(Resource):
    """What is printed on a receipt, so that its holder may answer."""

    source: Label
    receipt_no: Annotated[str, text(200)]
    code: Code
    """`XXXX-XXXX`: read in any case, and with I, L and O for 1 and 0."""
