"""Survey rules: after which occasions customers are invited automatically."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from app.rules.interactions import InteractionKind
from app.rules.kit.channels import Channel
from app.rules.sales import SaleChannel
from app.rules.surveys.triggers import TriggerEvent
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

Hours = Annotated[int, Field(strict=True, ge=0, le=8_760)]
Percent = Annotated[int, Field(strict=True, ge=1, le=100)]
# The events that a condition can be set for; customer tags can be for all of them.
_EVENTS_BY_CONDITION = {
    "sites": (TriggerEvent.SALE, TriggerEvent.COMPLAINT_CLOSED),
    "sale_channels": (TriggerEvent.SALE,),
    "channels": (TriggerEvent.COMPLAINT_CLOSED, TriggerEvent.INTERACTION),
    "min_total": (TriggerEvent.SALE,),
    "interaction_kinds": (TriggerEvent.INTERACTION,),
    "complaint_categories": (TriggerEvent.COMPLAINT_CLOSED,),
}


class SurveyRuleConditions(Schema):
    """The occasions that a rule applies to. An empty list or null does not restrict; all other fields have to match."""

    sites: Annotated[list[Label], Field(max_length=1_000)] = []
    """The codes of the sites, for sales and complaints."""
    sale_channels: Annotated[list[SaleChannel], Field(max_length=50)] = []
    """The channels of sales, for sales only."""
    channels: Annotated[list[Channel], Field(max_length=50)] = []
    """The channels on which complaints came in or interactions took place."""
    staff: Annotated[list[Label], Field(max_length=200)] = []
    """The members of staff who sold, were in contact, or were complained about."""
    customer_tags: Annotated[list[Tag], Field(max_length=200)] = []
    """Tags of customers, of which the customer needs at least one."""
    min_total: Money | None = None
    """The lowest total of a receipt, inclusive. Requires `currency`."""
    currency: CurrencyCode | None = None
    """The currency of `min_total`. Receipts in other currencies do not match."""
    interaction_kinds: Annotated[list[InteractionKind], Field(max_length=50)] = []
    """The kinds of interactions, for interactions only."""
    complaint_categories: Annotated[list[Label], Field(max_length=200)] = []
    """The categories of complaints, for complaints only."""


class SurveyRuleNew(Schema):
    """A rule that invites customers to a survey after an occasion."""

    code: OwnCode
    """The unique code of the survey rule."""
    name: Name
    """What the rule is called, for people who read it."""
    active: Flag = True
    """Whether the rule invites customers from now on."""
    survey: Label
    """The code of the survey. Nobody is invited while it is not open."""
    after: TriggerEvent
    """The occasion: a sale to a known customer, a complaint that was closed, or an interaction with the customer."""
    delay_hours: Hours = 0
    """The number of hours to wait after the occasion."""
    sample_percent: Percent = 100
    """The percentage of occasions, chosen at random, after which customers are invited."""
    conditions: SurveyRuleConditions = SurveyRuleConditions()
    """The occasions that the rule applies to. Empty: all of them."""
    channels: Annotated[list[Channel], Field(max_length=50)] = []
    """The channels to use, in order of preference. The customer's own preference among them takes precedence. Empty:
    any channel.
    """

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """Faults between its fields: pointer, code and detail of each."""
        conditions = self.conditions
        if conditions.min_total is not None and conditions.currency is None:
            yield "/conditions/currency", "missing", "Required with `min_total`"
        if conditions.min_total is None and conditions.currency is not None:
            yield "/conditions/min_total", "missing", "Required with `currency`"
        for member, code, detail in amounts.faults(conditions, "min_total", "currency", signed=True):
            yield f"/conditions/{member}", code, detail
        for name, events in _EVENTS_BY_CONDITION.items():
            if getattr(conditions, name) and self.after not in events:
                yield f"/conditions/{name}", "not_applicable", f"Not applicable after `{self.after}`"


SurveyRuleConditionsChange = partial(
    SurveyRuleConditions,
    "SurveyRuleConditionsChange",
    "The fields of the conditions to change, as a JSON merge patch (RFC 7396).",
)


class _RuleWhole(SurveyRuleNew):
    conditions: SurveyRuleConditionsChange = None  # type: ignore[valid-type]


SurveyRuleChange = partial(
    _RuleWhole,
    "SurveyRuleChange",
    "The fields of a survey rule to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)


class SurveyRule(Resource):
    """A rule that invites customers to a survey after an occasion."""

    id: Id
    code: Label
    """The unique code of the survey rule."""
    name: Name
    active: bool
    """Whether the rule invites customers."""
    survey: Label
    """The present code of the survey."""
    after: TriggerEvent
    """The occasion: a sale to a known customer, a complaint that was closed, or an interaction with the customer."""
    delay_hours: Hours
    """The number of hours to wait after the occasion."""
    sample_percent: Percent
    """The percentage of occasions, chosen at random, after which customers are invited."""
    conditions: SurveyRuleConditions
    """The occasions that the rule applies to."""
    channels: Annotated[list[Channel], Field(max_length=50)]
    """The channels to use, in order of preference. Empty: any channel."""
    version: Version
    created_at: Moment
    updated_at: Moment


class SurveyRulePage(Resource):
    items: Annotated[list[SurveyRule], Field(max_length=200)]
    next_cursor: str | None


class SurveyRuleQuery(PageQuery):
    code: Label | None = None
    survey_id: Id | None = None
    active: bool | None = None
    """Whether to return only rules that invite customers, or only those that do not."""
    sort: Literal["created_at", "-created_at"] = "-created_at"


class SurveyRuleVersion(Resource):
    """A version of a survey rule."""

    version: Version
    """The number of the version; the first is 1."""
    definition: SurveyRuleNew
    """The whole survey rule as it was in this version."""
    actor: Label
    """The name of the API key that created the version."""
    created_at: Moment
    """When the version was created."""


class SurveyRuleVersionPage(Resource):
    items: Annotated[list[SurveyRuleVersion], Field(max_length=200)]
    next_cursor: str | None
