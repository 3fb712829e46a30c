"""Changing a record by merge patch (RFC 7396): lock, check the version, merge, validate, compare."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from asyncpg import Record
from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import PreconditionFailed, invalid
from app.rules.kit.differences import MOST, differences
from app.rules.kit.merge_patch import merged
from app.rules.kit.timestamps import format_timestamp
from app.schemas.kit import amounts, validation
from app.store.kit.documents import Document
from app.store.kit.tables import Table

Content = TypeVar("Content", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Current:
    """The current state of a record, which is locked until the transaction ends."""

    row: Record
    document: Document
    stored: dict[str, Any]
    """The JSON of the document."""


@dataclass(frozen=True, slots=True)
class Patched(Generic[Content]):
    """The content of a record after a patch."""

    content: Content
    changes: list[dict[str, Any]]
    """The differences from what is stored, as JSON pointers with both values."""

    @property
    def fields(self) -> set[str]:
        """The names of the fields that change."""
        return {change["pointer"].split("/")[1] for change in self.changes}

    @property
    def listed(self) -> list[dict[str, Any]]:
        """The changes that an event reports: the first 100."""
        return self.changes[:MOST]


def require_version(current: int, expected: int | None) -> None:
    """412 PreconditionFailed where the caller expects another version; None accepts any."""
    if expected is not None and current != expected:
        raise PreconditionFailed(f"The current version is {current}")


async def lock(ctx: Context, table: Table, row_id: UUID, version: int | None) -> Current:
    """404 NotFound where there is no such record, 412 PreconditionFailed where it is not at `version`."""
    row = await table.lock(ctx, row_id)
    require_version(row["version"], version)
    document = await table.get(ctx, row_id)
    return Current(row, document, json.loads(document.json))


def sent(patch: BaseModel) -> dict[str, Any]:
    """The fields that a patch has, as JSON."""
    return patch.model_dump(mode="json", exclude_unset=True)


def patched(schema: type[Content], stored: Mapping[str, Any], patch: Mapping[str, Any]) -> Patched[Content]:
    """The stored content with a merge patch applied, validated as a whole. 422 ValidationFailed if it is not valid.

    A patch that was validated itself is judged by what it changes: texts that earlier releases took, and that stay, are
    no fault of it. Fields of `stored` that the schema does not have are ignored.
    """
    before = {name: stored[name] for name in schema.model_fields if name in stored}
    content = validation.validate_stored(schema, merged(before, dict(patch)))
    return Patched(content, differences(before, as_stored(content)))


def require_payable(patched: Patched[Any], amount: str, currency: str) -> None:
    """422 ValidationFailed where the amount cannot be paid in the currency, if the patch changes one of the two."""
    if not patched.fields.isdisjoint({amount, currency}):
        for member, code, detail in amounts.faults(patched.content, amount, currency):
            raise invalid(f"/{member}", code, detail)


def as_stored(content: BaseModel) -> dict[str, Any]:
    """The JSON of content, with timestamps formatted as the database formats them."""
    timestamps = {name: format_timestamp(value) for name, value in content if isinstance(value, datetime)}
    return content.model_dump(mode="json") | timestamps
