import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.rules.complaints.states import (
    CauseKind,
    Complexity,
    Decision,
    Feeling,
    Impact,
    Priority,
    Publicity,
    State,
    Waiting,
)
from app.rules.kit.channels import Channel
from app.rules.service_levels import Severity


@dataclass(slots=True)
class ComplaintRow:
    """A complaint as it is stored, one field a column."""

    id: UUID
    reference: str
    customer_id: UUID | None
    complainant: dict[str, Any] | None
    channel: Channel
    received_at: datetime
    site: str | None
    sku: str | None
    sale_id: UUID | None
    sale_line_no: int | None
    interaction_id: UUID | None
    staff: str | None
    category: str | None
    severity: Severity | None
    complexity: Complexity | None
    impact: Impact | None
    immediate_action: bool
    description: str
    desired_outcome: str | None
    feeling: Feeling | None
    relationship_at_risk: bool
    publicity: Publicity
    value: Decimal | None
    currency: str | None
    owner: str | None
    priority: Priority
    state: State
    state_since: datetime
    cause_kind: CauseKind | None
    cause: str | None
    source: str | None
    external_id: str | None
    content_hash: bytes | None
    attributes: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    customer_from_id: UUID | None = None
    taken_from: Sequence[UUID] = ()
    match: str = "anonymous"
    candidates: Sequence[UUID] = ()
    match_reasons: Sequence[Mapping[str, str | None]] = ()
    waiting_for: Waiting | None = None
    waiting_since: datetime | None = None
    customer_replied_at: datetime | None = None
    acknowledged_at: datetime | None = None
    responded_at: datetime | None = None
    ended_at: datetime | None = None
    decision: Decision | None = None
    decision_text: str | None = None
    notified_at: datetime | None = None
    referral: dict[str, Any] | None = None
    reopened_count: int = 0
    policy_id: UUID | None = None
    procedure_id: UUID | None = None
    procedure_version: int | None = None
    due_at: datetime | None = None
    breached: bool = False
    version: int = 1

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "ComplaintRow":
        values = dict(record)
        for name, parse in _PARSERS.items():
            if values[name] is not None:
                values[name] = parse(values[name])
        return cls(**values)

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _NAMES}

    def update(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)


_NAMES = tuple(field.name for field in fields(ComplaintRow))
_PARSERS: Mapping[str, Any] = {
    "complainant": json.loads,
    "match_reasons": json.loads,
    "channel": Channel,
    "severity": Severity,
    "complexity": Complexity,
    "impact": Impact,
    "feeling": Feeling,
    "publicity": Publicity,
    "priority": Priority,
    "state": State,
    "cause_kind": CauseKind,
    "attributes": json.loads,
    "waiting_for": Waiting,
    "decision": Decision,
    "referral": json.loads,
}
