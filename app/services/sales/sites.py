"""Sites, and the time zones in which their trading days begin."""

import json
from collections.abc import Iterable
from functools import partial
from uuid import UUID

from pydantic import BaseModel

from app.core.context import Context
from app.schemas.sales.sites import Site, SiteContent, SiteQuery
from app.services.kit.simple_resources import SimpleResource
from app.store.kit.documents import Document
from app.store.kit.simple_resources import SimpleTable
from app.store.sales import catalog

_ZONE = "time_zone_of_site"


class Sites(SimpleResource):
    async def change(self, ctx: Context, row_id: UUID, patch: BaseModel, version: int | None) -> Document:
        document = await super().change(ctx, row_id, patch, version)
        ctx.changed_references.append((_ZONE, json.loads(document.json)["code"]))
        return document


SITES = Sites(
    SimpleTable("site", "sites", Site, SiteQuery, key="code", title="name"),
    SiteContent,
)


async def load_time_zones(ctx: Context, codes: Iterable[str | None]) -> dict[str, str]:
    """By the code of the site; empty where a site has none."""
    return await ctx.references.load(
        _ZONE, {code for code in codes if code is not None}, partial(catalog.time_zones, ctx)
    )
