"""Checks between the fields of a survey definition: missing languages, impossible conditions and the like."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.rules.surveys.surveys import (
    CHOICE_KINDS,
    METRICS,
    NUMERIC_KINDS,
    Fault,
    Question,
    QuestionKind,
    parse_question,
)


def faults(definition: Mapping[str, Any]) -> Iterator[Fault]:
    """Of a definition whose fields are valid by themselves."""
    languages = definition["languages"]
    if len({language.lower() for language in languages}) < len(languages):
        yield "/languages", "duplicate", "Duplicate language"
    for name in ("introduction", "thanks"):
        yield from _wording_faults(f"/{name}", definition[name], languages, whole=bool(definition[name]))
    earlier: dict[str, Question] = {}
    for n, question in enumerate(definition["questions"]):
        pointer = f"/questions/{n}"
        if question["key"] in earlier:
            yield f"{pointer}/key", "duplicate", "Duplicate question key"
        yield from _wording_faults(f"{pointer}/wording", question["wording"], languages)
        yield from _scale_faults(pointer, question)
        yield from _choice_faults(pointer, question, languages)
        if question["kind"] not in METRICS:
            for name, usual in (("aspect", None), ("side", "experience")):
                if question[name] != usual:
                    yield f"{pointer}/{name}", "kind", "Only allowed for rating questions"
        if question["show_if"] is not None:
            yield from _condition_faults(f"{pointer}/show_if", question["show_if"], earlier)
        earlier.setdefault(question["key"], parse_question(question))


def _wording_faults(
    pointer: str, wording: Mapping[str, str], languages: Sequence[str], *, whole: bool = True
) -> Iterator[Fault]:
    for language in wording:
        if language not in languages:
            yield f"{pointer}/{language}", "language", "Not one of the survey's languages"
    if whole and (missing := [language for language in languages if language not in wording]):
        yield pointer, "missing", f"The wording is missing in {', '.join(missing)}"


def _scale_faults(pointer: str, question: Mapping[str, Any]) -> Iterator[Fault]:
    worst, highest = question["worst"], question["best"]
    if worst is None and highest is None:
        return
    if question["kind"] not in NUMERIC_KINDS or question["kind"] == QuestionKind.NPS:
        name = "worst" if worst is not None else "best"
        yield f"{pointer}/{name}", "kind", "Not allowed for this kind of question"
    elif worst is None or highest is None:
        yield pointer, "missing", "`worst` and `best` must be sent together"
    elif Decimal(worst) == Decimal(highest):
        yield f"{pointer}/best", "scale", "`worst` and `best` must differ"


def _choice_faults(pointer: str, question: Mapping[str, Any], languages: Sequence[str]) -> Iterator[Fault]:
    choices, most = question["choices"], question["max_choices"]
    if question["kind"] in CHOICE_KINDS and not choices:
        yield f"{pointer}/choices", "missing", "At least one choice is required"
    if question["kind"] not in CHOICE_KINDS and choices:
        yield f"{pointer}/choices", "kind", "Not allowed for this kind of question"
    if most is not None and question["kind"] != QuestionKind.MULTIPLE_CHOICE:
        yield f"{pointer}/max_choices", "kind", "Only allowed for multiple-choice questions"
    seen: set[str] = set()
    for n, choice in enumerate(choices):
        if choice["key"] in seen:
            yield f"{pointer}/choices/{n}/key", "duplicate", "Duplicate choice key"
        seen.add(choice["key"])
        yield from _wording_faults(f"{pointer}/choices/{n}/wording", choice["wording"], languages)


def _condition_faults(pointer: str, test: Mapping[str, Any], earlier: Mapping[str, Question]) -> Iterator[Fault]:
    found = earlier.get(test["question"])
    if found is None:
        yield f"{pointer}/question", "not_found", "Question not found before this one"
        return
    fits = {
        "at_least": found.kind in NUMERIC_KINDS,
        "at_most": found.kind in NUMERIC_KINDS,
        "any_of": found.kind in CHOICE_KINDS,
        "yes_no": found.kind is QuestionKind.YES_NO,
    }
    for name, fit in fits.items():
        if test[name] not in (None, []) and not fit:
            yield f"{pointer}/{name}", "kind", f"Not applicable to the answers of question {found.key}"
    if fits["any_of"]:
        for n, choice in enumerate(test["any_of"]):
            if choice not in found.choices:
                yield f"{pointer}/any_of/{n}", "not_found", "Choice not found in the question"
