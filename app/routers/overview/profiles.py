from typing import Annotated

from fastapi import Query, Request, Response

from app.schemas.overview.lookup import LookupQuery, LookupResult
from app.schemas.overview.profiles import CustomerProfile
from app.schemas.overview.timeline import TimelinePage, TimelineQuery
from app.services.overview import profiles
from app.web import replies
from app.web.deps import Ctx, PathId
from app.web.route import resource

router = resource("customers")


@router.get("/lookup", response_model=LookupResult)
async def lookup_customers(ctx: Ctx, query: Annotated[LookupQuery, Query()]) -> Response:
    """Find out who is calling

    Finds customers by a phone number in any spelling, an e-mail address, or an identity given as `system:external_id`.
    Each candidate shows what to know at a glance: the name and how to pronounce it, open complaints and tasks, the
    last contact, purchase and feedback, and channels to avoid.
    """
    return replies.json_text(await profiles.lookup(ctx, query))


@router.get("/{customer_id}/profile", response_model=CustomerProfile)
async def get_customer_profile(ctx: Ctx, customer_id: PathId) -> Response:
    """Get the profile of a customer

    The whole customer on one page: contact details and preferences, purchases and refunds, how often they are in
    contact, feedback, open complaints and tasks, and the latest entries of the timeline.
    """
    return replies.json_text(await profiles.profile(ctx, customer_id))


@router.get("/{customer_id}/timeline", response_model=TimelinePage)
async def list_timeline(
    ctx: Ctx, request: Request, customer_id: PathId, query: Annotated[TimelineQuery, Query()]
) -> Response:
    """List the timeline of a customer

    Everything that happened with the customer, latest first by the time at which it occurred, whenever it was recorded.
    """
    return replies.page(request, await profiles.timeline(ctx, customer_id, query))
