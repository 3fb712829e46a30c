"""Invitations whose occasion fell away."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from app.core.context import Context

_OPEN = "i.state IN ('pending', 'sent')"


class Source(NamedTuple):
    """What invitations are withdrawn for: `rows` of $1, with reasons; `when` is a condition on the event `e`."""

    rows: str
    when: str


async def lock(ctx: Context, source: Source, subject_ids: Sequence[UUID]) -> list[Record]:
    """The open invitations about these subjects that have fallen away, locked, each with the reason."""
    return await ctx.db.fetch(source.rows, list(subject_ids))


# The sales themselves, and those that they give something back of.
_AFFECTED = """
    SELECT s.id FROM sales s WHERE s.id = ANY ($1::uuid[])
    UNION
    SELECT s.id FROM sales r JOIN sale_lines b ON b.sale_id = r.id AND b.refund_receipt_no IS NOT NULL
    JOIN sales s ON s.source = b.refund_source AND s.receipt_no = b.refund_receipt_no
    WHERE r.id = ANY ($1::uuid[])
"""
RETURNS = "e.data->>'kind' <> 'sale'"
"""Condition on the event `e` of a new receipt: it gives something back. Its lines, which the same statement writes, are
not to be seen yet.
"""
OF_SALES = Source(
    f"""
    SELECT i.*, CASE WHEN s.voided_at IS NOT NULL THEN 'The sale was voided' ELSE 'All of the sale was returned' END
        AS reason
    FROM ({_AFFECTED}) a JOIN sales s ON s.id = a.id JOIN invitations i ON i.sale_id = s.id
    WHERE {_OPEN} AND (s.voided_at IS NOT NULL OR s.fully_returned)
    ORDER BY i.id FOR NO KEY UPDATE OF i
    """,
    "(EXISTS (SELECT FROM invitations i WHERE i.sale_id = e.subject_id) "
    "OR EXISTS (SELECT FROM sale_lines b WHERE b.sale_id = e.subject_id AND b.refund_receipt_no IS NOT NULL))",
)
OF_COMPLAINTS = Source(
    f"""
    SELECT i.*, 'The complaint was withdrawn' AS reason
    FROM invitations i JOIN complaints c ON c.id = i.complaint_id
    WHERE c.id = ANY ($1::uuid[]) AND {_OPEN} AND c.state = 'withdrawn'
    ORDER BY i.id FOR NO KEY UPDATE OF i
    """,
    "EXISTS (SELECT FROM invitations i WHERE i.complaint_id = e.subject_id)",
)
OF_INTERACTIONS = Source(
    f"""
    SELECT i.*, 'The interaction was ' || n.state AS reason
    FROM invitations i JOIN interactions n ON n.id = i.interaction_id
    WHERE n.id = ANY ($1::uuid[]) AND {_OPEN} AND n.state IN ('missed', 'cancelled')
    ORDER BY i.id FOR NO KEY UPDATE OF i
    """,
    "EXISTS (SELECT FROM invitations i WHERE i.interaction_id = e.subject_id)",
)
UNSETTLED = (
    "EXISTS (SELECT FROM invitations i WHERE i.id = e.subject_id AND (i.state = 'pending' OR i.occasion IS NOT NULL))"
)
"""Condition on the event `e` of an invitation: it is still to be sent, or a rule has made it."""
