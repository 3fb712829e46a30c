from typing import Annotated

from fastapi import Query, Response

from app.schemas.complaints.insights import Insights, InsightsQuery
from app.services.complaints import insights
from app.web import replies
from app.web.deps import Ctx
from app.web.route import resource

router = resource("complaints")


@router.get("/insights", response_model=Insights)
async def get_complaint_insights(ctx: Ctx, query: Annotated[InsightsQuery, Query()]) -> Response:
    """Insights

    What came in and what was closed, how old the backlog is, how long complaints stay in each state, which clocks were
    met, who complains again, what the causes are, and where. Every figure stands beside the one it could be bought
    with: speed beside reopened, closed beside recovered. It is about complaints received within the time that is asked
    for, 400 days at most; the backlog is that of now, and the volume counts those closed by when they were closed.
    For one product or site over time, ask with `sku` or `site`. Shares come with 95 % intervals, so that small numbers
    do not mislead, and figures are null where nothing is known. How much of a product was sold is not told here: that
    could not be counted quickly.
    """
    return replies.json_text(await insights.insights(ctx, query))
