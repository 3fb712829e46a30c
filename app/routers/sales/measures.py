from typing import Annotated

from fastapi import Query, Response

from app.schemas.sales.measures import SalesMeasures, SalesMeasuresQuery
from app.services.sales import measures
from app.web import replies
from app.web.deps import Ctx
from app.web.route import resource

router = resource("sales")


@router.get("/measures", response_model=SalesMeasures)
async def get_sales_measures(ctx: Ctx, query: Annotated[SalesMeasuresQuery, Query()]) -> Response:
    """Get sales measures

    Receipts, purchases, returns, customers, units, gross, refunded and net amounts, averages, and the capture rate (the
    share of receipts with a known customer, with a 95 % confidence interval) by one or two of: period, weekday, hour,
    site, till, operator, channel, source, kind, product, category and customer tag. Always by currency. Covers the
    trading days of a period of at most 3,700 days, or 400 when grouped by day. Groups without receipts are left out. A
    customer with two tags is counted in both groups. By product and category, figures are those of the items, each with
    its tax, whether that is in its total or on top: charges, discounts and rounding belong to no item, nor does tax
    that no line has. The cost grows with the number of receipts in the period.
    """
    return replies.json_text(await measures.measures(ctx, query))
