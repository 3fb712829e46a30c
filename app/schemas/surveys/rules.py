"""Survey rules: after what customers are asked without anybody doing it, how much later, and how many of them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from app.rules.interactions import InteractionKind
from app.rules.kit.channels import Channel
from app.rules.sales import SaleChannel
from app.rules.surveys.contact_policy import After
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

Hours = Annotated[int, Field(strict=True, ge=0, le=8_760)]
Percent = Annotated[int, Field(strict=True, ge=1, le=100)]
# What can be asked of which occasions; customer tags can be of all of them.
_ASKED_OF = {
    "sites": (After.SALE, After.COMPLAINT_CLOSED),
    "sale_channels": (After.SALE,),
    "channels": (After.COMPLAINT_CLOSED, After.INTERACTION),
    "min_total": (After.SALE,),
    "interaction_kinds": (After.INTERACTION,),
    "complaint_categories": (After.COMPLAINT_CLOSED,),
}


class SurveyRuleConditions(Schema):
    """After which of them. What is left out or empty is not asked; everything else has to fit."""

    sites: Annotated[list[Label], Field(max_length=1_000)] = []
    """Codes of sites, of sales and complaints."""
    sale_channels: Annotated[list[SaleChannel], Field(max_length=50)] = []
    channels: Annotated[list[Channel], Field(max_length=50)] = []
    """On which the complaint came in, or the interaction took place."""
    staff: Annotated[list[Label], Field(max_length=200)] = []
    """Who sold, or was in contact, or was complained about."""
    customer_tags: Annotated[list[Tag], Field(max_length=200)] = []
    """The customer has one of these."""
    min_total: Money | None = None
    """What the receipt came to, or more. With `currency`."""
    currency: CurrencyCode | None = None
    """With `min_total`: a receipt in another currency does not fit."""
    interaction_kinds: Annotated[list[InteractionKind], Field(max_length=50)] = []
    complaint_categories: Annotated[list[Label], Field(max_length=200)] = []


class SurveyRuleNew(Schema):
    """Who is asked what, and after what."""

    code: Label
    """Unique."""
    name: Name
    active: Flag = True
    survey: Label
    """The code of the survey. It asks while the survey is open."""
    after: After
    """A sale (not a return) to a known customer, a complaint that was closed, a contact with the customer."""
    delay_hours: Hours = 0
    """How much later; n days are 24 times n hours."""
    sample_percent: Percent = 100
    """How many out of a hundred are asked, drawn by lot."""
    conditions: SurveyRuleConditions = SurveyRuleConditions()
    channels: Annotated[list[Channel], Field(max_length=50)] = []
    """On which it may ask, in this order, unless the customer prefers another one of them. Empty: on any."""

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        asked = self.conditions
        if asked.min_total is not None and asked.currency is None:
            yield "/conditions/currency", "missing", "Required with `min_total`"
        if asked.min_total is None and asked.currency is not None:
            yield "/conditions/min_total", "missing", "Required with `currency`"
        for name, occasions in _ASKED_OF.items():
            if getattr(asked, name) and self.after not in occasions:
                yield f"/conditions/{name}", "not_applicable", f"Not applicable after `{self.after}`"


SurveyRuleConditionsChange = partial(
    SurveyRuleConditions, "SurveyRuleConditionsChange", "What changes of the conditions."
)


class _RuleWhole(SurveyRuleNew):
    conditions: SurveyRuleConditionsChange = None  # type: ignore[valid-type]


SurveyRuleChange = partial(
    _RuleWhole, "SurveyRuleChange", "What changes of a rule: lists are replaced whole, null takes a value away."
)


class SurveyRule(Resource):
    id: Id
    code: Label
    name: Name
    active: bool
    survey: Label
    """Its code, as it is now."""
    after: After
    delay_hours: Hours
    sample_percent: Percent
    conditions: SurveyRuleConditions
    channels: Annotated[list[Channel], Field(max_length=50)]
    version: Version
    created_at: Moment
    updated_at: Moment


class SurveyRulePage(Resource):
    items: Annotated[list[SurveyRule], Field(max_length=200)]
    next_cursor: str | None


class SurveyRuleQuery(PageQuery):
    code: Label | None = None
    survey_id: Id | None = None
    active: Annotated[bool | None, Field(description="Those that ask, or those that do not.")] = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class SurveyRuleVersion(Resource):
    version: Version
    definition: SurveyRuleNew
    """The whole rule as it was."""
    actor: Label
    """Whose key made it so."""
    created_at: Moment


class SurveyRuleVersionPage(Resource):
    items: Annotated[list[SurveyRuleVersion], Field(max_length=200)]
    next_cursor: str | None
