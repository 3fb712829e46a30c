"""Surveys: what may be asked, what an answer may be, and which questions follow from which answers."""

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
"""Of a survey: from where each move may be made, and where it leads. Opening an open one publishes what is newer."""
RATED = {
    QuestionKind.NPS: FeedbackMetric.NPS,
    QuestionKind.CSAT: FeedbackMetric.CSAT,
    QuestionKind.CES: FeedbackMetric.CES,
    QuestionKind.RATING: FeedbackMetric.RATING,
}
FIGURES = frozenset({*RATED, QuestionKind.NUMBER})
CHOSEN = frozenset({QuestionKind.SINGLE_CHOICE, QuestionKind.MULTIPLE_CHOICE})
LONGEST_TEXT = 5_000
LONGEST_TEXTS = 40_000
"""Of all that one person writes together."""

Fault = tuple[str, str, str]
"""Pointer, code and detail of something that is wrong."""


class Condition(NamedTuple):
    """What was answered to an earlier question; with no test at all: that it was answered."""

    question: str
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    any_of: tuple[str, ...] = ()
    yes_no: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the four is given: which one depends on the question."""

    question: str
    value: Decimal | None = None
    choices: tuple[str, ...] | None = None
    yes_no: str | None = None
    text: str | None = None

    def given(self) -> dict[str, Any]:
        """What was answered, by the name it goes by, spelled so that equal answers are spelled alike."""
        found = {
            "value": None if self.value is None else _plain(self.value),
            "choices": None if self.choices is None else list(self.choices),
            "yes_no": self.yes_no,
            "text": self.text,
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    kind: QuestionKind
    required: bool = False
    scale: Scale | None = None
    """Of figures; a number need not have one."""
    choices: tuple[str, ...] = ()
    """Their keys."""
    max_choices: int | None = None
    show_if: Condition | None = None

    @property
    def field(self) -> str:
        """The name that its answer goes by."""
        return _FIELDS.get(self.kind, "value")


class Verdict(NamedTuple):
    """Either there are faults, or all answers are accepted: in the order of their questions."""

    accepted: tuple[Answer, ...]
    faults: tuple[Fault, ...]


_FIELDS = {
    QuestionKind.SINGLE_CHOICE: "choices",
    QuestionKind.MULTIPLE_CHOICE: "choices",
    QuestionKind.TEXT: "text",
    QuestionKind.YES_NO: "yes_no",
}


def moves(status: SurveyStatus) -> list[str]:
    """What may be done now."""
    return [move for move, (froms, _) in MOVES.items() if status in froms]


def questions(definition: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions of a definition, as JSON has it: decimals may be strings."""
    return tuple(question(each) for each in definition["questions"])


def asked(listed: Iterable[Question], answers: Mapping[str, Answer]) -> list[Question]:
    """Those that are asked given these answers. What hangs on a question that is itself not asked is not asked."""
    found: list[Question] = []
    kinds: dict[str, QuestionKind] = {}
    for question in listed:
        if question.show_if is None or _holds(question.show_if, kinds, answers):
            found.append(question)
            kinds[question.key] = question.kind
    return found


def checked(listed: Sequence[Question], answers: Sequence[Answer]) -> Verdict:
    """What is wrong with these answers, with pointers into `/answers`; or the answers as they are kept."""
    faults: list[Fault] = []
    known = {question.key: question for question in listed}
    places: dict[str, int] = {}
    for n, answer in enumerate(answers):
        if answer.question not in known:
            faults.append((f"/answers/{n}/question", "not_found", "Question not found in the survey"))
        elif answer.question in places:
            faults.append((f"/answers/{n}/question", "duplicate", "Duplicate answer to this question"))
        else:
            places[answer.question] = n
            faults += _misfits(n, known[answer.question], answer)
    by_key = {key: answers[n] for key, n in places.items()}
    shown = asked(listed, by_key)
    shown_keys = {question.key for question in shown}
    for key, n in places.items():
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
        return Verdict((), tuple(faults))
    return Verdict(tuple(_kept(question, by_key[question.key]) for question in shown if question.key in by_key), ())


def fitting(languages: Sequence[str], wanted: str | None) -> str | None:
    """The language that serves somebody who asks for this one (RFC 4647, section 3.4), or its nearest relative."""
    if wanted is None:
        return None
    by_name = {language.lower(): language for language in reversed(languages)}
    parts = wanted.lower().split("-")
    for length in range(len(parts), 0, -1):
        if (found := by_name.get("-".join(parts[:length]))) is not None:
            return found
    return next((language for language in languages if language.lower().split("-")[0] == parts[0]), None)


def best(languages: Sequence[str], *wanted: str | None) -> str:
    """The first of the wanted languages that there is, else the survey's own, which is its first."""
    return next((found for each in wanted if (found := fitting(languages, each)) is not None), languages[0])


def question(each: Mapping[str, Any]) -> Question:
    """One question of a definition."""
    kind = QuestionKind(each["kind"])
    scale = SCALES[RATED[kind]] if kind in RATED else None
    if each.get("worst") is not None and each.get("best") is not None:
        scale = Scale(Decimal(each["worst"]), Decimal(each["best"]))
    test = each.get("show_if")
    return Question(
        each["key"],
        kind,
        each.get("required", False),
        scale,
        tuple(choice["key"] for choice in each.get("choices", ())),
        each.get("max_choices"),
        None if test is None else _condition(test),
    )


def _condition(test: Mapping[str, Any]) -> Condition:
    least, most = test.get("at_least"), test.get("at_most")
    return Condition(
        test["question"],
        None if least is None else Decimal(least),
        None if most is None else Decimal(most),
        tuple(test.get("any_of") or ()),
        test.get("yes_no"),
    )


def _holds(test: Condition, asked_before: Mapping[str, QuestionKind], answers: Mapping[str, Answer]) -> bool:
    answer = answers.get(test.question)
    if test.question not in asked_before or answer is None:
        return False
    value = answer.value
    if test.at_least is not None and (value is None or value < test.at_least):
        return False
    if test.at_most is not None and (value is None or value > test.at_most):
        return False
    if test.any_of and not set(test.any_of) & set(answer.choices or ()):
        return False
    return test.yes_no is None or answer.yes_no == test.yes_no


def _misfits(n: int, question: Question, answer: Answer) -> Iterator[Fault]:
    given = answer.given()
    if set(given) != {question.field}:
        yield f"/answers/{n}", "kind", f"Must be answered with `{question.field}` only"
    elif answer.value is not None:
        place = f"/answers/{n}/value"
        if question.scale is not None and not question.scale.holds(answer.value):
            low, high = (_plain(bound) for bound in sorted(question.scale))
            yield place, "scale", f"Must be between {low} and {high}"
        elif question.kind is QuestionKind.NPS and answer.value != answer.value.to_integral_value():
            yield place, "scale", "Must be a whole number"
    elif answer.choices is not None:
        yield from _wrong_choices(f"/answers/{n}/choices", question, answer.choices)
    elif answer.text is not None and len(answer.text) > LONGEST_TEXT:
        yield f"/answers/{n}/text", "too_long", f"Must have at most {LONGEST_TEXT} characters"
    elif answer.yes_no is not None and answer.yes_no not in ("yes", "no"):
        yield f"/answers/{n}/yes_no", "enum", "Must be yes or no"


def _wrong_choices(place: str, question: Question, choices: Sequence[str]) -> Iterator[Fault]:
    most = 1 if question.kind is QuestionKind.SINGLE_CHOICE else question.max_choices
    for n, choice in enumerate(choices):
        if choice not in question.choices:
            yield f"{place}/{n}", "not_found", "Choice not found in the question"
    if not choices:
        yield place, "too_short", "At least one choice is required; omit the question to skip it"
    elif len(set(choices)) < len(choices):
        yield place, "duplicate", "Duplicate choice"
    elif most is not None and len(choices) > most:
        yield place, "too_long", f"At most {most} choices are allowed"


def _kept(question: Question, answer: Answer) -> Answer:
    """Choices in the order in which they were offered."""
    if answer.choices is None:
        return answer
    return Answer(answer.question, choices=tuple(choice for choice in question.choices if choice in answer.choices))


def _plain(value: Decimal) -> str:
    """9 and 9.0 are the same answer."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
