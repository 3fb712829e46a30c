"""Rules of what is made of feedback: a task, or a complaint."""

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
    """Which feedback: all of these have to be so, and what is left out does not matter."""

    methods: Annotated[list[Method], Field(max_length=20)] = []
    metrics: Annotated[list[FeedbackMetric], Field(max_length=20)] = []
    """Of the rating that stands for the whole."""
    surveys: Labels = []
    """Their codes."""
    sites: Labels = []
    channels: Annotated[list[Channel], Field(max_length=50)] = []
    score_below: Annotated[int | None, Field(strict=True, ge=1, le=101)] = None
    """Of 0 to 100. Feedback without a figure has no low one."""
    sentiments: Annotated[list[Sentiment], Field(max_length=10)] = []
    themes: Labels = []
    """Codes of themes: one that the text speaks of is enough."""
    customer_known: Literal["yes", "no"] | None = None


class TaskTemplate(Schema):
    what: Line
    """What is to be done. What the feedback was, and whose, is added to it."""
    owner: Label | None = None
    due_hours: Hours | None = None
    """So many hours after the feedback came in."""


class ComplaintTemplate(Schema):
    category: Label | None = None
    severity: Severity | None = None
    priority: Priority = Priority.NORMAL
    owner: Label | None = None


class FeedbackRuleNew(Schema):
    """What is made of feedback when it comes in: a task or a complaint, once."""

    code: Slug
    name: Name
    active: Flag = True
    """Looks at feedback that comes in from now on. Nothing is made of what was collected more than 30 days before, was
    acted upon already, or is about a competitor: neither old records that are brought in nor others' customers are
    ours to run after."""
    conditions: FeedbackConditions = FeedbackConditions()
    task: TaskTemplate | None = None
    """One of `task` and `complaint`."""
    complaint: ComplaintTemplate | None = None
    """Its words are those of the feedback. Where several rules make one, there is one complaint: that of the first
    rule by its code."""

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        if self.task is None and self.complaint is None:
            yield "/task", "missing", "Either `task` or `complaint` is required"
        if self.task is not None and self.complaint is not None:
            yield "/complaint", "one_of", "Only one of `task` and `complaint` is allowed"


FeedbackConditionsChange = partial(FeedbackConditions, "FeedbackConditionsChange", "What changes of the condition.")
TaskTemplateChange = partial(TaskTemplate, "TaskTemplateChange", "What changes of the task that is made.")
ComplaintTemplateChange = partial(
    ComplaintTemplate, "ComplaintTemplateChange", "What changes of the complaint that is made."
)


class _RuleWhole(FeedbackRuleNew):
    conditions: FeedbackConditionsChange = None  # type: ignore[valid-type]
    task: TaskTemplateChange = None  # type: ignore[valid-type]
    complaint: ComplaintTemplateChange = None  # type: ignore[valid-type]


FeedbackRuleChange = partial(
    _RuleWhole,
    "FeedbackRuleChange",
    "What changes of a feedback rule: lists are replaced whole, null takes a value away.",
)


class FeedbackRule(Resource):
    id: Id
    code: Slug
    name: Name
    active: bool
    conditions: FeedbackConditions
    task: TaskTemplate | None
    complaint: ComplaintTemplate | None
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
    version: Version
    definition: FeedbackRuleNew
    """The whole rule as it was."""
    actor: Label
    """Whose key made it so."""
    created_at: Moment


class FeedbackRuleVersionPage(Resource):
    items: Annotated[list[FeedbackRuleVersion], Field(max_length=200)]
    next_cursor: str | None
