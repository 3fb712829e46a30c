"""Feedback rules: which feedback creates a task or a complaint."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from app.rules.complaints import Priority
from app.rules.feedback.feedback import FeedbackMetric, Method
from app.rules.feedback.sentiment import Sentiment
from app.rules.kit.channels import Channel
from app.rules.service_levels import Severity
from app.schemas.kit.types import (
    Flag,
    Id,
    Label,
    Line,
    Moment,
    Name,
    PageQuery,
    Resource,
    Schema,
    Slug,
    Version,
    partial,
)

Hours = Annotated[int, Field(strict=True, ge=0, le=8_760)]
Labels = Annotated[list[Label], Field(max_length=100)]


class FeedbackConditions(Schema):
    """The feedback that a rule applies to. An empty list or null does not restrict; all other fields have to match."""

    methods: Annotated[list[Method], Field(max_length=20)] = []
    """The methods by which the feedback may have been collected."""
    metrics: Annotated[list[FeedbackMetric], Field(max_length=20)] = []
    """The metrics that the main rating may have."""
    surveys: Labels = []
    """The codes of the surveys that may have been answered."""
    sites: Labels = []
    """The codes of the sites that the feedback may be about."""
    channels: Annotated[list[Channel], Field(max_length=50)] = []
    """The channels on which the feedback may have come in."""
    score_below: Annotated[int | None, Field(strict=True, ge=1, le=101)] = None
    """The score, from 0 to 100, that the feedback has to be below. Feedback without a rating does not match."""
    sentiments: Annotated[list[Sentiment], Field(max_length=10)] = []
    """The sentiments that the text may have."""
    themes: Labels = []
    """The codes of themes, of which the text has to mention at least one."""
    customer_known: Literal["yes", "no"] | None = None
    """Whether the customer has to be known (`yes`) or unknown (`no`)."""


class TaskTemplate(Schema):
    """The task that a rule creates."""

    what: Line
    """What has to be done, in one line. The rating and the customer are added to it."""
    owner: Label | None = None
    """The member of staff who has to do it."""
    due_hours: Hours | None = None
    """The number of hours after the feedback is recorded by which it has to be done."""


class ComplaintTemplate(Schema):
    """The complaint that a rule creates."""

    category: Label | None = None
    """The category of the complaint."""
    severity: Severity | None = None
    """The severity of the complaint, by which its service policy is selected, among others."""
    priority: Priority = Priority.NORMAL
    """The priority of the complaint."""
    owner: Label | None = None
    """The member of staff who becomes responsible for the complaint."""


class FeedbackRuleNew(Schema):
    """A rule that creates a task or a complaint from matching feedback, once for each piece."""

    code: Slug
    """The unique code of the feedback rule."""
    name: Name
    """What the rule is called, for people who read it."""
    active: Flag = True
    """Whether the rule applies to feedback from now on. It never applies to feedback that was collected more than 30
    days ago, that a recorded action has already answered, or that is about a competitor.
    """
    conditions: FeedbackConditions = FeedbackConditions()
    """The feedback that the rule applies to. Empty: all feedback."""
    task: TaskTemplate | None = None
    """The task to create. Exactly one of `task` and `complaint` is required."""
    complaint: ComplaintTemplate | None = None
    """The complaint to create, described by the text of the feedback. If several rules create one, only the first rule
    by code does.
    """

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        if self.task is None and self.complaint is None:
            yield "/task", "missing", "Either `task` or `complaint` is required"
        if self.task is not None and self.complaint is not None:
            yield "/complaint", "one_of", "Only one of `task` and `complaint` is allowed"


FeedbackConditionsChange = partial(
    FeedbackConditions,
    "FeedbackConditionsChange",
    "The fields of the conditions to change, as a JSON merge patch (RFC 7396).",
)
TaskTemplateChange = partial(
    TaskTemplate, "TaskTemplateChange", "The fields of the task template to change, as a JSON merge patch (RFC 7396)."
)
ComplaintTemplateChange = partial(
    ComplaintTemplate,
    "ComplaintTemplateChange",
    "The fields of the complaint template to change, as a JSON merge patch (RFC 7396).",
)


class _RuleWhole(FeedbackRuleNew):
    conditions: FeedbackConditionsChange = None  # type: ignore[valid-type]
    task: TaskTemplateChange = None  # type: ignore[valid-type]
    complaint: ComplaintTemplateChange = None  # type: ignore[valid-type]


FeedbackRuleChange = partial(
    _RuleWhole,
    "FeedbackRuleChange",
    "The fields of a feedback rule to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)


class FeedbackRule(Resource):
    """A rule that creates a task or a complaint from matching feedback, once for each piece."""

    id: Id
    code: Slug
    """The unique code of the feedback rule."""
    name: Name
    active: bool
    """Whether the rule applies to new feedback."""
    conditions: FeedbackConditions
    """The feedback that the rule applies to."""
    task: TaskTemplate | None
    """The task to create. Null if the rule creates a complaint."""
    complaint: ComplaintTemplate | None
    """The complaint to create. Null if the rule creates a task."""
    version: Version
    created_at: Moment
    updated_at: Moment


class FeedbackRulePage(Resource):
    items: Annotated[list[FeedbackRule], Field(max_length=200)]
    next_cursor: str | None


class FeedbackRuleQuery(PageQuery):
    code: Label | None = None
    active: bool | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class FeedbackRuleVersion(Resource):
    """A version of a feedback rule."""

    version: Version
    """The number of the version; the first is 1."""
    definition: FeedbackRuleNew
    """The whole feedback rule as it was in this version."""
    actor: Label
    """The name of the API key that created the version."""
    created_at: Moment
    """When the version was created."""


class FeedbackRuleVersionPage(Resource):
    items: Annotated[list[FeedbackRuleVersion], Field(max_length=200)]
    next_cursor: str | None
