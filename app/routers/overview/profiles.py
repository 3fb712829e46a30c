from typing import Annotated

from fastapi import Query, Request, Response

from app.schemas.overview.profiles import Candidates, LookupQuery, Profile, TimelinePage, TimelineQuery
from app.services.overview import profiles
from app.web import replies
from app.web.deps import Ctx, PathId
from app.web.route import resource

router = resource("customers")


@router.get("/lookup", response_model=Candidates)
async def lookup_customers(ctx: Ctx, query: Annotated[LookupQuery, Query()]) -> Response:
    """Who is calling?

    By any spelling of a phone number, by e-mail address, or by an identity `system:id`. Each candidate is small enough
    to be read in a second: the name and how to say it, the last contact and purchase, what was promised, and what not
    to do.
    """
    return replies.json_text(await profiles.lookup(ctx, query))


@router.get("/{customer_id}/profile", response_model=Profile)
async def get_customer_profile(ctx: Ctx, customer_id: PathId) -> Response:
    """The whole customer on one page

    Who they are and how they want to be treated, what they bought and what of it came back, how often they are in
    touch, what was promised, and the latest of their timeline.
    """
    return replies.json_text(await profiles.profile(ctx, customer_id))


@router.get("/{customer_id}/timeline", response_model=TimelinePage)
async def list_timeline(
    ctx: Ctx, request: Request, customer_id: PathId, query: Annotated[TimelineQuery, Query()]
) -> Response:
    """Everything that happened with a customer

    Newest happening first, whenever it was recorded.
    """
    return replies.page(request, await profiles.timeline(ctx, customer_id, query))
