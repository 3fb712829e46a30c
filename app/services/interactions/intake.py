"""Interactions on their way in: what is known already, whose they are, and whether the customer wants them."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, UnwelcomeChannel, invalid
from app.core.ids import new_id
from app.rules.customers import NotAContact, normalize
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction
from app.rules.kit.channels import Channel
from app.rules.kit.content_hash import content_hash
from app.rules.kit.timestamps import format_timestamp
from app.schemas.interactions.interactions import InteractionNew
from app.services.interactions.tasks import TaskDraft
from app.store.interactions import interactions as store

# Given by the sender or not at all; everything else that is sent may also be found or filled in by us.
_SENT = set(InteractionNew.model_fields) - {"customer_id", "happened_at", "next_step", "source", "external_id"}


@dataclass(slots=True)
class InteractionDraft:
    new: InteractionNew
    id: UUID
    happened_at: datetime
    content_hash: bytes | None
    """Of what was sent; None without a key, since it cannot be sent again."""
    customer_id: UUID | None = None

    @property
    def key(self) -> tuple[str, str] | None:
        new = self.new
        return (new.source, new.external_id) if new.source is not None and new.external_id is not None else None

    @property
    def title(self) -> str:
        return rules.title(self.new.kind, self.new.channel, self.new.direction, self.new.subject)

    @property
    def promise(self) -> TaskDraft | None:
        if (step := self.new.next_step) is None:
            return None
        return TaskDraft(
            step.what,
            self.happened_at,
            customer_id=self.customer_id,
            interaction_id=self.id,
            owner=step.owner or self.new.staff,
            due_at=step.due_at,
        )

    def row(self, now: datetime) -> dict[str, Any]:
        new = self.new
        return {
            **new.model_dump(mode="json", exclude={"next_step"}),
            "id": self.id,
            "customer_id": self.customer_id,
            "happened_at": self.happened_at,
            "content_hash": self.content_hash,
            "awaits_answer": rules.awaits_answer(new.kind, new.direction),
            "created_at": now,
            "updated_at": now,
        }

    def as_sent(self) -> dict[str, Any]:
        """As it would be answered with, as far as its sender has decided: to be compared with what is stored."""
        sent = self.new.model_dump(mode="json", include=_SENT)
        sent["next_step"] = self._next_step()
        if self.new.customer_id is not None:
            sent["customer_id"] = str(self.new.customer_id)
        if self.new.happened_at is not None:
            sent["happened_at"] = format_timestamp(self.new.happened_at)
        return sent

    def as_stored(self) -> dict[str, Any]:
        customer_id = self.customer_id and str(self.customer_id)
        return {**self.as_sent(), "customer_id": customer_id, "happened_at": format_timestamp(self.happened_at)}

    def _next_step(self) -> dict[str, Any] | None:
        if (promised := self.promise) is None:
            return None
        due_at = promised.due_at and format_timestamp(promised.due_at)
        return {"what": promised.what, "owner": promised.owner, "due_at": due_at}


@dataclass(frozen=True, slots=True)
class Stored:
    id: UUID
    content_hash: bytes
    content: dict[str, Any]
    """Empty where the hash says enough."""

    def as_stored(self) -> dict[str, Any]:
        return self.content


def draft_interaction(ctx: Context, new: InteractionNew) -> InteractionDraft:
    kept = InteractionDraft(new, new_id(), new.happened_at or ctx.now, None)
    if kept.key is not None:
        kept.content_hash = content_hash(new.model_dump_json(exclude_none=True))
    return kept


def unwelcome(
    marked: str | None, channel: Channel, direction: Direction, reason: str | None
) -> UnwelcomeChannel | None:
    """Why the customer should not be contacted like this. `marked` is the JSON of the channels they do not want."""
    found = rules.unwelcome(json.loads(marked) if marked else [], channel, direction, reason)
    if found is None:
        return None
    detail = rules.unwelcome_detail(found)
    told = {name: found[name] for name in ("reason", "since") if found.get(name) is not None}
    return UnwelcomeChannel(detail, errors=[{"pointer": "/channel", "code": "unwelcome", "detail": detail, **told}])


class References:
    """What the store knows of the entries of one transaction: looked up at once."""

    def __init__(self, stored: dict[int, Stored], named: Mapping[int, Any], holders: Mapping[int, Any]) -> None:
        self._stored, self._named, self._holders = stored, named, holders

    @classmethod
    async def of(cls, ctx: Context, entries: Sequence[InteractionDraft]) -> "References":
        wanted = _reference_keys(ctx, entries)
        rows = await store.load_references(ctx, wanted) if any(wanted) else []
        named: dict[int, tuple[UUID, str | None]] = {}
        holders: dict[int, dict[UUID, str | None]] = defaultdict(dict)
        found = {}
        for what, n, id_, hashed, marked in rows:
            match what:
                case "interaction":
                    found[n] = (id_, hashed)
                case "customer":
                    named[n] = (id_, marked)
                case "point":
                    holders[n][id_] = marked
        other = {id_ for n, (id_, hashed) in found.items() if hashed != entries[n].content_hash}
        documents = await store.stored(ctx, other) if other else {}
        stored = {
            n: Stored(id_, hashed, json.loads(documents[id_]) if id_ in documents else {})
            for n, (id_, hashed) in found.items()
        }
        return cls(stored, named, holders)

    def stored(self, n: int) -> Stored | None:
        return self._stored.get(n)

    def match(self, n: int, kept: InteractionDraft) -> Problem | None:
        """Set whose the n-th entry is; or say why it cannot be recorded."""
        new, marked = kept.new, None
        if (new.source is None) != (new.external_id is None):
            missing = "external_id" if new.external_id is None else "source"
            return invalid(f"/{missing}", "missing", "A source and its external id belong together")
        if new.customer_id is not None:
            if n not in self._named:
                return invalid("/customer_id", "not_found", "There is no such customer")
            kept.customer_id, marked = self._named[n]
        elif len(self._holders.get(n, ())) == 1:
            ((kept.customer_id, marked),) = self._holders[n].items()
        return unwelcome(marked, new.channel, new.direction, new.unwelcome_reason)


def _reference_keys(ctx: Context, entries: Sequence[InteractionDraft]) -> store.ReferenceKeys:
    wanted = store.ReferenceKeys([], [], [])
    for n, kept in enumerate(entries):
        if kept.key is not None:
            wanted.interactions.append((n, *kept.key))
        if kept.new.customer_id is not None:
            wanted.customers.append((n, kept.new.customer_id))
        elif (contact := kept.new.contact) is not None:
            try:
                form = normalize(contact.kind, contact.value, ctx.region)
            except NotAContact:  # the contact is kept all the same, as it was entered
                continue
            wanted.points.append((n, contact.kind.value, form.value))
    return wanted
