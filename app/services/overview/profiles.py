"""Looking up customers by phone number, e-mail address or identity; their profiles and timelines."""

from uuid import UUID

from app.core.context import Context
from app.core.errors import invalid
from app.rules.customers import ContactKind, NotAContact, normalize
from app.schemas.overview.lookup import LookupQuery
from app.schemas.overview.timeline import TimelineQuery
from app.services.customers import load_policies, under
from app.store import customers
from app.store.kit.listing import Page
from app.store.overview import profiles


async def lookup(ctx: Context, query: LookupQuery) -> str:
    """The candidates, likeliest first, of which there may be none. 422 for an invalid number or address."""
    if query.source is not None:
        ctx = under(ctx, (await load_policies(ctx, [query.source])).of(query.source))
    try:
        if query.phone is not None:
            return await profiles.by_phone(
                ctx, normalize(ContactKind.PHONE, query.phone, ctx.number_region, ctx.values_of_nobody)
            )
        if query.email is not None:
            address = normalize(ContactKind.EMAIL, query.email, ctx.number_region, ctx.values_of_nobody)
            return await profiles.by_email(ctx, address.value)
    except NotAContact as error:
        raise invalid(f"/query/{'phone' if query.phone else 'email'}", "not_a_contact", str(error)) from None
    assert query.identity is not None
    system, _, external_id = query.identity.partition(":")
    return await profiles.by_identity(ctx, system, external_id)


async def profile(ctx: Context, customer_id: UUID) -> str:
    return await profiles.profile(ctx, customer_id)


async def timeline(ctx: Context, customer_id: UUID, query: TimelineQuery) -> Page:
    page = await profiles.timeline(ctx, customer_id, query)
    if not page.items and not await customers.existing_ids(ctx, [customer_id]):
        await customers.CUSTOMERS.get(ctx, customer_id)  # raises NotFound
    return page
