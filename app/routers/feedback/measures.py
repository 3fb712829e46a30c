from typing import Annotated

from fastapi import Query, Response

from app.schemas.feedback.comparisons import AspectGaps, Competitors, CompetitorsQuery, GapsQuery, LoopQuery, Loops
from app.schemas.feedback.measures import Measures, MeasuresQuery, MethodsQuery, MethodsSideBySide
from app.services.feedback import measures
from app.web import replies
from app.web.deps import Ctx
from app.web.route import resource

router = resource("feedback")


@router.get("/measures", response_model=Measures)
async def get_feedback_measures(ctx: Ctx, query: Annotated[MeasuresQuery, Query()]) -> Response:
    """Measures

    NPS, CSAT, CES, ratings or the score that everything has in common, by time, site, staff, product, channel, method,
    survey or tag of the customer; with the number of answers, the mean from 0 to 100, and 95 % intervals, so that
    small numbers do not mislead. `response` is the share of invitations sent in this time that were answered. What was
    collected within the time that is asked for counts, 3,700 days at most, and 400 by day. Where nobody has answered,
    figures are null, never 0; a period without answers is there all the same. A customer with two tags counts in both.
    Answers about one aspect, expectations and what is said about competitors are not in it.
    """
    return replies.json_text(await measures.measures(ctx, query))


@router.get("/methods", response_model=MethodsSideBySide)
async def get_feedback_methods(ctx: Ctx, query: Annotated[MethodsQuery, Query()]) -> Response:
    """Methods side by side

    What surveys, reviews, mystery shoppers and all the others say about one and the same site, on the common scale
    from 0 to 100. Where the `spread` is wide, methods disagree: then one of them does not see what the others see.
    """
    return replies.json_text(await measures.methods(ctx, query))


@router.get("/gaps", response_model=AspectGaps)
async def get_feedback_gaps(ctx: Ctx, query: Annotated[GapsQuery, Query()]) -> Response:
    """Expectation against experience

    By aspect, such as waiting time or freshness: what customers expect, what they found, and where it falls short
    most. Who told both at once is compared with themselves, which makes the interval narrow.
    """
    return replies.json_text(await measures.gaps(ctx, query))


@router.get("/competitors", response_model=Competitors)
async def get_feedback_competitors(ctx: Ctx, query: Annotated[CompetitorsQuery, Query()]) -> Response:
    """Competitors beside us

    What is written about others (feedback with the method `competitor`) beside what is written about us: marks,
    sentiment, and what is spoken of most. Of ours, only reviews and what was said on social media: other methods
    reach other people, and would not compare.
    """
    return replies.json_text(await measures.competitors(ctx, query))


@router.get("/loop", response_model=Loops)
async def get_feedback_loop(ctx: Ctx, query: Annotated[LoopQuery, Query()]) -> Response:
    """Closing the loop

    Of our own feedback collected in this time: how much of it was acknowledged, acted upon, and told about to the
    customer, how long that took, and how much was forgotten. To see which, list feedback with `acknowledged=false`.
    """
    return replies.json_text(await measures.loop(ctx, query))
