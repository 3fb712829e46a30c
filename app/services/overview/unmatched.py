from app.core.context import Context
from app.schemas.overview.unmatched import UnmatchedQuery
from app.store.kit.listing import Page
from app.store.overview import unmatched


async def find(ctx: Context, query: UnmatchedQuery) -> Page:
    """Receipts, contacts, complaints and feedback that name somebody, and belong to nobody."""
    return await unmatched.page(ctx, query)
