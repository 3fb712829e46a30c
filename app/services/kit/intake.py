"""The intake of records from senders: each is recorded exactly once, in order, with a result for each."""

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, must_be_sent_together
from app.rules.kit.content_hash import content_hash
from app.rules.kit.differences import MOST, as_errors, differences
from app.services.kit.record_result import RecordResult
from app.store.kit.documents import Document
from app.store.kit.references import ReferencedRecord

SourceKey = tuple[str, str]
"""The source that a record comes from, and its id in that source."""


class Sent(Protocol):
    """The schema of an incoming record, which may have an id of its sender."""

    @property
    def source(self) -> str | None: ...
    @property
    def external_id(self) -> str | None: ...
    def model_dump_json(self, *, exclude_none: bool) -> str: ...


class Draft(Protocol):
    """An incoming record that is not stored yet."""

    @property
    def id(self) -> UUID: ...
    @property
    def key(self) -> Any:
        """The unique key by which it is recognised when it is sent again; None where it has none."""

    @property
    def content_hash(self) -> bytes | None:
        """The hash of what was sent."""

    def as_sent(self) -> Mapping[str, Any]:
        """The JSON of the stored record, limited to the fields that its sender decides."""

    def as_stored(self) -> Mapping[str, Any]:
        """The JSON of the stored record."""


DraftT = TypeVar("DraftT", bound=Draft)


@dataclass(frozen=True, slots=True)
class Existing:
    """A stored record with the key of a draft."""

    id: UUID
    content_hash: bytes | None


@dataclass(slots=True)
class Intake(Generic[DraftT]):
    """`results` has one element per draft; `accepted` are the drafts to be written. Both are in the given order."""

    results: list[RecordResult] = field(default_factory=list)
    accepted: list[DraftT] = field(default_factory=list)


def source_key(new: Sent) -> SourceKey | None:
    return (new.source, new.external_id) if new.source is not None and new.external_id is not None else None


def sent_hash(new: Sent) -> bytes | None:
    """The hash that recognises a record that is sent again; None without a source key."""
    return None if source_key(new) is None else content_hash(new.model_dump_json(exclude_none=True))


def incomplete_source_key(new: Sent) -> Problem | None:
    """The problem of a source without an external id, or the other way round."""
    if (new.source is None) == (new.external_id is None):
        return None
    missing = "external_id" if new.external_id is None else "source"
    return must_be_sent_together("source", "external_id", missing=missing)


def existing(references: Iterable[ReferencedRecord], kind: str) -> dict[int, Existing]:
    """The records of one kind by the index of their draft; their data is the content hash in hexadecimal digits."""
    return {
        record.n: Existing(record.id, bytes.fromhex(record.data) if record.data else None)
        for record in references
        if record.kind == kind
    }


def contents(
    ctx: Context, get: Callable[[Context, UUID], Awaitable[Document]]
) -> Callable[[Collection[UUID]], Awaitable[dict[UUID, dict[str, Any]]]]:
    """A loader for `decide` that reads records one by one: few are sent again with different content."""

    async def load(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
        return {id_: json.loads((await get(ctx, id_)).json) for id_ in sorted(ids)}

    return load


async def decide(
    drafts: Sequence[DraftT],
    matches: Mapping[int, Existing],
    check: Callable[[int, DraftT], Problem | None],
    load: Callable[[Collection[UUID]], Awaitable[Mapping[UUID, Mapping[str, Any]]]],
    differs: Callable[[list[dict[str, Any]], UUID], Problem | None],
) -> Intake[DraftT]:
    """Decide about each draft of a batch, in order.

    `matches` are the stored records with the key of a draft, by the index of the draft. The same content, even if it
    was written differently, is replayed (200). For different content, `differs` makes a problem of the differences and
    the id of the stored record, or None to replay it as well; `load` reads the stored content to compare with. Drafts
    for which `check` returns a problem are refused, and all others accepted (201). A key that comes twice in a batch is
    compared with its first draft.
    """
    different = {record.id for n, record in matches.items() if record.content_hash != drafts[n].content_hash}
    stored = await load(different) if different else {}
    decided: Intake[DraftT] = Intake()
    earlier: dict[Any, DraftT] = {}
    for n, draft in enumerate(drafts):
        record = matches.get(n)
        first = earlier.get(draft.key) if draft.key is not None else None
        if record is not None:
            same = record.content_hash == draft.content_hash
            content = None if same else stored[record.id]
            decided.results.append(_compare(draft, record.id, content, differs, hashed=record.content_hash is not None))
        elif first is not None:
            same = first.content_hash == draft.content_hash
            content = None if same else {**first.as_stored(), **first.as_sent()}
            decided.results.append(_compare(draft, first.id, content, differs))
        elif (problem := check(n, draft)) is not None:
            decided.results.append(RecordResult.refused(problem))
        else:
            decided.results.append(RecordResult(201, draft.id))
            decided.accepted.append(draft)
            if draft.key is not None:
                earlier[draft.key] = draft
    return decided


def _compare(
    draft: Draft,
    existing_id: UUID,
    content: Mapping[str, Any] | None,
    differs: Callable[[list[dict[str, Any]], UUID], Problem | None],
    *,
    hashed: bool = True,
) -> RecordResult:
    """`content` is what is stored under the key; None where it is the same as what was sent.

    Records of an earlier contract have no hash: they are the same if nothing that can be compared differs.
    """
    if content is not None:
        # Only the fields that the sender decides are compared, not those that were derived.
        sent = draft.as_sent()
        errors = as_errors(differences({name: content.get(name) for name in sent}, dict(sent))[:MOST])
        if (errors or hashed) and (problem := differs(errors, existing_id)) is not None:
            return RecordResult.refused(problem, existing_id)
    return RecordResult(200, existing_id, replayed=True)


def ordered(drafts: Sequence[DraftT]) -> list[DraftT]:
    """In the order in which all transactions write records. Consistent lock order, so no deadlocks."""
    return sorted(drafts, key=lambda draft: draft.key or ("", ""))
