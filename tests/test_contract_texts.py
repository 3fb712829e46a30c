"""The texts of the OpenAPI document: whole sentences, in words that a developer of a client expects."""

import re
from collections.abc import Iterator
from typing import Any

from app.web import openapi_texts
from tests.support.contract_check import document, operations

DOCUMENT = document()
_VALUES = {"default", "enum", "const", "example", "examples"}
_RIDDLES = re.compile(r"\b(moments?|promises?|promised|[Ll]eft out:|Only those with this)|^(Made|Done|Found)\.$")


def test_descriptions_are_sentences() -> None:
    """More than four words, a capital or a code span first, a full stop last."""
    assert [found for found in _texts() if not _is_sentence(found[1])] == []


def test_descriptions_are_in_the_words_of_the_field() -> None:
    assert [found for found in _texts() if _RIDDLES.search(found[1])] == []


def test_summaries_are_titles() -> None:
    summaries = {operation["operationId"]: operation["summary"] for _, _, operation in operations(DOCUMENT)}
    assert {name: text for name, text in summaries.items() if not re.fullmatch(r"[A-Z][^.?!]+ [^.?!]+", text)} == {}


def test_shared_texts_are_used() -> None:
    """A text that no parameter has is one that its declarations have outgrown."""
    used = {text for _, text in _descriptions(DOCUMENT["paths"], "")}
    assert [name for name, text in openapi_texts.QUERY.items() if text not in used] == []


def _texts() -> Iterator[tuple[str, str]]:
    """Every description with the path at which it stands, but for the introduction, which is a page."""
    for verb, path, operation in operations(DOCUMENT):
        yield from _descriptions(operation, f"{verb} {path}")
    for name, schema in DOCUMENT["components"]["schemas"].items():
        yield from _descriptions(schema, name)
    rest = {kind: found for kind, found in DOCUMENT["components"].items() if kind not in ("schemas", "examples")}
    yield from _descriptions(rest, "components")
    for part in ("tags", "servers", "externalDocs", "x-event-types"):
        yield from _descriptions(DOCUMENT[part], part)


def _descriptions(node: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for number, part in enumerate(node):
            yield from _descriptions(part, f"{where}/{number}")
    elif isinstance(node, dict):
        if isinstance(node.get("description"), str):
            yield where, node["description"]
        for key, part in node.items():
            if key == "properties":  # its keys are names, of which one may be `description`
                for name, schema in part.items():
                    yield from _descriptions(schema, f"{where}.{name}")
            elif key not in _VALUES:
                yield from _descriptions(part, f"{where}/{key}")


def _is_sentence(text: str) -> bool:
    return len(text.split()) > 4 and (text[0].isupper() or text[0] == "`") and text.endswith(".")
