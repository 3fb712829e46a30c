"""Records of which it could not be decided whose they are: a walk along the indexes of all tables at once."""

from typing import NamedTuple

from app.core.context import Context
from app.rules.customers import UNDECIDED
from app.schemas.overview.unmatched import UnmatchedQuery, UnmatchedRecord
from app.store.kit import documents
from app.store.kit.listing import Listing, Page


class _Table(NamedTuple):
    type: str
    name: str
    at: str
    reference: str
    person: str
    """What it calls the person, as an SQL expression."""


_TABLES = (
    _Table("sale", "sales", "occurred_at", "receipt_no", "customer->>'name'"),
    _Table("interaction", "interactions", "happened_at", "external_id", "NULL::text"),
    _Table("complaint", "complaints", "received_at", "reference", "complainant->>'name'"),
    _Table("feedback", "feedback", "collected_at", "external_id", "author->>'name'"),
)
_PATHS = {"sale": "sales", "interaction": "interactions", "complaint": "complaints", "feedback": "feedback"}
_KEYS = """(
    SELECT coalesce(json_agg(row_to_json(k) ORDER BY k.kind, k.value), '[]'::json)
    FROM (SELECT DISTINCT r.kind, r.value FROM jsonb_to_recordset(u.match_reasons) AS r(kind text, value text)
        WHERE r.kind NOT IN ('id', 'source', 'record') LIMIT 20) k
)"""


# Without conditions of their own: only then are the tables walked in the order of the list, side by side.
_ALL = " UNION ALL ".join(
    f"SELECT '{table.type}'::text AS type, id, {table.at} AS occurred_at, source, {table.reference} AS reference, "
    f"match, {table.person} AS name, candidates, match_reasons FROM {table.name}"
    for table in _TABLES
)
_TYPES = " ".join(f"WHEN '{type_}' THEN '/v1/{path}/'" for type_, path in _PATHS.items())
RECORDS = Listing(
    "unmatched records",
    documents.columns(
        UnmatchedRecord,
        "u",
        {"keys": _KEYS, "claim_path": f"(CASE u.type {_TYPES} END) || u.id || '/claim'"},
    ),
    f"({_ALL})",
    "u",
    UnmatchedQuery,
    {
        "undecided": {True: f"match IN ('unmatched', 'ambiguous') AND ({UNDECIDED})"},
        # As literals, so that what is not asked for is not walked.
        "type": {table.type: f"u.type = '{table.type}'" for table in _TABLES},
        "match": {match: f"u.match = '{match}'" for match in ("unmatched", "ambiguous")},
        "source": "u.source = {}",
        "occurred_since": "u.occurred_at >= {}",
        "occurred_before": "u.occurred_at < {}",
    },
    {"occurred_at": ("u.occurred_at", "timestamptz")},
)


async def page(ctx: Context, query: UnmatchedQuery) -> Page:
    return await RECORDS.page(ctx, query, {"undecided": True})
