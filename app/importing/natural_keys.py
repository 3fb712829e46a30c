"""Natural keys, so that importing the same file again creates no duplicates.

Sales have one, source and receipt number, and so have relationships: the pair and the kind. An interaction, complaint,
feedback or task without an `external_id`, and a customer with neither an identity nor a contact point by which they
are recognised, get one that is derived from their content: 32 hex digits of the SHA-256 of the form in which the
service compares records that are sent again, so that it does not depend on their spelling (`17.00`, `17`).

Two rows with the same content are two records: the second of a file has the same key with `-2` after it, and so on. So
they are found again in whatever order they come, and whatever rows are added between them.
"""

import hashlib
import json
import sqlite3
from typing import Any

from pydantic import BaseModel, ValidationError

from app.rules.customers.contact_points import NotAContact
from app.rules.customers.resolution import contact_point_key, identity_key
from app.rules.kit import equality
from app.schemas.complaints import ComplaintNew
from app.schemas.customers import CustomerNew
from app.schemas.feedback import FeedbackNew
from app.schemas.interactions import InteractionNew, TaskNew
from app.schemas.kit.comparison import comparable

DEFAULT_SOURCE = "import"
_SCHEMAS: dict[str, type[BaseModel]] = {
    "customers": CustomerNew,
    "interactions": InteractionNew,
    "complaints": ComplaintNew,
    "feedback": FeedbackNew,
    "tasks": TaskNew,
}
_COUNT = "INSERT INTO seen VALUES (?, 1) ON CONFLICT (fingerprint) DO UPDATE SET times = times + 1 RETURNING times"


def with_source(document: dict[str, Any], source: str | None) -> dict[str, Any]:
    """The document with its source; the very same object where it has one already."""
    return document if document.get("source") or not source else document | {"source": source}


class NaturalKeys:
    """Those of the records of one file, in order."""

    def __init__(self, resource: str, source: str | None, region: str) -> None:
        """`region` is the country of phone numbers without one."""
        self._resource, self._source, self._region = resource, source, region
        # A database without a name is kept in memory while it is small, else on disk, and is gone when it is closed.
        self._seen = sqlite3.connect("", isolation_level=None)
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -4096"):
            self._seen.execute(f"PRAGMA {setting}")
        self._seen.execute("CREATE TABLE seen (fingerprint BLOB PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID")

    def close(self) -> None:
        self._seen.close()

    def complete(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with a natural key; the very same object where it has one already."""
        match self._resource:
            case "sales":
                return with_source(document, self._source)
            case "relationships":
                return document
            case "customers":
                return self._complete_customer(document)
        missing = {}
        if document.get("source") is None:
            missing["source"] = self._source or DEFAULT_SOURCE
        if document.get("external_id") is None:
            # A schema may want both of them or none.
            read = _read(_SCHEMAS[self._resource], document | missing | {"external_id": "-"})
            missing["external_id"] = self._key(document, read)
        return document | missing if missing else document

    def _complete_customer(self, document: dict[str, Any]) -> dict[str, Any]:
        read = _read(CustomerNew, document)
        sent_keys = document.get("identities") or document.get("contact_points")
        if sent_keys if read is None else _is_recognised(read, self._region):
            return document
        identity = {"system": self._source or DEFAULT_SOURCE, "external_id": self._key(document, read)}
        return document | {"identities": [*(document.get("identities") or ()), identity]}

    def _key(self, document: dict[str, Any], read: BaseModel | None) -> str:
        if read is None:  # the service refuses it
            form = equality.free(document)
        else:
            form = _given(comparable(type(read), read.model_dump(), self._region))
        content = {name: value for name, value in form.items() if name not in ("source", "external_id")}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=repr)
        digest = hashlib.sha256(canonical.encode(errors="backslashreplace")).digest()[:16]
        (times,) = self._seen.execute(_COUNT, (digest,)).fetchone()
        return digest.hex() if times == 1 else f"{digest.hex()}-{times}"


def _read(schema: type[BaseModel], document: dict[str, Any]) -> Any:
    """None where it does not have the shape of the API."""
    try:
        return schema.model_validate(document)
    except (ValidationError, RecursionError):
        return None


def _is_recognised(customer: CustomerNew, region: str) -> bool:
    """Whether they have a key by which the service finds them again; `WALK-IN` and `none@none.com` are none."""
    if any(identity_key(identity.system, identity.external_id) is not None for identity in customer.identities):
        return True
    for point in customer.contact_points:
        if point.shared or point.invalid:
            continue
        try:
            if contact_point_key(point.kind, point.value, region) is not None:
                return True
        except NotAContact:  # the service may know its country
            return True
    return False


def _given(form: Any) -> Any:
    """Without what is empty, so that fields that a later release adds change no key."""
    if isinstance(form, dict):
        members = {name: _given(value) for name, value in form.items()}
        return {name: value for name, value in members.items() if value not in (None, [], {}, ())}
    return [_given(element) for element in form] if isinstance(form, list | tuple) else form
