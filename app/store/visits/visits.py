from uuid import UUID

from app.core.context import Context
from app.rules.visits.scorecards import VisitState
from app.schemas.visits import visits as schemas
from app.store.kit import documents
from app.store.kit.listing import Listing
from app.store.kit.references import Lookup, Reference, sent_before
from app.store.kit.tables import Table

_OWN = {
    # The receipt may be recorded later than the visit: its sale is looked up when the visit is read.
    "sale_id": "coalesce(v.sale_id, (SELECT s.id FROM sales s "
    "WHERE s.source = v.receipt_source AND s.receipt_no = v.receipt_no))",
    "receipt": "CASE WHEN v.receipt_no IS NOT NULL "
    "THEN json_build_object('source', v.receipt_source, 'receipt_no', v.receipt_no) END",
    "feedback_id": "(SELECT f.id FROM feedback f WHERE f.visit_id = v.id)",
}
_LIST = Listing(
    "visits",
    documents.columns(schemas.Visit, "v", _OWN),
    "visits",
    "v",
    schemas.VisitQuery,
    {
        "kind": "v.kind = {}",
        "state": {state: f"v.state = '{state}'" for state in VisitState},
        "site": "v.site = {}",
        "staff": "lower(v.staff) = lower({})",
        "shopper": "lower(v.shopper) = lower({})",
        "scorecard_id": "v.scorecard_id = {}",
        "interaction_id": "v.interaction_id = {}",
        "source": "v.source = {}",
        "external_id": "v.external_id = {}",
        "happened_since": "v.happened_at >= {}",
        "happened_before": "v.happened_at < {}",
    },
    {"happened_at": ("v.happened_at", "timestamptz")},
)
VISITS = Table("visit", _LIST)


async def feedback_id(ctx: Context, visit_id: UUID) -> UUID:
    """The feedback that was recorded for a completed visit."""
    found: UUID = await ctx.db.fetchval("SELECT id FROM feedback WHERE visit_id = $1", visit_id)
    return found


REFERENCES = Lookup(
    sent_before("visit", "visits"),
    Reference("sale", {"id": "UUID"}, "JOIN sales s USING (id)", "s.id"),
    Reference("interaction", {"id": "UUID"}, "JOIN interactions i USING (id)", "i.id"),
)
"""What visits refer to: the same ones, with the hash of what was sent, and the sale or contact they are about."""
