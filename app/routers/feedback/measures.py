from typing import Annotated

from fastapi import Query, Response

from app.schemas.feedback.comparisons import (
    AspectGaps,
    CompetitorComparison,
    CompetitorsQuery,
    GapsQuery,
    LoopQuery,
    LoopReport,
)
from app.schemas.feedback.measures import Measures, MeasuresQuery, MethodComparison, MethodsQuery
from app.services.feedback import measures
from app.web import replies
from app.web.deps import Ctx
from app.web.route import resource

router = resource("feedback")


@router.get("/measures", response_model=Measures)
async def get_feedback_measures(ctx: Ctx, query: Annotated[MeasuresQuery, Query()]) -> Response:
    """Get feedback measures

    NPS, CSAT, CES, ratings or the common score, grouped by period, site, staff, product, channel, method, survey or
    customer tag. Each measure comes with the number of answers, the mean from 0 to 100 and a 95 % confidence interval.
    `response` is the share of invitations sent in the period that were answered. Covers feedback collected in the given
    period of at most 3,700 days, or 400 when grouped by day. Figures are null, never 0, when there are no answers;
    periods without answers are listed as well. A customer with two tags is counted in both groups. Answers about a
    single aspect, expectations and feedback about competitors are left out.
    """
    return replies.json_text(await measures.measures(ctx, query))


@router.get("/methods", response_model=MethodComparison)
async def get_feedback_methods(ctx: Ctx, query: Annotated[MethodsQuery, Query()]) -> Response:
    """Compare collection methods

    What surveys, reviews, mystery shopping visits and the other methods say about each site, on the common scale from 0
    to 100. A wide `spread` means that the methods disagree, so that one of them misses something the others see.
    """
    return replies.json_text(await measures.methods(ctx, query))


@router.get("/gaps", response_model=AspectGaps)
async def get_feedback_gaps(ctx: Ctx, query: Annotated[GapsQuery, Query()]) -> Response:
    """Compare expectations with experience

    For each aspect, such as waiting time or freshness: what customers expect, what they experience and the gap between
    the two, the widest shortfall first. When enough people rated both, each person's two answers are compared, which
    narrows the confidence interval.
    """
    return replies.json_text(await measures.gaps(ctx, query))


@router.get("/competitors", response_model=CompetitorComparison)
async def get_feedback_competitors(ctx: Ctx, query: Annotated[CompetitorsQuery, Query()]) -> Response:
    """Compare with competitors

    Ratings, sentiment and most frequent themes of feedback about competitors (method `competitor`), beside those of the
    business's own reviews and social media posts. Other methods reach other people and are left out of the comparison.
    """
    return replies.json_text(await measures.competitors(ctx, query))


@router.get("/loop", response_model=LoopReport)
async def get_feedback_loop(ctx: Ctx, query: Annotated[LoopQuery, Query()]) -> Response:
    """Get loop performance

    For feedback collected in the given period: how much of it was acknowledged, acted on, notified to the customer and
    closed, how long that took, and how much is overdue for an acknowledgement. To see which, list feedback with
    `acknowledged=false`.
    """
    return replies.json_text(await measures.loop(ctx, query))
