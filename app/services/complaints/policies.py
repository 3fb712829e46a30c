"""The policy that a complaint is measured by, and the procedure that it follows."""

from collections.abc import Sequence

from app.core.context import Context
from app.services import service_levels
from app.services.complaints import procedures
from app.services.complaints.case import Case
from app.store.complaints import complaints as store


async def reselect(ctx: Context, cases: Sequence[Case]) -> None:
    """Select policies and procedures again, after what they are selected by has changed."""
    customer_ids = {case.complaint.customer_id for case in cases}
    tags = await store.customer_tags(ctx, customer_ids - {None})
    facts = [case.facts(tags.get(case.complaint.customer_id, [])) for case in cases]
    selected = await service_levels.select_policies(ctx, facts)
    by_category = await procedures.procedure_for(ctx, {case.complaint.category for case in cases})
    for case, policy in zip(cases, selected, strict=True):
        case.adopt(ctx, policy)
        complaint, procedure = case.complaint, by_category[case.complaint.category]
        if procedure is None:
            complaint.procedure_id, complaint.procedure_version = None, None
        elif procedure[0] != complaint.procedure_id:
            complaint.procedure_id, complaint.procedure_version = procedure
