"""Service policies: which complaints get which targets, when clocks are paused, and how they escalate."""

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


class CustomerReplyEffect(StrEnum):
    """What a message of the customer does to a complaint that waits for them: the wait ends, or is flagged only."""

    RESUME = "resume"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Reopening:
    """How long after its end, and how often, a complaint may be opened again."""

    within: timedelta | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One step of an escalation: what is done at a time before or after the due time."""

    metric: Metric
    at: timedelta
    """Working time after the due time; negative: before it."""
    notify: tuple[str, ...] = ()
    reassign_to: str | None = None
    raise_priority: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Which complaints a policy is for: every condition that is not empty has to match."""

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
    """The reasons for which clocks are paused."""
    levels: tuple[Level, ...] = ()


def fits(scope: Scope, facts: Facts) -> bool:
    """Whether a policy with this scope applies to such a complaint."""
    conditions: Sequence[tuple[frozenset[str], Iterable[str | None]]] = (
        (scope.categories, (facts.category,)),
        (scope.severities, (facts.severity,)),
        (scope.channels, (facts.channel,)),
        (scope.sites, (facts.site,)),
        (scope.customer_tags, facts.customer_tags),
    )
    if not all(not allowed or any(value in allowed for value in values) for allowed, values in conditions):
        return False
    if scope.value_from is None:
        return scope.currency is None or facts.currency == scope.currency
    return facts.value is not None and facts.currency == scope.currency and facts.value >= scope.value_from


def levels(policy: Policy, clock: Clock) -> list[tuple[Level, datetime]]:
    """The escalation steps of a clock with their timestamps, past or future; the earliest first.

    Left out are those without a timestamp because the clock is paused, and those later than the end of the clock.
    """
    found = []
    for level in policy.levels:
        if level.metric is not clock.metric or (at := clock.reached_at(clock.target + level.at)) is None:
            continue
        ended = clock.met_at or clock.cancelled_at
        if ended is None or at < ended:
            found.append((level, max(at, clock.started_at)))
    return sorted(found, key=lambda pair: (pair[1], pair[0].at))
