"""The policy that a complaint is measured by, and the procedure that it follows."""

from app.core.context import Context
from app.services import service_levels
from app.services.complaints import procedures
from app.services.complaints.case import Case
from app.store.complaints import complaints as store


async def reselect(ctx: Context, case: Case) -> None:
    """Select policy and procedure again, after what they are selected by has changed."""
    complaint = case.complaint
    tags = await store.customer_tags(ctx, complaint.customer_id) if complaint.customer_id is not None else []
    (policy,) = await service_levels.select_policies(ctx, [case.facts(tags)])
    case.adopt(ctx, policy)
    procedure = (await procedures.procedure_for(ctx, [complaint.category]))[complaint.category]
    if procedure is None:
        complaint.procedure_id, complaint.procedure_version = None, None
    elif procedure[0] != complaint.procedure_id:
        complaint.procedure_id, complaint.procedure_version = procedure
