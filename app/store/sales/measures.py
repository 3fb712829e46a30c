"""What receipts come to, counted in one statement from the receipts of the period."""

from datetime import date

from app.core.context import Context
from app.schemas.sales.measures import SalesMeasuresQuery
from app.store.kit import aggregates, sql

_MEASURES = sql.load("sales/measures.sql")


async def measures(ctx: Context, query: SalesMeasuresQuery, since: date, before: date, tag: str | None) -> str:
    """Shares as `count` of `total`: intervals are not the database's. `tag` is the word of a tag."""
    return await aggregates.fetch(ctx, _MEASURES, query.model_dump() | {"since": since, "before": before, "tag": tag})
