from typing import Annotated

from fastapi import Query, Response

from app.schemas.complaint_insights import Insights, InsightsQuery
from app.schemas.complaint_recovery import Recoveries, Recovery, RecoveryQuery
from app.services import complaint_insights
from app.web import replies
from app.web.deps import Ctx, PathId
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
    return replies.text(await complaint_insights.insights(ctx, query))


@router.get("/recovery", response_model=Recoveries)
async def get_complaint_recoveries(ctx: Ctx, query: Annotated[RecoveryQuery, Query()]) -> Response:
    """What works

    Of complaints closed within the time that is asked for, 400 days at most: how many customers bought again within
    30, 90 and 180 days, how many complained again, what they spend since, what it cost, and how many complaints were
    opened again; by category, remedy, cost, handler, site, severity, feeling, channel or month. Only those whose 30, 90
    or 180 days are over count in a share, and intervals tell how far it may be off: where those of two groups overlap,
    the figures do not show that one works better. A complaint with several accepted remedies is in several groups.
    Bands of cost are `none`, `<10`, `<50`, `<200` and `200+`, per currency; without a key: a remedy was accepted, and
    nobody said what it cost. Later feedback joins when there is feedback.
    """
    return replies.text(await complaint_insights.recoveries(ctx, query))


@router.get("/{complaint_id}/recovery", response_model=Recovery)
async def get_complaint_recovery(ctx: Ctx, complaint_id: PathId) -> Response:
    """Did the customer come back?

    Whether they bought again and complained again within 30, 90 and 180 days of the end, and what they spend per month
    before and after. While it is open, `ended_at` and everything after is null; without a customer who is known,
    nothing is known at all. Later feedback joins when there is feedback.
    """
    return replies.text(await complaint_insights.recovery(ctx, complaint_id))
