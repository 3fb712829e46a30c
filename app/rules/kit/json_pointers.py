"""Paths in JSON documents, and how they are written as JSON pointers (RFC 6901)."""

from collections.abc import Mapping
from typing import Any

from app.rules.kit.texts import normalized

Path = tuple[str | int, ...]


def escaped(name: str) -> str:
    """The name of a member as a part of a pointer."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name


def pointer(path: Path) -> str:
    return "".join(f"/{escaped(str(part))}" for part in path)


def find(document: Any, path: Path) -> tuple[Path, Any]:
    """What a document has at a path, and the path in its own spelling: names are the same if they are composed (NFC).

    The value is None where it has nothing.
    """
    spelled: Path = ()
    for part in path:
        part, document = _member(document, part)
        spelled = (*spelled, part)
    return spelled, document


def _member(document: Any, part: str | int) -> tuple[str | int, Any]:
    if isinstance(document, Mapping) and isinstance(part, str):
        name = part if part in document else next((n for n in document if normalized("NFC", n) == part), part)
        return name, document.get(name)
    if isinstance(document, list | tuple) and isinstance(part, int) and part < len(document):
        return part, document[part]
    return part, None
