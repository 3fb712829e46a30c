from typing import Annotated

from fastapi import Query, Request, Response

from app.schemas.overview.unmatched import UnmatchedQuery, UnmatchedRecord, UnmatchedRecordPage
from app.services.overview import unmatched
from app.web import export_routes, replies
from app.web.deps import Ctx
from app.web.route import resource

router = resource("customers", "/v1/unmatched")


@router.get("", response_model=UnmatchedRecordPage)
async def list_unmatched_records(ctx: Ctx, request: Request, query: Annotated[UnmatchedQuery, Query()]) -> Response:
    """List unmatched records

    Receipts, interactions, complaints and feedback that name somebody, of which it could not be decided whose they
    are: nobody had a key of them when they came, or several customers may be meant. Latest first by default. A record
    that is assigned to a customer at its `claim_path`, or follows one that is, leaves the list. Who gets a key of it
    later does not get the record by that; the look-up finds them.
    """
    return replies.page(request, await unmatched.find(ctx, query))


export_routes.add(router, list_unmatched_records, UnmatchedRecord, unmatched.find)
