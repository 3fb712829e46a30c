"""Natural keys, so that importing the same file again creates no duplicates.

Sales have one, source and receipt number, and so have relationships: the pair and the kind. An interaction, complaint,
feedback or task without an `external_id`, and a customer with neither an identity nor a contact point, get one that is
derived from their content: the first 32 hex digits of the SHA-256 of the document. Two such records with the same
content are therefore one record.
"""

import hashlib
import json
from typing import Any

DEFAULT_SOURCE = "import"


def with_natural_key(resource: str, document: dict[str, Any], source: str | None) -> dict[str, Any]:
    """The document with a natural key; the very same object where it has one already."""
    match resource:
        case "sales":
            return document if document.get("source") or not source else document | {"source": source}
        case "interactions" | "complaints" | "feedback" | "tasks":
            missing = {
                name: value
                for name, value in (("source", source or DEFAULT_SOURCE), ("external_id", fingerprint(document)))
                if document.get(name) is None
            }
            return document | missing if missing else document
        case "relationships":
            return document
        case _:
            if document.get("identities") or document.get("contact_points"):
                return document
            identity = {"system": source or DEFAULT_SOURCE, "external_id": fingerprint(document)}
            return document | {"identities": [identity]}


def fingerprint(document: dict[str, Any]) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
