"""Service policies: which complaint gets which targets, when clocks stand still, and who is told when time runs out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.rules.service_levels.calendars import Calendar
from app.rules.service_levels.clocks import Clock, Metric


class PauseReason(StrEnum):
    """A situation in which clocks may be paused: a state of the complaint, or who it is waiting on."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    INVESTIGATING = "investigating"
    RESPONDED = "responded"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEADLOCK = "deadlock"
    REFERRED = "referred"
    SETTLED = "settled"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_SUPPLIER = "waiting_supplier"
    WAITING_OTHER = "waiting_other"


class Severity(StrEnum):
    """How serious a complaint is for the customer or the business."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Reopening:
    """How long after its end, and how often, a complaint may be opened again."""

    within: timedelta | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One step of an escalation: what is done when a clock has come so far."""

    metric: Metric
    at: timedelta
    """Working time after the due time; negative: before it."""
    notify: tuple[str, ...] = ()
    reassign_to: str | None = None
    raise_priority: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a policy is for. What is empty is not asked; everything else has to fit."""

    categories: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    customer_tags: frozenset[str] = frozenset()
    value_from: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a complaint's policy is chosen by."""

    category: str | None
    severity: str | None
    channel: str
    site: str | None
    customer_tags: frozenset[str]
    value: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    calendar: Calendar
    targets: Mapping[Metric, timedelta]
    """Working time of the calendar; a metric without a target has no clock."""
    pauses: frozenset[str] = frozenset()
    """The situations in which clocks stand still."""
    levels: tuple[Level, ...] = ()


def fits(scope: Scope, facts: Facts) -> bool:
    """Is the policy with this scope one for such a complaint?"""
    asked: Sequence[tuple[frozenset[str], Iterable[str | None]]] = (
        (scope.categories, (facts.category,)),
        (scope.severities, (facts.severity,)),
        (scope.channels, (facts.channel,)),
        (scope.sites, (facts.site,)),
        (scope.customer_tags, facts.customer_tags),
    )
    if not all(not wanted or any(value in wanted for value in values) for wanted, values in asked):
        return False
    if scope.value_from is None:
        return scope.currency is None or facts.currency == scope.currency
    return facts.value is not None and facts.currency == scope.currency and facts.value >= scope.value_from


def levels(policy: Policy, clock: Clock) -> list[tuple[Level, datetime]]:
    """The steps of a clock's escalation that have, or will have, their moment; the earliest first.

    None of those whose moment cannot be told because the clock stands still, or came after the clock was over.
    """
    found = []
    for level in policy.levels:
        if level.metric is not clock.metric or (moment := clock.reaches(clock.target + level.at)) is None:
            continue
        ended = clock.met_at or clock.cancelled_at
        if ended is None or moment < ended:
            found.append((level, max(moment, clock.started_at)))
    return sorted(found, key=lambda pair: (pair[1], pair[0].at))
