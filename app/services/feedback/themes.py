"""A business's own themes. When they change, everything that was ever said is looked through again, by the worker."""

import json
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.feedback import sentiment
from app.rules.kit.timestamps import format_timestamp
from app.schemas.feedback.themes import ThemeNew
from app.services.feedback import text_analysis
from app.services.kit.versioned import VersionedResource
from app.store.feedback import themes as store
from app.store.kit import jobs
from app.store.kit.documents import Document
from app.store.kit.jobs import Job

__all__ = ["REJUDGE_JOB", "THEMES", "change", "create", "plan_rejudging", "rejudge"]

THEMES = VersionedResource(store.THEMES)
REJUDGE_JOB = "rejudge"
_ALL = "all"
"""Its key: who plans it while it is under way begins it again."""
_CHUNK = 200


async def create(ctx: Context, new: ThemeNew) -> Document:
    made = await THEMES.create(ctx, new)
    await jobs.schedule(ctx, REJUDGE_JOB, _ALL, ctx.now)
    return made


async def change(ctx: Context, theme_id: UUID, patch: Any, version: int | None) -> Document:
    before = (await store.THEMES.lock(ctx, theme_id))["version"]
    changed = await THEMES.change(ctx, theme_id, patch, version)
    if changed.version != before:
        await jobs.schedule(ctx, REJUDGE_JOB, _ALL, ctx.now)
    return changed


async def plan_rejudging(ctx: Context) -> str:
    """Have all texts judged again, as after a new version of the judge."""
    await jobs.schedule(ctx, REJUDGE_JOB, _ALL, ctx.now)
    found = await store.themes(ctx)
    return json.dumps(
        {
            "analyzer": sentiment.JUDGE,
            "analyzer_version": sentiment.VERSION,
            "themes": len(found),
            "planned_at": format_timestamp(ctx.now),
        }
    )


async def rejudge(ctx: Context, job: Job) -> None:
    """Judge the next texts again, and have the others done after them. A language that is known is not asked about."""
    after = UUID(job.data["after"]) if "after" in job.data else UUID(int=0)
    found = await store.after(ctx, after, _CHUNK)
    if not found:
        return
    judged = await text_analysis.judge(ctx, [(one.text, one.language) for one in found])
    rows = [
        (
            one.feedback_id,
            one.language or of.language,
            of.sentiment,
            of.sentiment_score,
            of.analyzer,
            of.analyzer_version,
            of.themes,
        )
        for one, of in zip(found, judged, strict=True)
    ]
    await store.rejudge(ctx, rows)
    if len(found) == _CHUNK:
        await jobs.continue_later(ctx, job, ctx.now, {"after": str(found[-1].feedback_id)})
