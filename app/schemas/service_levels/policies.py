"""Service policies: the targets for complaints, pauses of their clocks, and escalation steps."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from app.rules.kit.channels import Channel
from app.rules.service_levels.clocks import Metric
from app.rules.service_levels.policies import CustomerReplyEffect, PauseReason, Severity
from app.schemas.kit import amounts
from app.schemas.kit.types import (
    CurrencyCode,
    Flag,
    Id,
    Label,
    Moment,
    Money,
    Name,
    OwnCode,
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
    """The complaints that a policy applies to. An empty list or null does not restrict; all other
    fields have to match.
    """

    categories: Annotated[list[Label], Field(max_length=200)] = []
    """The categories of complaints that the policy applies to."""
    severities: Annotated[list[Severity], Field(max_length=10)] = []
    """The severities of complaints that the policy applies to."""
    channels: Annotated[list[Channel], Field(max_length=50)] = []
    """The channels on which complaints may have come in."""
    sites: Annotated[list[Label], Field(max_length=1_000)] = []
    """The codes of the sites that complaints may concern."""
    customer_tags: Annotated[list[Tag], Field(max_length=200)] = []
    """Tags of customers, of which the customer needs at least one."""
    value_from: Money | None = None
    """The lowest amount at stake, inclusive, that the policy applies to. Requires `currency`."""
    currency: CurrencyCode | None = None
    """The currency of `value_from`. Complaints in other currencies do not match."""


class PolicyTargets(Schema):
    """How long each stage may take, in minutes of the calendar's working time. A stage without a target
    has no clock.
    """

    acknowledge_minutes: Minutes | None = None
    """From the receipt of the complaint to its acknowledgement."""
    update_minutes: Minutes | None = None
    """From one message to the customer to the next, while the complaint is being handled."""
    respond_minutes: Minutes | None = None
    """From the receipt of the complaint to the response."""
    resolve_minutes: Minutes | None = None
    """From the receipt of the complaint to its closure."""
    deadlock_minutes: Minutes | None = None
    """From the declaration of a deadlock to the move that ends it."""

    def of(self, metric: Metric) -> int | None:
        minutes: int | None = getattr(self, f"{metric}_minutes")
        return minutes


class PolicyEscalation(Schema):
    """What happens when a clock reaches a certain point."""

    metric: Metric
    """The clock that the step belongs to. It needs a target in this policy."""
    at_minutes: SomeMinutes
    """When the step is due, in working minutes after the due time. Negative values are before it; 0 is the due time
    itself.
    """
    notify: Annotated[list[Label], Field(max_length=50)] = []
    """The names of the people to notify."""
    reassign_to: Label | None = None
    """The member of staff who becomes the owner of the complaint. Null leaves the owner as it is."""
    raise_priority: Flag = False
    """Whether to raise the priority of the complaint by one level."""


class PolicyReopening(Schema):
    """How long and how often a complaint may be reopened after it ended."""

    within_days: Days | None = None
    """The number of days after the end within which it may be reopened. No limit if null."""
    at_most: Times | None = None
    """How many times one complaint may be reopened. No limit if null."""


class ServicePolicyNew(Schema):
    """Service levels for complaints: targets, pauses and escalation steps. Of the active policies that match a
    complaint, the one with the lowest position applies.
    """

    code: OwnCode
    """The unique code of the service policy."""
    name: Name
    """What the policy is called, for people who read it."""
    position: Position = 100
    """The order of evaluation, the lowest first. Of two policies with the same position, the older one comes first."""
    active: Flag = True
    """Whether the policy may be selected for complaints. Complaints that already use it keep it."""
    calendar: Label
    """The code of the calendar whose working time is counted."""
    applies_to: PolicyScope = PolicyScope()
    """The complaints that the policy applies to. Empty: all complaints."""
    targets: PolicyTargets
    """The targets of the policy, of which at least one is required."""
    pauses: Annotated[list[Situation], Field(max_length=50)] = []
    """The situations in which clocks are paused."""
    escalations: Annotated[list[PolicyEscalation], Field(max_length=50)] = []
    """The steps to take before or after a target is missed. Each point in time may occur once per metric."""
    reopening: PolicyReopening | None = None
    """The limits for reopening a complaint. If null, it may be reopened at any time and any number of times."""
    on_customer_reply: CustomerReplyEffect = CustomerReplyEffect.RESUME
    """Whether a message of the customer, in the conversation of a complaint that waits for them, ends the wait and
    resumes the clocks. Otherwise it is only flagged by `customer_replied_at`.
    """

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        scope = self.applies_to
        if scope.value_from is not None and scope.currency is None:
            yield "/applies_to/currency", "missing", "Required with `value_from`"
        if scope.value_from is None and scope.currency is not None:
            yield "/applies_to/value_from", "missing", "Required with `currency`"
        for member, code, detail in amounts.faults(scope, "value_from", "currency"):
            yield f"/applies_to/{member}", code, detail
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


PolicyScopeChange = partial(
    PolicyScope, "PolicyScopeChange", "The fields of the scope to change, as a JSON merge patch (RFC 7396)."
)
PolicyTargetsChange = partial(
    PolicyTargets, "PolicyTargetsChange", "The fields of the targets to change, as a JSON merge patch (RFC 7396)."
)
PolicyReopeningChange = partial(
    PolicyReopening, "PolicyReopeningChange", "The fields of the limits to change, as a JSON merge patch (RFC 7396)."
)


class _PolicyWhole(ServicePolicyNew):
    applies_to: PolicyScopeChange = None  # type: ignore[valid-type]
    targets: PolicyTargetsChange = None  # type: ignore[valid-type]
    reopening: PolicyReopeningChange = None  # type: ignore[valid-type]


ServicePolicyChange = partial(
    _PolicyWhole,
    "ServicePolicyChange",
    "The fields of a service policy to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)


class ServicePolicy(Resource):
    """Service levels for complaints: targets, pauses and escalation steps."""

    id: Id
    code: Label
    """The unique code of the service policy."""
    name: Name
    position: Position
    """The order of evaluation, the lowest first."""
    active: bool
    """Whether the policy may be selected for complaints."""
    calendar: Label
    """The present code of the calendar whose working time is counted."""
    applies_to: PolicyScope
    """The complaints that the policy applies to."""
    targets: PolicyTargets
    pauses: Annotated[list[Situation], Field(max_length=50)]
    """The situations in which clocks are paused."""
    escalations: Annotated[list[PolicyEscalation], Field(max_length=50)]
    """The steps to take before or after a target is missed."""
    reopening: PolicyReopening | None
    """The limits for reopening a complaint. If null, there are none."""
    on_customer_reply: CustomerReplyEffect
    """Whether a message of the customer resumes a complaint that waits for them, or is only flagged."""
    version: Version
    created_at: Moment
    updated_at: Moment


class ServicePolicyPage(Resource):
    items: Annotated[list[ServicePolicy], Field(max_length=200)]
    next_cursor: str | None


class ServicePolicyQuery(PageQuery):
    code: Label | None = None
    active: bool | None = None
    """Whether to return only policies that may be selected, or only those that may not."""
    sort: Literal["position", "-position", "created_at", "-created_at"] = "position"
    """The sort order. Sorted by `position`, policies are listed in the order of evaluation."""


class ServicePolicyVersion(Resource):
    """A version of a service policy."""

    version: Version
    """The number of the version; the first is 1."""
    definition: ServicePolicyNew
    """The whole service policy as it was in this version."""
    actor: Label
    """The name of the API key that created the version."""
    created_at: Moment
    """When the version was created."""


class ServicePolicyVersionPage(Resource):
    items: Annotated[list[ServicePolicyVersion], Field(max_length=200)]
    next_cursor: str | None
