"""The intake of records from senders: each is recorded exactly once, in order, with a result for each."""

import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import Problem, must_be_sent_together, out_of_order, reference_not_found
from app.core.ids import new_id
from app.rules.kit import moments
from app.rules.kit.content_hash import content_hash
from app.services.kit import patching
from app.services.kit.record_result import RecordResult
from app.services.kit.resent import comparable_hash, differing
from app.store.kit import link_origins
from app.store.kit.documents import Document
from app.store.kit.references import ReferencedRecord
from app.store.kit.tables import Table

SourceKey = tuple[str, str]
"""The source that a record comes from, and its id in that source."""


class Content(Protocol):
    """The schema of an incoming record."""

    def model_dump_json(self, *, exclude_none: bool) -> str: ...


class Sent(Content, Protocol):
    """The schema of an incoming record, which may have an id of its sender."""

    @property
    def source(self) -> str | None: ...
    @property
    def external_id(self) -> str | None: ...


NewT = TypeVar("NewT", bound=Content)


@dataclass(slots=True)
class KeyedDraft(Generic[NewT]):
    """An incoming record that is not stored yet."""

    new: NewT
    """What was sent."""
    id: UUID = field(default_factory=new_id, kw_only=True)
    region: str | None = field(default=None, kw_only=True)
    """The country of its phone numbers without one, where its source has one."""
    content_hash: bytes | None = field(default=None, init=False)
    """The hash that recognises a record that is sent again, set by `decide`; None without a key."""

    @property
    def key(self) -> tuple[str, str] | None:
        """The unique key by which it is recognised when it is sent again; None where it has none."""
        raise NotImplementedError

    def as_sent(self) -> dict[str, Any]:
        """The JSON of the fields that the sender decides: to be compared with what is stored."""
        raise NotImplementedError

    def as_stored(self) -> dict[str, Any]:
        """As the API would answer."""
        return self.as_sent()

    def hash_as_text(self) -> bytes:
        """The hash of earlier releases, which was that of the JSON as it was spelled."""
        return content_hash(self.new.model_dump_json(exclude_none=True))


SentT = TypeVar("SentT", bound=Sent)


@dataclass(slots=True)
class Draft(KeyedDraft[SentT]):
    """An incoming record that its sender may know by an id."""

    @property
    def key(self) -> SourceKey | None:
        return source_key(self.new)


DraftT = TypeVar("DraftT", bound=KeyedDraft[Any])


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


@dataclass(frozen=True, slots=True)
class Subjects:
    """What the records of a batch are about."""

    by_kind: Mapping[str, Mapping[int, Mapping[str, Any]]]
    """The id and the data of those that exist, by the index of the record that is about them."""

    @classmethod
    def of(cls, references: Iterable[ReferencedRecord], *kinds: str) -> "Subjects":
        by_kind: dict[str, dict[int, dict[str, Any]]] = {kind: {} for kind in kinds}
        for record in references:
            if record.kind in by_kind:
                by_kind[record.kind][record.n] = {"id": record.id, **json.loads(record.data or "{}")}
        return cls(by_kind)

    def missing(self, n: int, new: Any) -> Problem | None:
        """The problem of a subject that does not exist; the field `<kind>_id` names it."""
        for kind, found in self.by_kind.items():
            if getattr(new, f"{kind}_id") is not None and n not in found:
                return reference_not_found(f"/{kind}_id", kind.capitalize())
        return None

    def missing_line(self, n: int, new: Any) -> Problem | None:
        """The problem of a line that the sale does not have. The sale has to exist."""
        if new.sale_line_no is None or self.by_kind["sale"][n]["has_line"]:
            return None
        return reference_not_found("/sale_line_no", "Line of the sale")

    def before_sale(self, n: int, pointer: str, moment: datetime | None) -> Problem | None:
        """The problem of a moment before the sale that the n-th is about; clocks that are not believed say nothing."""
        occurred_at = self.by_kind["sale"].get(n, {}).get("occurred_at")
        if moment is None or occurred_at is None or not moments.precedes(moment, datetime.fromisoformat(occurred_at)):
            return None
        return out_of_order(pointer, "occurred_at of the sale")

    async def not_lent_by(self, ctx: Context, lender_id: UUID) -> "Subjects":
        """These, as if those that have their customers from this record had none: it takes none back from them."""
        rows = [row for found in self.by_kind.values() for row in found.values()]
        lent = await link_origins.lent_by(ctx, lender_id, {row["id"] for row in rows if row.get("customer_id")})
        return Subjects(
            {
                kind: {n: {**row, "customer_id": None} if row["id"] in lent else row for n, row in found.items()}
                for kind, found in self.by_kind.items()
            }
        )

    def first_with_customer(self, n: int, taken_from: Collection[UUID] = ()) -> Mapping[str, Any] | None:
        """The first of those that the n-th is about that has a customer whom the record was not taken from."""
        nobodys = {None, *map(str, taken_from)}
        subjects = (found[n] for found in self.by_kind.values() if n in found)
        return next((subject for subject in subjects if subject.get("customer_id") not in nobodys), None)


def as_sent(new: BaseModel, fields: Collection[str], derived: Collection[str]) -> dict[str, Any]:
    """The JSON of these fields, without those of the `derived` ones that were not sent."""
    sent = patching.as_stored(new)
    return {name: sent[name] for name in fields if sent[name] is not None or name not in derived}


def contents(
    ctx: Context, get: Callable[[Context, UUID], Awaitable[Document]]
) -> Callable[[Collection[UUID]], Awaitable[dict[UUID, dict[str, Any]]]]:
    """A loader for `decide` that reads records one by one: few are sent again with different content."""

    async def load(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
        return {id_: json.loads((await get(ctx, id_)).json) for id_ in sorted(ids)}

    return load


async def decide(
    ctx: Context,
    table: Table,
    drafts: Sequence[DraftT],
    matches: Mapping[int, Existing],
    check: Callable[[int, DraftT], Problem | None],
    load: Callable[[Collection[UUID]], Awaitable[Mapping[UUID, Mapping[str, Any]]]],
    differs: Callable[[list[dict[str, Any]], UUID], Problem],
) -> Intake[DraftT]:
    """Decide about each draft of a batch, in order.

    `matches` are the stored records of the table with the key of a draft, by the index of the draft. What is equal to
    what was last sent under the key, or to what is stored now, is replayed (200), however it is spelled. Else `differs`
    makes a problem of the differences and the id of the stored record; `load` reads what is stored. Drafts for which
    `check` returns a problem are refused, and all others accepted (201). A key that comes twice in a batch is compared
    with its first draft.
    """
    for draft in drafts:
        if draft.key is not None:
            draft.content_hash = comparable_hash(draft.new, draft.region or ctx.region)
    different = {record.id for n, record in matches.items() if not _resent(drafts[n], record)}
    stored = await load(different) if different else {}
    decided: Intake[DraftT] = Intake()
    earlier: dict[tuple[str, str], DraftT] = {}
    hashes: dict[UUID, bytes] = {}
    for n, draft in enumerate(drafts):
        record = matches.get(n)
        first = earlier.get(draft.key) if draft.key is not None else None
        if record is not None:
            content = None if _resent(draft, record) else stored[record.id]
            result = _compare(ctx, draft, record.id, content, differs)
            decided.results.append(result)
            if result.replayed and draft.content_hash not in (None, record.content_hash):
                hashes[record.id] = draft.content_hash
        elif first is not None:
            same = first.content_hash == draft.content_hash
            content = None if same else {**first.as_stored(), **first.as_sent()}
            decided.results.append(_compare(ctx, draft, first.id, content, differs))
        elif (problem := check(n, draft)) is not None:
            decided.results.append(RecordResult.refused(problem))
        else:
            decided.results.append(RecordResult(201, draft.id))
            decided.accepted.append(draft)
            if draft.key is not None:
                earlier[draft.key] = draft
    if hashes:
        await table.remember_content(ctx, hashes)
    return decided


def _resent(draft: KeyedDraft[Any], record: Existing) -> bool:
    """Whether it is what was last sent under its key."""
    return record.content_hash in (draft.content_hash, draft.hash_as_text())


def _compare(
    ctx: Context,
    draft: KeyedDraft[Any],
    existing_id: UUID,
    content: Mapping[str, Any] | None,
    differs: Callable[[list[dict[str, Any]], UUID], Problem],
) -> RecordResult:
    """`content` is what is stored under the key; None where it is the same as what was sent."""
    # Only the fields that the sender decides are compared, not those that were derived.
    region = draft.region or ctx.region
    if content is not None and (errors := differing(type(draft.new), content, draft.as_sent(), region)):
        return RecordResult.refused(differs(errors, existing_id), existing_id)
    return RecordResult(200, existing_id, replayed=True)


def ordered(drafts: Sequence[DraftT]) -> list[DraftT]:
    """In the order in which all transactions write records. Consistent lock order, so no deadlocks."""
    return sorted(drafts, key=lambda draft: draft.key or ("", ""))
