"""Incoming interactions: their customers, and whether these want to be contacted like this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, UnwelcomeChannel
from app.rules.customers import USE_BY_CHANNEL
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction
from app.rules.kit.channels import Channel
from app.rules.kit.timestamps import format_timestamp
from app.schemas.interactions.interactions import InteractionNew
from app.services.customers import CustomerReference, Resolver
from app.services.interactions import planning
from app.services.interactions.tasks import TaskDraft
from app.services.kit import intake
from app.services.kit.intake import Draft, Existing
from app.store.interactions import interactions as store

_OPTED_OUT = "opted out for this number"
_SENT = [name for name in InteractionNew.model_fields if name not in ("next_step", "source", "external_id")]


@dataclass(slots=True)
class InteractionDraft(Draft[InteractionNew]):
    """An incoming interaction; `References` sets its customer."""

    happened_at: datetime
    customer_id: UUID | None = None

    @property
    def title(self) -> str:
        return rules.title(self.new.kind, self.new.channel, self.new.direction, self.new.subject)

    @property
    def task(self) -> TaskDraft | None:
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

    def row(self) -> dict[str, Any]:
        new = self.new
        return {
            **new.model_dump(mode="json", exclude={"next_step"}),
            "id": self.id,
            "customer_id": self.customer_id,
            "happened_at": self.happened_at,
            "content_hash": self.content_hash,
            "awaits_answer": rules.awaits_answer(new.kind, new.direction),
        }

    def as_sent(self) -> dict[str, Any]:
        sent = intake.as_sent(self.new, _SENT, derived=("customer_id", "happened_at"))
        return {**sent, "next_step": self._next_step()}

    def as_stored(self) -> dict[str, Any]:
        customer_id = self.customer_id and str(self.customer_id)
        return {**self.as_sent(), "customer_id": customer_id, "happened_at": format_timestamp(self.happened_at)}

    def _next_step(self) -> dict[str, Any] | None:
        if (task := self.task) is None:
            return None
        due_at = task.due_at and format_timestamp(task.due_at)
        return {"what": task.what, "owner": task.owner, "due_at": due_at}


@dataclass(frozen=True, slots=True)
class References:
    """The records that the interactions of one batch refer to."""

    existing: Mapping[int, Existing]
    customers: Resolver

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[InteractionDraft]) -> "References":
        named = [CustomerReference.by_contact(draft.new.customer_id, draft.new.contact) for draft in drafts]
        customers = Resolver(ctx, named)
        keys = {"interaction": [(n, *draft.key) for n, draft in enumerate(drafts) if draft.key is not None]}
        records = await store.REFERENCES.load(ctx, keys | customers.keys())
        customers.add(records)
        return cls(intake.existing(records, "interaction"), customers)

    def assign(self, ctx: Context, n: int, draft: InteractionDraft) -> Problem | None:
        """Set the customer of the n-th interaction, or return the problem that prevents its recording."""
        new = draft.new
        if (problem := intake.incomplete_source_key(new) or self.customers.missing(n)) is not None:
            return problem
        if (problem := planning.problem(ctx, new.state, new.kind, new.happened_at)) is not None:
            return problem
        draft.customer_id = self.customers.resolve(n).customer_id
        if draft.customer_id is None:
            return None
        unwelcome_channels = self.customers.facts[draft.customer_id].unwelcome_channels
        if USE_BY_CHANNEL.get(new.channel) in self.customers.opted_out(n, draft.customer_id):
            unwelcome_channels = [*unwelcome_channels, {"channel": new.channel, "reason": _OPTED_OUT}]
        return check_welcome(unwelcome_channels, new.channel, new.direction, new.unwelcome_reason)


def check_welcome(
    unwelcome_channels: Sequence[Mapping[str, Any]], channel: Channel, direction: Direction, reason: str | None
) -> UnwelcomeChannel | None:
    """The problem of contacting a customer, who does not want these channels, like this."""
    unwelcome = rules.matching_unwelcome_channel(unwelcome_channels, channel, direction, reason)
    if unwelcome is None:
        return None
    detail = rules.unwelcome_detail(unwelcome)
    extra = {name: unwelcome[name] for name in ("reason", "since") if unwelcome.get(name) is not None}
    return UnwelcomeChannel(detail, errors=[{"pointer": "/channel", "code": "unwelcome", "detail": detail, **extra}])
