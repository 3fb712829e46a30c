"""Service policies: how soon what has to happen, for which complaints, and who is told when it does not."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from app.rules.kit.channels import Channel
from app.rules.service_levels.clocks import Metric
from app.rules.service_levels.policies import PauseReason, Severity
from app.schemas.kit.types import (
    CurrencyCode,
    Flag,
    Id,
    Label,
    Moment,
    Money,
    Name,
    PageQuery,
    Resource,
    Schema,
    Tag,
    Version,
    partial,
)

if TYPE_CHECKING:
    Situation = str
else:
    Situation = Literal[tuple(str(reason) for reason in PauseReason)]

LONGEST_MINUTES = 5_000_000
Minutes = Annotated[int, Field(strict=True, ge=1, le=LONGEST_MINUTES)]
SomeMinutes = Annotated[int, Field(strict=True, ge=-LONGEST_MINUTES, le=LONGEST_MINUTES)]
Position = Annotated[int, Field(strict=True, ge=0, le=100_000)]
Days = Annotated[int, Field(strict=True, ge=0, le=36_500)]
Times = Annotated[int, Field(strict=True, ge=0, le=1_000)]


class PolicyScope(Schema):
    """Which complaints it is for. What is left out or empty is not asked; everything else has to fit."""

    categories: Annotated[list[Label], Field(max_length=200)] = []
    severities: Annotated[list[Severity], Field(max_length=10)] = []
    channels: Annotated[list[Channel], Field(max_length=50)] = []
    sites: Annotated[list[Label], Field(max_length=1_000)] = []
    """Codes of sites."""
    customer_tags: Annotated[list[Tag], Field(max_length=200)] = []
    """The customer has one of these."""
    value_from: Money | None = None
    """So much or more is at stake. With `currency`."""
    currency: CurrencyCode | None = None
    """With `value_from`: a complaint in another currency does not fit."""


class PolicyTargets(Schema):
    """How many minutes of the calendar's working time each may take. What is left out has no clock."""

    acknowledge_minutes: Minutes | None = None
    update_minutes: Minutes | None = None
    """From one word to the customer to the next."""
    respond_minutes: Minutes | None = None
    resolve_minutes: Minutes | None = None
    deadlock_minutes: Minutes | None = None
    """The way out of a dispute that is stuck."""

    def of(self, metric: Metric) -> int | None:
        minutes: int | None = getattr(self, f"{metric}_minutes")
        return minutes


class PolicyEscalation(Schema):
    """What is done when a clock has come so far."""

    metric: Metric
    """Has to have a target."""
    at_minutes: SomeMinutes
    """Working minutes after the due time: negative is before it, 0 the moment it is missed."""
    notify: Annotated[list[Label], Field(max_length=50)] = []
    """Who is told, by name."""
    reassign_to: Label | None = None
    """Who owns the complaint from then on."""
    raise_priority: Flag = False
    """By one step."""


class PolicyReopening(Schema):
    """How long, and how often, a complaint that has ended may be opened again."""

    within_days: Days | None = None
    """Left out: however long ago it ended."""
    at_most: Times | None = None
    """Left out: any number of times."""


class ServicePolicyNew(Schema):
    """What is promised to those who complain. Of the active policies that fit, the lowest position holds."""

    code: Label
    """Unique."""
    name: Name
    position: Position = 100
    """Of two alike, the older policy goes first."""
    active: Flag = True
    """Only active ones are chosen for new complaints."""
    calendar: Label
    """The code of the calendar whose working time counts."""
    applies_to: PolicyScope = PolicyScope()
    targets: PolicyTargets
    """At least one."""
    pauses: Annotated[list[Situation], Field(max_length=50)] = []
    """The situations in which clocks stand still."""
    escalations: Annotated[list[PolicyEscalation], Field(max_length=50)] = []
    """Each moment of a metric once."""
    reopening: PolicyReopening | None = None
    """Left out: whenever and as often as it takes."""

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        scope = self.applies_to
        if scope.value_from is not None and scope.currency is None:
            yield "/applies_to/currency", "missing", "Required with `value_from`"
        if scope.value_from is None and scope.currency is not None:
            yield "/applies_to/value_from", "missing", "Required with `currency`"
        if all(self.targets.of(metric) is None for metric in Metric):
            yield "/targets", "missing", "At least one target is required"
        seen: set[tuple[Metric, int]] = set()
        for n, step in enumerate(self.escalations):
            target = self.targets.of(step.metric)
            if target is None:
                yield f"/escalations/{n}/metric", "no_target", f"The policy has no target `{step.metric}_minutes`"
            elif -step.at_minutes > target:
                yield f"/escalations/{n}/at_minutes", "before_start", f"Must not be before the start at {-target}"
            if (step.metric, step.at_minutes) in seen:
                yield f"/escalations/{n}/at_minutes", "duplicate", f"Duplicate escalation of `{step.metric}`"
            seen.add((step.metric, step.at_minutes))


PolicyScopeChange = partial(PolicyScope, "PolicyScopeChange", "What changes of whom it is for.")
PolicyTargetsChange = partial(PolicyTargets, "PolicyTargetsChange", "What changes of the targets.")
PolicyReopeningChange = partial(PolicyReopening, "PolicyReopeningChange", "What changes of reopening.")


class _PolicyWhole(ServicePolicyNew):
    applies_to: PolicyScopeChange = None  # type: ignore[valid-type]
    targets: PolicyTargetsChange = None  # type: ignore[valid-type]
    reopening: PolicyReopeningChange = None  # type: ignore[valid-type]


ServicePolicyChange = partial(
    _PolicyWhole, "ServicePolicyChange", "What changes of a policy: lists are replaced whole, null takes a value away."
)


class ServicePolicy(Resource):
    id: Id
    code: Label
    name: Name
    position: Position
    active: bool
    calendar: Label
    """Its code, as it is now."""
    applies_to: PolicyScope
    targets: PolicyTargets
    pauses: Annotated[list[Situation], Field(max_length=50)]
    escalations: Annotated[list[PolicyEscalation], Field(max_length=50)]
    reopening: PolicyReopening | None
    version: Version
    created_at: Moment
    updated_at: Moment


class ServicePolicyPage(Resource):
    items: Annotated[list[ServicePolicy], Field(max_length=200)]
    next_cursor: str | None


class ServicePolicyQuery(PageQuery):
    code: Label | None = None
    active: Annotated[bool | None, Field(description="Those that are chosen from, or those that are not.")] = None
    sort: Literal["position", "-position", "created_at", "-created_at"] = "position"
    """By position: in the order in which they are tried."""


class ServicePolicyVersion(Resource):
    version: Version
    definition: ServicePolicyNew
    """The whole policy as it was."""
    actor: Label
    """Whose key made it so."""
    created_at: Moment


class ServicePolicyVersionPage(Resource):
    items: Annotated[list[ServicePolicyVersion], Field(max_length=200)]
    next_cursor: str | None
