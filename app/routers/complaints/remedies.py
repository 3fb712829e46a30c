from typing import Annotated

from fastapi import Body, Response

from app.schemas.complaints.complaints import Complaint
from app.schemas.complaints.remedies import RemedyChange, RemedyNew
from app.services.complaints import remedies
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

router = resource("complaints", "/v1")


@router.post("/complaints/{complaint_id}/remedies", response_model=Complaint)
async def create_complaint_remedy(ctx: Ctx, complaint_id: PathId, new: RemedyNew) -> Response:
    """Add a remedy

    A remedy that the customer asks for (`sought`) or that the business offers (`offered`). Answers with the complaint.
    """
    return replies.resource(await remedies.create(ctx, complaint_id, new))


@router.patch("/complaints/{complaint_id}/remedies/{remedy_id}", response_model=Complaint)
async def update_complaint_remedy(
    ctx: Ctx,
    complaint_id: PathId,
    remedy_id: PathId,
    patch: Annotated[RemedyChange, Body(media_type="application/merge-patch+json")],
    version: IfMatch,
) -> Response:
    """Update a remedy

    Offers, accepts or refuses a single remedy, or records its cost. `If-Match` takes the version of the remedy.
    Answers with the complaint.
    """
    return replies.resource(await remedies.change(ctx, complaint_id, remedy_id, patch, version))
