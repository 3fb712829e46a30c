"""Surveys, which of their versions is published, and the answers given so far."""

from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.schemas.surveys import surveys
from app.store.kit.link_locks import lock_linked
from app.store.kit.versioned import VersionedTable

SURVEYS = VersionedTable(
    "survey",
    "surveys",
    "code",
    surveys.SurveyNew,
    surveys.Survey,
    surveys.SurveyVersion,
    surveys.SurveyQuery,
    {"code": "r.code = {}", "status": "r.status = {}"},
    {"created_at": ("r.created_at", "timestamptz")},
)
# The survey with the version to be answered, and the answers given so far.
_FORM = """
    s.id AS survey_id, s.status, v.version AS survey_version, v.definition::text,
    f.id AS feedback_id, f.answers::text, f.created_at AS answered_at
"""
_INVITED = f"""
    SELECT i.id, i.state, i.withdrawal_reason, i.customer_id, i.sale_id, i.complaint_id, i.interaction_id, i.site,
        i.staff,
        i.channel, i.language, i.expires_at, {_FORM}
    FROM invitations i
    JOIN surveys s ON s.id = i.survey_id
    JOIN survey_versions v ON v.survey_id = i.survey_id AND v.version = i.survey_version
    LEFT JOIN feedback f ON f.invitation_id = i.id
    WHERE i.token_hash = $1
"""
_INVITATION = """
    SELECT i.id, i.interaction_id, f.id AS feedback_id, f.interaction_id AS feedback_interaction_id
    FROM invitations i LEFT JOIN feedback f ON f.invitation_id = i.id WHERE i.token_hash = $1
"""
# Answers are edited in the version that they were given in.
_RECEIPT = f"""
    SELECT {_FORM}
    FROM (
        SELECT o.id, o.status, o.published_version FROM surveys o
        JOIN survey_versions p ON p.survey_id = o.id AND p.version = o.published_version
        WHERE o.status = 'open' AND (p.definition->>'for_receipts')::boolean
        ORDER BY o.opened_at DESC, o.id DESC LIMIT 1
    ) s
    LEFT JOIN feedback f ON f.receipt_source = $1 AND f.receipt_no = $2 AND f.survey_id = s.id
    JOIN survey_versions v ON v.survey_id = s.id AND v.version = coalesce(f.survey_version, s.published_version)
"""


async def lock(ctx: Context, survey_id: UUID) -> Record:
    """The survey with the number of its newest version, locked."""
    row = await ctx.db.fetchrow(
        "SELECT s.id, s.code, s.status, s.published_version, s.definition->>'name' AS name, "
        "(SELECT max(v.version) FROM survey_versions v WHERE v.survey_id = s.id) AS newest_version "
        "FROM surveys s WHERE s.id = $1 FOR NO KEY UPDATE OF s",
        survey_id,
    )
    if row is None:
        raise NotFound(SURVEYS.missing)
    return row


async def lock_invitation(ctx: Context, token_hash: bytes) -> None:
    """One transaction at a time may answer an invitation. It is locked after what it is about, as by everybody, and
    with the feedback that was made of earlier answers: to lock that later would be another order.
    """
    row = await ctx.db.fetchrow(_INVITATION, token_hash)
    if row is not None:
        interactions = {row["interaction_id"], row["feedback_interaction_id"]} - {None}
        feedback = [row["feedback_id"]] if row["feedback_id"] is not None else []
        await lock_linked(
            ctx, conversations_of=interactions, with_leaders=True, invitation=[row["id"]], feedback=feedback
        )


async def by_token(ctx: Context, token_hash: bytes) -> Record | None:
    """The survey version that an invitation asks, its state, and the answers given so far."""
    return await ctx.db.fetchrow(_INVITED, token_hash)


async def lock_receipt(ctx: Context, source: str, receipt_no: str) -> None:
    """One transaction at a time may answer with a receipt."""
    key = f"answers {source}\x1f{receipt_no}"
    await ctx.db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)


async def by_receipt(ctx: Context, source: str, receipt_no: str) -> Record | None:
    """The survey version for receipts, and the answers given with this receipt; None while no survey is open."""
    return await ctx.db.fetchrow(_RECEIPT, source, receipt_no)
