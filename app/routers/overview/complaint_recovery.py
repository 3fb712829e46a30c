from typing import Annotated

from fastapi import Query, Response

from app.schemas.overview.complaint_recovery import ComplaintRecovery, RecoveryQuery, RecoveryReport
from app.services.overview import complaint_recovery
from app.web import replies
from app.web.deps import Ctx, PathId
from app.web.route import resource

router = resource("complaints")


@router.get("/recovery", response_model=RecoveryReport)
async def compare_complaint_recovery(ctx: Ctx, query: Annotated[RecoveryQuery, Query()]) -> Response:
    """Compare recovery by group

    For complaints closed in the given period of at most 400 days: how many customers bought again and how many
    complained again within 30, 90 and 180 days, how their spending changed, what the remedies cost, how many complaints
    were reopened, and what the customers' later feedback was. Grouped by category, remedy, cost, handler, site,
    severity, feeling, channel or month. A share counts only complaints that ended long enough ago. Where the confidence
    intervals of two groups overlap, the figures do not show that one does better than the other. A complaint with
    several accepted remedies is counted in several groups. Cost is grouped per currency into `none`, `<10`, `<50`,
    `<200` and `200+`; the group with a null key has accepted remedies without a cost.
    """
    return replies.json_text(await complaint_recovery.recoveries(ctx, query))


@router.get("/{complaint_id}/recovery", response_model=ComplaintRecovery)
async def get_complaint_recovery(ctx: Ctx, complaint_id: PathId) -> Response:
    """Get the recovery of a complaint

    Whether the customer bought again or complained again within 30, 90 and 180 days after the complaint ended, their
    spending per month before and after, and their later feedback. While the complaint is open, `ended_at` and all later
    figures are null; without a known customer, nothing can be said.
    """
    return replies.json_text(await complaint_recovery.recovery(ctx, complaint_id))
