"""The public side of surveys: the form and its answers."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.surveys.surveys import LONGEST_TEXT, QuestionKind
from app.schemas.kit.comparison import UNORDERED
from app.schemas.kit.types import LINES, Figure, Label, Language, Moment, Name, Reference, Resource, Schema, Slug, text
from app.schemas.surveys.surveys import Code, Paragraphs, ShortText, ShowIf

_LANGUAGE = "The preferred language, a BCP 47 tag. Defaults to that of the invitation, or else the first of the survey."
ReceiptNumber = Reference
Written = Annotated[str, text(LONGEST_TEXT, pattern=LINES)]


class SurveyFormChoice(Resource):
    """A choice in the language of the form."""

    key: Slug
    """The key to send when the choice is selected."""
    wording: ShortText
    """The text of the choice."""


class SurveyFormQuestion(Resource):
    """A question in the language of the form."""

    key: Slug
    """The key by which the answer refers to the question."""
    kind: QuestionKind
    """What is asked for, which decides the field of the answer to use."""
    wording: ShortText
    """The text of the question."""
    required: bool
    """Whether the question has to be answered where it is shown."""
    worst: Figure | None
    """The worst value of the scale. Null if the question has no scale."""
    best: Figure | None
    """The best value of the scale. Null if the question has no scale."""
    choices: Annotated[list[SurveyFormChoice], Field(max_length=50)]
    """The choices, for `single_choice` and `multiple_choice`."""
    max_choices: Annotated[int, Field(ge=1, le=50)] | None
    """The number of choices that may be selected. Null if there is no limit."""
    show_if: ShowIf | None
    """The condition on an earlier answer under which the question is shown. The earlier question has to be shown
    itself.
    """


class SurveyFormAnswer(Resource):
    """An answer that was given. The kind of the question decides which of the four fields is used."""

    question: Slug
    """The key of the question that is answered."""
    value: Figure | None = None
    """The answer to a question with a number."""
    choices: Annotated[list[Slug], Field(max_length=50)] = []
    """The keys of the choices that were selected."""
    yes_no: Literal["yes", "no"] | None = None
    """The answer to a question of the kind `yes_no`."""
    text: Written | None = None
    """The answer to a question of the kind `text`."""


class SurveyForm(Resource):
    """The form of a survey in one language, and the answers given so far."""

    name: Name
    """The title of the form."""
    language: Language
    """The language of the form, a BCP 47 tag."""
    languages: Annotated[list[Language], Field(max_length=50)]
    """The languages in which the form is available."""
    introduction: Paragraphs | None
    """The text above the questions. Null if there is none."""
    thanks: Paragraphs | None
    """The text for those who have answered. Null if there is none."""
    questions: Annotated[list[SurveyFormQuestion], Field(max_length=50)]
    """The questions in the order in which they are asked."""
    answers: Annotated[list[SurveyFormAnswer], Field(max_length=50)]
    """The answers given so far, while they can still be changed."""
    answered_at: Moment | None
    """When the form was answered. Null while it is not."""
    editable_until: Moment | None
    """Until when the answers can be changed. Null while there are none."""
    expires_at: Moment | None
    """Until when the form can be answered. Null for receipts, which do not expire."""


class SurveyAnswerNew(Schema):
    """The answer to a question. The kind of the question decides which of the four fields to use."""

    question: Slug
    """The key of the question that is answered."""
    value: Figure | None = None
    """The answer to `nps`, `csat`, `ces`, `rating` and `number`."""
    choices: Annotated[list[Slug], Field(max_length=50), UNORDERED] | None = None
    """The keys of the selected choices, for `single_choice` and `multiple_choice`."""
    yes_no: Literal["yes", "no"] | None = None
    """The answer to a question of the kind `yes_no`."""
    text: Written | None = None
    """The answer to a question of the kind `text`."""


class SurveyAnswersNew(Schema):
    """The answers to a survey form."""

    answers: Annotated[list[SurveyAnswerNew], Field(max_length=50)]
    """All answers, each time they are sent. A question that is left out is not answered."""
    language: Language | None = None
    """The language in which the form was shown."""


class ReceiptAnswersNew(SurveyAnswersNew):
    """The answers of the holder of a receipt."""

    source: Label
    """The system that numbered the receipt."""
    receipt_no: ReceiptNumber
    """The number of the receipt, as it is printed on it."""
    code: Code
    """The code that is printed on the receipt."""


class SurveyFormQuery(Schema):
    language: Annotated[Language | None, Field(description=_LANGUAGE)] = None


class ReceiptSurveyFormQuery(SurveyFormQuery):
    source: Label
    """The system that numbered the receipt."""
    receipt_no: ReceiptNumber
    """The number of the receipt, as it is printed on it."""
    code: Code
    """The code that is printed on the receipt, in upper or lower case, with or without its hyphen."""
