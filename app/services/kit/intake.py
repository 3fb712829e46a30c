"""One way to take records in: each exactly once, in order, with a result for each."""

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
"""The source that a record comes from, and its id there."""


class Sent(Protocol):
    """What a sender may give an id of their own: the schema of what comes in."""

    @property
    def source(self) -> str | None: ...
    @property
    def external_id(self) -> str | None: ...
    def model_dump_json(self, *, exclude_none: bool) -> str: ...


class Draft(Protocol):
    """A record on its way in."""

    @property
    def id(self) -> UUID: ...
    @property
    def key(self) -> Any:
        """What it is known by, for ever; None where it cannot be sent again."""

    @property
    def content_hash(self) -> bytes | None:
        """Of what was sent."""

    def as_sent(self) -> Mapping[str, Any]:
        """As it would be answered with, as far as its sender has decided."""

    def as_stored(self) -> Mapping[str, Any]:
        """As it would be answered with."""


DraftT = TypeVar("DraftT", bound=Draft)


@dataclass(frozen=True, slots=True)
class Existing:
    """A record that was taken in before under the key of a draft."""

    id: UUID
    content_hash: bytes | None


@dataclass(slots=True)
class Intake(Generic[DraftT]):
    """`results` in the order of the drafts; `accepted` are those to be written, in that order too."""

    results: list[RecordResult] = field(default_factory=list)
    accepted: list[DraftT] = field(default_factory=list)


def source_key(new: Sent) -> SourceKey | None:
    return (new.source, new.external_id) if new.source is not None and new.external_id is not None else None


def sent_hash(new: Sent) -> bytes | None:
    """Tells whether the same is sent again; None without a source key, since it cannot be."""
    return None if source_key(new) is None else content_hash(new.model_dump_json(exclude_none=True))


def unpaired(new: Sent) -> Problem | None:
    """Why a source without an external id, or the other way round, is refused."""
    if (new.source is None) == (new.external_id is None):
        return None
    missing = "external_id" if new.external_id is None else "source"
    return must_be_sent_together("source", "external_id", missing=missing)


def existing(found: Iterable[ReferencedRecord], kind: str) -> dict[int, Existing]:
    """Those of one kind, by the index of their draft; a lookup gives their content hash in hexadecimal digits."""
    return {
        each.n: Existing(each.id, bytes.fromhex(each.data) if each.data else None)
        for each in found
        if each.kind == kind
    }


def contents(
    ctx: Context, get: Callable[[Context, UUID], Awaitable[Document]]
) -> Callable[[Collection[UUID]], Awaitable[dict[UUID, dict[str, Any]]]]:
    """Loads the JSON of records one by one: those that come again with other content are few."""

    async def load(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
        return {id_: json.loads((await get(ctx, id_)).json) for id_ in sorted(ids)}

    return load


async def decide(
    drafts: Sequence[DraftT],
    known: Mapping[int, Existing],
    check: Callable[[int, DraftT], Problem | None],
    stored: Callable[[Collection[UUID]], Awaitable[Mapping[UUID, Mapping[str, Any]]]],
    differs: Callable[[list[dict[str, Any]], UUID], Problem | None],
) -> Intake[DraftT]:
    """Decide about each of a batch, in order.

    `known` are the records that were taken in before, by the index of the draft. The same again is replayed (200);
    so is content that is spelled in another way. For other content, `differs` makes the problem of the differences and
    the id of what is known, or None where that is to be replayed too; `stored` loads the content to compare with, all
    at once. What `check` finds wrong is refused. All others are accepted (201); the same key again in one batch is
    compared with the first.
    """
    other = {record.id for n, record in known.items() if record.content_hash != drafts[n].content_hash}
    contents = await stored(other) if other else {}
    found: Intake[DraftT] = Intake()
    earlier: dict[Any, DraftT] = {}
    for n, draft in enumerate(drafts):
        record = known.get(n)
        first = earlier.get(draft.key) if draft.key is not None else None
        if record is not None:
            same = record.content_hash == draft.content_hash
            content = None if same else contents[record.id]
            found.results.append(_again(draft, record.id, content, differs, hashed=record.content_hash is not None))
        elif first is not None:
            same = first.content_hash == draft.content_hash
            content = None if same else {**first.as_stored(), **first.as_sent()}
            found.results.append(_again(draft, first.id, content, differs))
        elif (problem := check(n, draft)) is not None:
            found.results.append(RecordResult.refused(problem))
        else:
            found.results.append(RecordResult(201, draft.id))
            found.accepted.append(draft)
            if draft.key is not None:
                earlier[draft.key] = draft
    return found


def _again(
    draft: Draft,
    known_id: UUID,
    content: Mapping[str, Any] | None,
    differs: Callable[[list[dict[str, Any]], UUID], Problem | None],
    *,
    hashed: bool = True,
) -> RecordResult:
    """`content` is what is known under the key; None: the same as was sent.

    Records of an earlier contract have no hash: where what can be compared is the same, so are they.
    """
    if content is not None:
        # What was found out about it counts for nothing: only what its sender has decided is compared.
        sent = draft.as_sent()
        errors = as_errors(differences({name: content.get(name) for name in sent}, dict(sent))[:MOST])
        if (errors or hashed) and (problem := differs(errors, known_id)) is not None:
            return RecordResult.refused(problem, known_id)
    return RecordResult(200, known_id, replayed=True)


def ordered(drafts: Sequence[DraftT]) -> list[DraftT]:
    """In the order in which all transactions write records, so that none waits for another in a circle."""
    return sorted(drafts, key=lambda draft: draft.key or ("", ""))
