from typing import Annotated

from fastapi import Query, Response

from app.schemas.overview.complaint_recovery import Recoveries, Recovery, RecoveryQuery
from app.services.overview import complaint_recovery
from app.web import replies
from app.web.deps import Ctx, PathId
from app.web.route import resource

router = resource("complaints")


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
    return replies.json_text(await complaint_recovery.recoveries(ctx, query))


@router.get("/{complaint_id}/recovery", response_model=Recovery)
async def get_complaint_recovery(ctx: Ctx, complaint_id: PathId) -> Response:
    """Did the customer come back?

    Whether they bought again and complained again within 30, 90 and 180 days of the end, and what they spend per month
    before and after. While it is open, `ended_at` and everything after is null; without a customer who is known,
    nothing is known at all. Later feedback joins when there is feedback.
    """
    return replies.json_text(await complaint_recovery.recovery(ctx, complaint_id))
