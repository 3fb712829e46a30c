"""What may be wrong with the definition of a survey: languages that are missing, conditions that cannot be."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.rules.surveys.surveys import CHOSEN, FIGURES, RATED, Fault, Question, QuestionKind, question


def faults(definition: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong between the fields of a definition, each of which is right by itself."""
    languages = definition["languages"]
    if len({language.lower() for language in languages}) < len(languages):
        yield "/languages", "duplicate", "Duplicate language"
    for name in ("introduction", "thanks"):
        yield from _in_languages(f"/{name}", definition[name], languages, whole=bool(definition[name]))
    earlier: dict[str, Question] = {}
    for n, each in enumerate(definition["questions"]):
        place = f"/questions/{n}"
        if each["key"] in earlier:
            yield f"{place}/key", "duplicate", "Duplicate question key"
        yield from _in_languages(f"{place}/wording", each["wording"], languages)
        yield from _scale_faults(place, each)
        yield from _choice_faults(place, each, languages)
        if each["kind"] not in RATED:
            for name, usual in (("aspect", None), ("side", "experience")):
                if each[name] != usual:
                    yield f"{place}/{name}", "kind", "Only allowed for rating questions"
        if each["show_if"] is not None:
            yield from _condition_faults(f"{place}/show_if", each["show_if"], earlier)
        earlier.setdefault(each["key"], question(each))


def _in_languages(
    place: str, wording: Mapping[str, str], languages: Sequence[str], *, whole: bool = True
) -> Iterator[Fault]:
    for language in wording:
        if language not in languages:
            yield f"{place}/{language}", "language", "Not one of the survey's languages"
    if whole and (missing := [language for language in languages if language not in wording]):
        yield place, "missing", f"The wording is missing in {', '.join(missing)}"


def _scale_faults(place: str, each: Mapping[str, Any]) -> Iterator[Fault]:
    worst, highest = each["worst"], each["best"]
    if worst is None and highest is None:
        return
    if each["kind"] not in FIGURES or each["kind"] == QuestionKind.NPS:
        name = "worst" if worst is not None else "best"
        yield f"{place}/{name}", "kind", "Not allowed for this kind of question"
    elif worst is None or highest is None:
        yield place, "missing", "`worst` and `best` must be sent together"
    elif Decimal(worst) == Decimal(highest):
        yield f"{place}/best", "scale", "`worst` and `best` must differ"


def _choice_faults(place: str, each: Mapping[str, Any], languages: Sequence[str]) -> Iterator[Fault]:
    choices, most = each["choices"], each["max_choices"]
    if each["kind"] in CHOSEN and not choices:
        yield f"{place}/choices", "missing", "At least one choice is required"
    if each["kind"] not in CHOSEN and choices:
        yield f"{place}/choices", "kind", "Not allowed for this kind of question"
    if most is not None and each["kind"] != QuestionKind.MULTIPLE_CHOICE:
        yield f"{place}/max_choices", "kind", "Only allowed for multiple-choice questions"
    seen: set[str] = set()
    for n, choice in enumerate(choices):
        if choice["key"] in seen:
            yield f"{place}/choices/{n}/key", "duplicate", "Duplicate choice key"
        seen.add(choice["key"])
        yield from _in_languages(f"{place}/choices/{n}/wording", choice["wording"], languages)


def _condition_faults(place: str, test: Mapping[str, Any], earlier: Mapping[str, Question]) -> Iterator[Fault]:
    found = earlier.get(test["question"])
    if found is None:
        yield f"{place}/question", "not_found", "Question not found before this one"
        return
    fits = {
        "at_least": found.kind in FIGURES,
        "at_most": found.kind in FIGURES,
        "any_of": found.kind in CHOSEN,
        "yes_no": found.kind is QuestionKind.YES_NO,
    }
    for name, fit in fits.items():
        if test[name] not in (None, []) and not fit:
            yield f"{place}/{name}", "kind", f"Not applicable to the answers of question {found.key}"
    if fits["any_of"]:
        for n, choice in enumerate(test["any_of"]):
            if choice not in found.choices:
                yield f"{place}/any_of/{n}", "not_found", "Choice not found in the question"
