"""The public side of surveys: the form that somebody fills in, and what they answer."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.surveys.surveys import LONGEST_TEXT, QuestionKind
from app.schemas.kit.types import LINES, Figure, Label, Language, Moment, Name, Resource, Schema, Slug, text
from app.schemas.surveys.surveys import Code, Paragraphs, Said, ShowIf

_WANTED = "BCP 47. Left out, or none of the survey's: the invitation's language, else the survey's own."
ReceiptNumber = Annotated[str, text(200)]
Written = Annotated[str, text(LONGEST_TEXT, pattern=LINES)]


class SurveyFormChoice(Resource):
    key: Slug
    wording: Said


class SurveyFormQuestion(Resource):
    """A question in the language of the form."""

    key: Slug
    kind: QuestionKind
    wording: Said
    required: bool
    """Where it is asked, it has to be answered."""
    worst: Figure | None
    """The scale of figures."""
    best: Figure | None
    choices: Annotated[list[SurveyFormChoice], Field(max_length=50)]
    max_choices: Annotated[int, Field(ge=1, le=50)] | None
    show_if: ShowIf | None
    """Asked only where this was answered before, and the question before is asked itself."""


class SurveyFormAnswer(Resource):
    """What was answered: one of the four."""

    question: Slug
    value: Figure | None = None
    choices: Annotated[list[Slug], Field(max_length=50)] = []
    yes_no: Literal["yes", "no"] | None = None
    text: Written | None = None


class SurveyForm(Resource):
    """What is asked, and what was answered so far."""

    name: Name
    language: Language
    languages: Annotated[list[Language], Field(max_length=50)]
    """In which it can be had."""
    introduction: Paragraphs | None
    thanks: Paragraphs | None
    """To be shown to those who have answered."""
    questions: Annotated[list[SurveyFormQuestion], Field(max_length=50)]
    answers: Annotated[list[SurveyFormAnswer], Field(max_length=50)]
    """What was answered, while it may still be changed."""
    answered_at: Moment | None
    editable_until: Moment | None
    """Until then the answers can be changed. Null before there are any."""
    expires_at: Moment | None
    """Until then it can be answered. Null for receipts."""


class SurveyAnswerNew(Schema):
    """The answer to one question: which of the four, the question's kind decides."""

    question: Slug
    value: Figure | None = None
    """`nps`, `csat`, `ces`, `rating` and `number`."""
    choices: Annotated[list[Slug], Field(max_length=50)] | None = None
    """`single_choice` and `multiple_choice`: the keys of what was chosen."""
    yes_no: Literal["yes", "no"] | None = None
    """`yes_no`."""
    text: Written | None = None
    """`text`."""


class SurveyAnswersNew(Schema):
    """What somebody answers."""

    answers: Annotated[list[SurveyAnswerNew], Field(max_length=50)]
    """All of them each time: what is left out is not answered."""
    language: Language | None = None
    """In which the questions were read."""


class ReceiptAnswersNew(SurveyAnswersNew):
    """What the holder of a receipt answers."""

    source: Label
    receipt_no: ReceiptNumber
    code: Code
    """As it is printed on the receipt."""


class SurveyFormQuery(Schema):
    language: Annotated[Language | None, Field(description=_WANTED)] = None


class ReceiptSurveyFormQuery(SurveyFormQuery):
    source: Annotated[Label, Field(description="The system that numbered the receipt.")]
    receipt_no: Annotated[ReceiptNumber, Field(description="As it is printed on the receipt.")]
    code: Annotated[
        Code, Field(description="As it is printed on the receipt: in any case, with or without its hyphen.")
    ]
