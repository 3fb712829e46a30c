"""Surveys: kinds of questions, checking answers, and which questions are shown after which answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from app.rules.feedback import SCALES, FeedbackMetric, Scale


class SurveyStatus(StrEnum):
    """Whether a survey can be answered. A `closed` one never can again."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class InvitationState(StrEnum):
    """What happened to an invitation. One that expires keeps its state."""

    PENDING = "pending"
    SENT = "sent"
    ANSWERED = "answered"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    """What it was about fell away: a sale that was voided or returned, a complaint that was withdrawn, an interaction
    that was cancelled or missed. Or nobody was left who may be invited about it, before it was sent.
    """


class QuestionKind(StrEnum):
    """What a question asks for. Answers to the first four kinds are counted as ratings."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    RATING = "rating"
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"


_S = SurveyStatus
MOVES: dict[str, tuple[frozenset[SurveyStatus], SurveyStatus]] = {
    "open": (frozenset({_S.DRAFT, _S.OPEN, _S.PAUSED}), _S.OPEN),
    "pause": (frozenset({_S.OPEN}), _S.PAUSED),
    "close": (frozenset({_S.DRAFT, _S.OPEN, _S.PAUSED}), _S.CLOSED),
}
"""The states that a move may be made from, and the state it leads to. Opening an open survey publishes its changes."""
METRICS = {
    QuestionKind.NPS: FeedbackMetric.NPS,
    QuestionKind.CSAT: FeedbackMetric.CSAT,
    QuestionKind.CES: FeedbackMetric.CES,
    QuestionKind.RATING: FeedbackMetric.RATING,
}
NUMERIC_KINDS = frozenset({*METRICS, QuestionKind.NUMBER})
CHOICE_KINDS = frozenset({QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE})
LONGEST_TEXT = 5_000
LONGEST_TEXTS = 40_000
"""Of all text answers of one person together."""

Fault = tuple[str, str, str]
"""Pointer, code and detail of something that is wrong."""


class Condition(NamedTuple):
    """On the answer to an earlier question; without any test, that it was answered."""

    question: str
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    any_of: tuple[str, ...] = ()
    yes_no: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Has one of four values; the kind of the question decides which."""

    question: str
    value: Decimal | None = None
    choices: tuple[str, ...] | None = None
    yes_no: str | None = None
    text: str | None = None

    def values(self) -> dict[str, Any]:
        """The values that are present, as JSON; equal answers are formatted alike."""
        values = {
            "value": None if self.value is None else _format_decimal(self.value),
            "choices": None if self.choices is None else list(self.choices),
            "yes_no": self.yes_no,
            "text": self.text,
        }
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    kind: QuestionKind
    required: bool = False
    scale: Scale | None = None
    """Of numeric kinds; a number may have none."""
    choices: tuple[str, ...] = ()
    """Their keys."""
    max_choices: int | None = None
    show_if: Condition | None = None

    @property
    def field(self) -> str:
        """The field of its answers."""
        return _FIELDS.get(self.kind, "value")


class CheckedAnswers(NamedTuple):
    """Either faults, or all answers in the order of their questions."""

    accepted: tuple[Answer, ...]
    faults: tuple[Fault, ...]


_FIELDS = {
    QuestionKind.SINGLE_CHOICE: "choices",
    QuestionKind.MULTIPLE_CHOICE: "choices",
    QuestionKind.TEXT: "text",
    QuestionKind.YES_NO: "yes_no",
}


def allowed_moves(status: SurveyStatus) -> list[str]:
    """The moves that may be made from a status."""
    return [move for move, (statuses, _) in MOVES.items() if status in statuses]


def parse_questions(definition: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions of a definition, as JSON has it: decimals may be strings."""
    return tuple(parse_question(question) for question in definition["questions"])


def shown_questions(questions: Iterable[Question], answers: Mapping[str, Answer]) -> list[Question]:
    """The questions that are shown given these answers; those that depend on a hidden one are hidden too."""
    shown: dict[str, Question] = {}
    for question in questions:
        if question.show_if is None or _is_met(question.show_if, shown, answers):
            shown[question.key] = question
    return list(shown.values())


def check_answers(questions: Sequence[Question], answers: Sequence[Answer]) -> CheckedAnswers:
    """What is wrong with these answers, with pointers into `/answers`; or the answers as they are stored."""
    faults: list[Fault] = []
    by_name = {question.key: question for question in questions}
    indexes: dict[str, int] = {}
    for n, answer in enumerate(answers):
        if answer.question not in by_name:
            faults.append((f"/answers/{n}/question", "not_found", "Question not found in the survey"))
        elif answer.question in indexes:
            faults.append((f"/answers/{n}/question", "duplicate", "Duplicate answer to this question"))
        else:
            indexes[answer.question] = n
            faults += _answer_faults(n, by_name[answer.question], answer)
    by_key = {key: answers[n] for key, n in indexes.items()}
    shown = shown_questions(questions, by_key)
    shown_keys = {question.key for question in shown}
    for key, n in indexes.items():
        if key not in shown_keys:
            detail = "The question does not apply, given the other answers"
            faults.append((f"/answers/{n}/question", "not_asked", detail))
    faults += [
        ("/answers", "missing", f"The required question {question.key} is not answered")
        for question in shown
        if question.required and question.key not in by_key
    ]
    if sum(len(answer.text or "") for answer in by_key.values()) > LONGEST_TEXTS:
        faults.append(("/answers", "too_long", f"All texts together must have at most {LONGEST_TEXTS} characters"))
    if faults:
        return CheckedAnswers((), tuple(faults))
    return CheckedAnswers(
        tuple(_in_offered_order(question, by_key[question.key]) for question in shown if question.key in by_key), ()
    )


def match_language(languages: Sequence[str], requested: str | None) -> str | None:
    """The language to be used where this one is requested: lookup of RFC 4647, section 3.4, or else a related one."""
    if requested is None:
        return None
    by_name = {language.lower(): language for language in reversed(languages)}
    parts = requested.lower().split("-")
    for length in range(len(parts), 0, -1):
        if (found := by_name.get("-".join(parts[:length]))) is not None:
            return found
    return next((language for language in languages if language.lower().split("-")[0] == parts[0]), None)


def choose_language(languages: Sequence[str], *requested: str | None) -> str:
    """The first requested language that the survey has, or else its first language."""
    matches = (match_language(languages, language) for language in requested)
    return next((language for language in matches if language is not None), languages[0])


def parse_question(definition: Mapping[str, Any]) -> Question:
    kind = QuestionKind(definition["kind"])
    scale = SCALES[METRICS[kind]] if kind in METRICS else None
    if definition.get("worst") is not None and definition.get("best") is not None:
        scale = Scale(Decimal(definition["worst"]), Decimal(definition["best"]))
    test = definition.get("show_if")
    return Question(
        definition["key"],
        kind,
        definition.get("required", False),
        scale,
        tuple(choice["key"] for choice in definition.get("choices", ())),
        definition.get("max_choices"),
        None if test is None else _parse_condition(test),
    )


def _parse_condition(test: Mapping[str, Any]) -> Condition:
    least, most = test.get("at_least"), test.get("at_most")
    return Condition(
        test["question"],
        None if least is None else Decimal(least),
        None if most is None else Decimal(most),
        tuple(test.get("any_of") or ()),
        test.get("yes_no"),
    )


def _is_met(test: Condition, shown: Mapping[str, Question], answers: Mapping[str, Answer]) -> bool:
    answer = answers.get(test.question)
    if test.question not in shown or answer is None:
        return False
    value = answer.value
    if test.at_least is not None and (value is None or value < test.at_least):
        return False
    if test.at_most is not None and (value is None or value > test.at_most):
        return False
    if test.any_of and not set(test.any_of) & set(answer.choices or ()):
        return False
    return test.yes_no is None or answer.yes_no == test.yes_no


def _answer_faults(n: int, question: Question, answer: Answer) -> Iterator[Fault]:
    values = answer.values()
    if set(values) != {question.field}:
        yield f"/answers/{n}", "kind", f"Must be answered with `{question.field}` only"
    elif answer.value is not None:
        pointer = f"/answers/{n}/value"
        if question.scale is not None and not question.scale.holds(answer.value):
            low, high = (_format_decimal(bound) for bound in sorted(question.scale))
            yield pointer, "scale", f"Must be between {low} and {high}"
        elif question.kind is QuestionKind.NPS and answer.value != answer.value.to_integral_value():
            yield pointer, "scale", "Must be a whole number"
    elif answer.choices is not None:
        yield from _choice_faults(f"/answers/{n}/choices", question, answer.choices)
    elif answer.text is not None and len(answer.text) > LONGEST_TEXT:
        yield f"/answers/{n}/text", "too_long", f"Must have at most {LONGEST_TEXT} characters"
    elif answer.yes_no is not None and answer.yes_no not in ("yes", "no"):
        yield f"/answers/{n}/yes_no", "enum", "Must be yes or no"


def _choice_faults(pointer: str, question: Question, choices: Sequence[str]) -> Iterator[Fault]:
    most = 1 if question.kind is QuestionKind.SINGLE_CHOICE else question.max_choices
    for n, choice in enumerate(choices):
        if choice not in question.choices:
            yield f"{pointer}/{n}", "not_found", "Choice not found in the question"
    if not choices:
        yield pointer, "too_short", "At least one choice is required; omit the question to skip it"
    elif len(set(choices)) < len(choices):
        yield pointer, "duplicate", "Duplicate choice"
    elif most is not None and len(choices) > most:
        yield pointer, "too_long", f"At most {most} choices are allowed"


def _in_offered_order(question: Question, answer: Answer) -> Answer:
    """Choices in the order in which they were offered."""
    if answer.choices is None:
        return answer
    return Answer(answer.question, choices=tuple(choice for choice in question.choices if choice in answer.choices))


def _format_decimal(value: Decimal) -> str:
    """9 and 9.0 are the same answer."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
