from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.rules.surveys.surveys import InvitationState
from app.schemas.surveys import invitations as schemas
from app.store.kit import documents
from app.store.kit.listing import Listing, Page
from app.store.kit.tables import Table

_SENDABLE = (
    "i.state = 'pending' AND i.send_after <= {0} AND i.expires_at > {0} "
    "AND EXISTS (SELECT FROM surveys v WHERE v.id = i.survey_id AND v.status = 'open') "
    "AND NOT EXISTS (SELECT FROM interactions n WHERE n.id = i.interaction_id AND n.state <> 'held')"
)
_EXPIRED = "i.expires_at <= {} AND i.state IN ('pending', 'sent')"
_FILTERS: dict[str, str | Mapping[Any, str]] = {
    "survey_id": "i.survey_id = {}",
    "customer_id": "i.customer_id = {}",
    # As literals, so that the planner sees which partial index fits.
    "state": {state: f"i.state = '{state}'" for state in InvitationState},
    "expired_at": _EXPIRED,
    "not_expired_at": f"NOT ({_EXPIRED})",
    "sendable_at": _SENDABLE.replace("{0}", "{}"),
    "not_sendable_at": f"NOT ({_SENDABLE.replace('{0}', '{}')})",
    "channel": "i.channel = {}",
    "site": "i.site = {}",
    "created_since": "i.created_at >= {}",
    "created_before": "i.created_at < {}",
}
_HANDLED = frozenset({"expired", "sendable"})
_NOW = frozenset({"expired_at", "not_expired_at", "sendable_at", "not_sendable_at"})
_COLUMNS = documents.columns(schemas.Invitation, "i")
_LIST = Listing(
    "invitations",
    _COLUMNS,
    "invitations",
    "i",
    schemas.InvitationQuery,
    _FILTERS,
    {"created_at": ("i.created_at", "timestamptz")},
    handled=_HANDLED,
    unbound=_NOW,
)
_SENDABLE_LIST = Listing(
    "invitations",
    _COLUMNS,
    "invitations",
    "i",
    schemas.InvitationQuery,
    _FILTERS,
    {"expires_at": ("i.expires_at", "timestamptz")},
    order="expires_at",
    handled=_HANDLED,
    unbound=_NOW,
)
INVITATIONS = Table("invitation", _LIST)


async def page(ctx: Context, query: schemas.InvitationQuery) -> Page:
    more = {}
    if query.expired is not None:
        more["expired_at" if query.expired else "not_expired_at"] = ctx.now
    if query.sendable is not None:
        more["sendable_at" if query.sendable else "not_sendable_at"] = ctx.now
    if query.sendable:
        return await _SENDABLE_LIST.page(ctx, query, more)
    return await _LIST.page(ctx, query, more)


async def exists_for_trigger(ctx: Context, rule_id: UUID, trigger_key: str) -> bool:
    """Whether a rule has made an invitation for this trigger before."""
    exists: bool = await ctx.db.fetchval(
        "SELECT EXISTS (SELECT FROM invitations WHERE rule_id = $1 AND occasion = $2)", rule_id, trigger_key
    )
    return exists


async def pending(ctx: Context, ids: Sequence[UUID]) -> list[Record]:
    """Those of these invitations that are still to be sent, locked."""
    return await ctx.db.fetch(_PENDING, list(ids))


async def free_occasions(ctx: Context, ids: Sequence[UUID]) -> None:
    """The rules that made these locked invitations may ask for the same occasion again: whose it turned out to be."""
    if ids:
        await ctx.db.execute("UPDATE invitations SET occasion = NULL WHERE id = ANY ($1::uuid[])", list(ids))


async def state_of_interaction(ctx: Context, interaction_id: UUID | None) -> str | None:
    """That of the interaction that an invitation is about; None if it is about none."""
    if interaction_id is None:
        return None
    state: str = await ctx.db.fetchval("SELECT state FROM interactions WHERE id = $1", interaction_id)
    return state


_PENDING = """
    SELECT i.* FROM invitations i WHERE i.id = ANY ($1::uuid[]) AND i.state = 'pending'
    ORDER BY i.id FOR NO KEY UPDATE
"""
