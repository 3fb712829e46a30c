"""Lookups, profiles and timelines, each by one statement. Its parts walk an index and stop after a few rows."""

from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import NotFound
from app.rules.customers import Normalized
from app.schemas.overview.lookup import LookupCandidate
from app.schemas.overview.profiles import ContactCount, CustomerProfile, CustomerTotals, FavouriteProduct
from app.schemas.overview.summaries import LastContact, LastFeedback, LastPurchase, OpenComplaint, OpenTask
from app.schemas.overview.timeline import TimelineEntry, TimelineQuery
from app.store import complaints, customers, interactions
from app.store.kit import documents
from app.store.kit.listing import Listing, Page

_RECEIPTS = 50
_MEMBERS = 20
"""The most other members of a household whose purchases are counted."""
_IN_HOUSEHOLD = (
    "r.kind = 'household' AND coalesce(r.since <= $1::timestamptz::date, true) "
    "AND coalesce(r.until >= $1::timestamptz::date, true)"
)


async def by_phone(ctx: Context, number: Normalized) -> str:
    return await _candidates(ctx, _BY_CONTACT_POINT, "phone", number.value, number.extension)


async def by_email(ctx: Context, address: str) -> str:
    return await _candidates(ctx, _BY_CONTACT_POINT, "email", address, "")


async def by_identity(ctx: Context, system: str, external_id: str) -> str:
    return await _candidates(ctx, _BY_IDENTITY, system, external_id)


async def profile(ctx: Context, customer_id: UUID) -> str:
    profile: str | None = await ctx.db.fetchval(_PROFILE, ctx.now, customer_id)
    if profile is None:
        raise NotFound(customers.CUSTOMERS.missing)
    return profile


async def timeline(ctx: Context, customer_id: UUID, query: TimelineQuery) -> Page:
    subject = "subject_type" if query.type and "." not in query.type else "type"
    unset = {"type": None, subject: query.type}
    return await _TIMELINE.page(ctx, query, {"customer_id": customer_id, **unset})


async def _candidates(ctx: Context, statement: str, *arguments: Any) -> str:
    candidates: str = await ctx.db.fetchval(statement, ctx.now, *arguments)
    return candidates


def _first_row(schema: type, alias: str, source: str) -> str:
    """The first row of a source as a JSON object, or null."""
    return f"(SELECT row_to_json(d) FROM (SELECT {documents.columns(schema, alias)} FROM {source} LIMIT 1) d)"


def _first_rows(schema: type, alias: str, source: str, limit: int, own: dict[str, str] | None = None) -> str:
    """The first rows of a source as a JSON array."""
    return (
        "(SELECT coalesce(json_agg(row_to_json(d)), '[]'::json) "
        f"FROM (SELECT {documents.columns(schema, alias, own)} FROM {source} LIMIT {limit}) d)"
    )


_CONTACT = interactions.counts("i", "$1::timestamptz")
# Theirs, or one in which they took part: two index walks of one row each.
_CONTACTS = f"""(
    (SELECT i.* FROM interactions i WHERE i.customer_id = c.id AND {_CONTACT} AND i.direction <> 'internal'
    ORDER BY i.happened_at DESC, i.id DESC LIMIT 1)
    UNION ALL
    (SELECT i.* FROM interaction_participants p JOIN interactions i ON i.id = p.interaction_id
    WHERE p.customer_id = c.id AND {_CONTACT} AND i.direction <> 'internal'
    ORDER BY p.happened_at DESC, p.interaction_id DESC LIMIT 1)
) i ORDER BY i.happened_at DESC, i.id DESC"""
_LAST_CONTACT = _first_row(LastContact, "i", _CONTACTS)
_LAST_PURCHASE = _first_row(
    LastPurchase,
    "s",
    "sales s WHERE s.customer_id = c.id AND s.purchase AND NOT s.clock_suspect ORDER BY s.occurred_at DESC, s.id DESC",
)
_OPEN_TASKS = (
    "tasks t WHERE t.customer_id = c.id AND t.status = 'open' "
    "ORDER BY coalesce(t.due_at, 'infinity'::timestamptz), t.id"
)
_OVERDUE = {"overdue": "coalesce(t.due_at < $1, false)"}
_COMPLAINTS = (
    f"complaints k WHERE k.customer_id = c.id AND {complaints.open_('k')} "
    "ORDER BY coalesce(k.due_at, 'infinity'::timestamptz), k.received_at, k.id"
)
_LATE = {"overdue": "coalesce(k.due_at < $1, false)"}
_FEEDBACK = "feedback w WHERE w.customer_id = c.id AND w.competitor IS NULL"
_LATEST_FEEDBACK = f"{_FEEDBACK} ORDER BY w.collected_at DESC, w.id DESC"
_FEEDBACK_SUM = f"""(
    SELECT json_build_object('count', count(*), 'mean_score', round(avg(w.score), 2)::text,
        'unacknowledged', count(*) FILTER (WHERE w.acknowledged_at IS NULL)) FROM {_FEEDBACK}
)"""
_CANDIDATE = documents.columns(
    LookupCandidate,
    "c",
    {
        "archived": "c.archived_at IS NOT NULL",
        "open_complaints": _first_rows(OpenComplaint, "k", _COMPLAINTS, 5, _LATE),
        "matched": "f.matched",
        "last_contact": _LAST_CONTACT,
        "last_purchase": _LAST_PURCHASE,
        "last_feedback": _first_row(LastFeedback, "w", _LATEST_FEEDBACK),
        "open_tasks": _first_rows(OpenTask, "t", _OPEN_TASKS, 5, _OVERDUE),
        "preferred_channels": "c.preferences->'channels'",
        "unwelcome_channels": "c.preferences->'unwelcome_channels'",
        "standing_instructions": "c.preferences->'standing_instructions'",
    },
)


def _lookup(matches: str) -> str:
    """By the rank of their matches, then by the latest contact or purchase."""
    return f"""
        SELECT json_build_object('items',
            coalesce(json_agg(row_to_json(d) ORDER BY r.rank, r.last_seen_at DESC NULLS LAST), '[]'))::text
        FROM (
            SELECT f.*, greatest(
                (SELECT max(i.happened_at) FROM interactions i WHERE i.customer_id = f.customer_id AND {_CONTACT}),
                (SELECT max(p.happened_at) FROM interaction_participants p
                    JOIN interactions i ON i.id = p.interaction_id WHERE p.customer_id = f.customer_id AND {_CONTACT}),
                (SELECT max(s.occurred_at) FROM sales s
                    WHERE s.customer_id = f.customer_id AND s.purchase AND NOT s.clock_suspect)
            ) AS last_seen_at
            FROM (SELECT DISTINCT ON (customer_id) * FROM ({matches} LIMIT 100) p ORDER BY customer_id, rank) f
            ORDER BY f.rank, last_seen_at DESC NULLS LAST LIMIT 20
        ) r
        CROSS JOIN LATERAL (SELECT r.matched) f
        JOIN customers c ON c.id = r.customer_id
        CROSS JOIN LATERAL (SELECT {_CANDIDATE}) d
    """


_BY_CONTACT_POINT = _lookup(customers.MATCHES_BY_CONTACT_POINT)
_BY_IDENTITY = _lookup(customers.MATCHES_BY_IDENTITY)


def _latest_purchases(holder: str) -> str:
    return (
        f"SELECT s.id, s.occurred_at, s.business_date, s.site, s.source FROM sales s WHERE s.customer_id = {holder} "
        f"AND s.purchase AND NOT s.clock_suspect ORDER BY s.occurred_at DESC, s.id DESC LIMIT {_RECEIPTS}"
    )


def _habits(whose: str) -> str:
    """How often each weekday and each hour is among those of the purchases, as JSON."""
    return f"""(
        SELECT json_build_object('purchases', cardinality(t.{whose}_hours),
            'by_weekday', (SELECT json_agg(cardinality(array_positions(t.{whose}_days, n)) ORDER BY n)
                FROM generate_series(1, 7) n),
            'by_hour', (SELECT json_agg(cardinality(array_positions(t.{whose}_hours, n)) ORDER BY n)
                FROM generate_series(0, 23) n))
        FROM times t
    )"""


# Of a customer: their latest purchases once for all that is told from them, who is of their household today, and when
# both bought, in the time zones of the sites.
_PARTS = f"""
    latest AS MATERIALIZED ({_latest_purchases("c.id")}),
    members AS MATERIALIZED (
        SELECT r.to_id AS id FROM relationships r WHERE r.from_id = c.id AND {_IN_HOUSEHOLD}
        UNION ALL
        SELECT r.from_id FROM relationships r WHERE r.to_id = c.id AND {_IN_HOUSEHOLD}
        LIMIT {_MEMBERS}
    ),
    times AS MATERIALIZED (
        SELECT coalesce(array_agg(h.day) FILTER (WHERE h.own), '{{}}') AS own_days,
            coalesce(array_agg(h.hour) FILTER (WHERE h.own), '{{}}') AS own_hours,
            coalesce(array_agg(h.day), '{{}}') AS all_days, coalesce(array_agg(h.hour), '{{}}') AS all_hours
        FROM (
            SELECT b.own, date_part('isodow', m.local)::int AS day, date_part('hour', m.local)::int AS hour
            FROM (
                SELECT true AS own, occurred_at, site, source FROM latest
                UNION ALL
                SELECT false, l.occurred_at, l.site, l.source
                FROM members m CROSS JOIN LATERAL ({_latest_purchases("m.id")}) l
            ) b LEFT JOIN sites p ON p.code = b.site LEFT JOIN sources o ON o.code = b.source
            CROSS JOIN LATERAL (
                SELECT b.occurred_at AT TIME ZONE coalesce(p.time_zone, o.time_zone, 'UTC') AS local
            ) m
        ) h
    )
"""
_HOUSEHOLD_HABITS = f"CASE WHEN EXISTS (SELECT FROM members) THEN {_habits('all')} END"
_GAP = """(
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) FROM (
        SELECT day - lag(day) OVER (ORDER BY day) AS gap
        FROM (SELECT DISTINCT business_date AS day FROM latest) days
    ) gaps
)"""
_FAVOURITES = """(
    SELECT l.sku, max(l.name) AS name, count(*) AS purchases, sum(l.quantity - l.returned_quantity) AS quantity,
        max(latest.occurred_at) AS last_bought_at
    FROM latest JOIN sale_lines l ON l.sale_id = latest.id
    WHERE l.sku IS NOT NULL AND l.kind = 'item' AND l.quantity > l.returned_quantity
        AND NOT (l.total > 0 AND l.returned_total >= l.total)
    GROUP BY l.sku ORDER BY count(*) DESC, sum(l.quantity - l.returned_quantity) DESC, l.sku
) f"""
_COUNTS = f"""(
    SELECT i.channel, i.direction, count(*) AS count, max(i.happened_at) AS last_at
    FROM (
        SELECT i.* FROM interactions i WHERE i.customer_id = c.id
        UNION ALL
        SELECT i.* FROM interaction_participants p JOIN interactions i ON i.id = p.interaction_id
        WHERE p.customer_id = c.id
    ) i WHERE {_CONTACT} AND i.direction <> 'internal'
    GROUP BY i.channel, i.direction ORDER BY count(*) DESC, i.channel, i.direction
) k"""
_TIMELINE_COLUMNS = documents.columns(TimelineEntry, "e")
_PROFILE = (
    "SELECT row_to_json(d)::text FROM customers c CROSS JOIN LATERAL (WITH {} SELECT {}) d WHERE c.id = $2".format(
        _PARTS,
        documents.columns(
            CustomerProfile,
            "c",
            {
                "customer": f"(SELECT row_to_json(whole) FROM (SELECT {customers.CUSTOMERS.columns}) whole)",
                "open_complaints": _first_rows(OpenComplaint, "k", _COMPLAINTS, 20, _LATE),
                "complaints": "(SELECT count(*) FROM complaints k WHERE k.customer_id = c.id)",
                "last_contact": _LAST_CONTACT,
                "last_purchase": _LAST_PURCHASE,
                "latest_feedback": _first_rows(LastFeedback, "w", _LATEST_FEEDBACK, 5),
                "feedback": _FEEDBACK_SUM,
                "totals": _first_rows(
                    CustomerTotals, "t", "customer_totals t WHERE t.customer_id = c.id ORDER BY t.currency", 200
                ),
                "usual_gap_days": _GAP,
                "habits": _habits("own"),
                "household_habits": _HOUSEHOLD_HABITS,
                "favourite_products": _first_rows(FavouriteProduct, "f", _FAVOURITES, 5),
                "contact_counts": _first_rows(ContactCount, "k", _COUNTS, 100),
                "open_tasks": _first_rows(OpenTask, "t", _OPEN_TASKS, 20, _OVERDUE),
                "timeline": _first_rows(
                    TimelineEntry,
                    "e",
                    "events e WHERE e.customer_id = c.id ORDER BY e.occurred_at DESC, e.seq DESC",
                    20,
                ),
            },
        ),
    )
)
_TIMELINE = Listing(
    "timeline",
    _TIMELINE_COLUMNS,
    "events",
    "e",
    TimelineQuery,
    {
        "customer_id": "e.customer_id = {}",
        "type": "e.type = {}",
        "subject_type": "e.subject_type = {}",
        "channel": "e.channel = {}",
        "since": "e.occurred_at >= {}",
        "before": "e.occurred_at < {}",
    },
    {"happened": ("e.occurred_at", "timestamptz")},
    order="-happened",
    tie=("e.seq", "bigint"),
)
