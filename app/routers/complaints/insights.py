from typing import Annotated

from fastapi import Query, Response

from app.schemas.complaints.insights import ComplaintInsights, InsightsQuery
from app.services.complaints import insights
from app.web import replies
from app.web.deps import Ctx
from app.web.route import resource

router = resource("complaints")


@router.get("/insights", response_model=ComplaintInsights)
async def get_complaint_insights(ctx: Ctx, query: Annotated[InsightsQuery, Query()]) -> Response:
    """Get complaint insights

    Volume, backlog, time in each state, clock performance, response times, outcomes, repeat complainants, root causes,
    products and sites. Measures that can be traded against each other are shown together: speed with the share
    reopened, closed with recovered. Covers complaints received in the given period of at most 400 days; the backlog is
    that of now, and closed complaints are counted in the period in which they ended. Filter by `sku` or `site` to
    follow one product or site. Shares come with 95 % confidence intervals; a figure is null when there is nothing to
    calculate it from. Complaints are counted, not related to units sold.
    """
    return replies.json_text(await insights.insights(ctx, query))
