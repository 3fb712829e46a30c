from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.schemas.service_levels import policies
from app.store.kit.versioned import BY_CREATION, VersionedTable

POLICIES = VersionedTable(
    "service_policy",
    "service_policies",
    "code",
    policies.ServicePolicyNew,
    policies.ServicePolicy,
    policies.ServicePolicyVersion,
    policies.ServicePolicyQuery,
    {"code": "r.code = {}", "active": {True: "r.active", False: "NOT r.active"}},
    {**BY_CREATION, "position": ("r.position", "integer")},
    references={"calendar": "calendars"},
    job="policy",
)
_IDS = """
    SELECT p.id AS policy_id, p.version AS policy_version, c.id AS calendar_id, c.version AS calendar_version
    FROM service_policies p JOIN calendars c ON c.id = p.calendar_id
"""


async def active_policies(ctx: Context) -> list[Record]:
    """Ids and versions of active policies and their calendars, in the order in which they are tried."""
    return await ctx.db.fetch(f"{_IDS} WHERE p.active ORDER BY p.position, p.id")


async def policy(ctx: Context, policy_id: UUID) -> Record:
    """The same of one policy, active or not."""
    row = await ctx.db.fetchrow(f"{_IDS} WHERE p.id = $1", policy_id)
    if row is None:
        raise NotFound("Service policy not found")
    return row


async def policies_with_calendar(ctx: Context, calendar_id: UUID) -> list[UUID]:
    """The policies that use a calendar, active or not."""
    found = await ctx.db.fetch("SELECT id FROM service_policies WHERE calendar_id = $1", calendar_id)
    return [row[0] for row in found]
