"""A business's own themes. When they change, everything that was ever said is looked through again, by the worker."""

import json
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules import sentiment
from app.schemas.themes import ThemeNew
from app.services import texts, versioned
from app.services.entries import spelled
from app.store import jobs
from app.store import texts as store
from app.store.documents import Document
from app.store.jobs import Job
from app.store.texts import THEMES

__all__ = ["JOB", "THEMES", "change", "create", "plan_rejudging", "rejudge"]

JOB = "rejudge"
_ALL = "all"
"""Its key: who plans it while it is under way begins it again."""
_CHUNK = 200


async def create(ctx: Context, new: ThemeNew) -> Document:
    made = await versioned.create(ctx, THEMES, new)
    await jobs.plan(ctx, JOB, _ALL, ctx.now)
    return made


async def change(ctx: Context, theme_id: UUID, patch: Any, version: int | None) -> Document:
    before = (await store.THEMES.lock(ctx, theme_id))["version"]
    changed = await versioned.change(ctx, THEMES, theme_id, patch, version)
    if changed.version != before:
        await jobs.plan(ctx, JOB, _ALL, ctx.now)
    return changed


async def plan_rejudging(ctx: Context) -> str:
    """Have all texts judged again, as after a new version of the judge."""
    await jobs.plan(ctx, JOB, _ALL, ctx.now)
    found = await store.themes(ctx)
    return json.dumps(
        {
            "judge": sentiment.JUDGE,
            "judge_version": sentiment.VERSION,
            "themes": len(found),
            "planned_at": spelled(ctx.now),
        }
    )


async def rejudge(ctx: Context, job: Job) -> None:
    """Judge the next texts again, and have the others done after them. A language that is known is not asked about."""
    after = UUID(job.data["after"]) if "after" in job.data else UUID(int=0)
    found = await store.after(ctx, after, _CHUNK)
    if not found:
        return
    judged = await texts.judge(ctx, [(one.text, one.language) for one in found])
    rows = [
        (
            one.feedback_id,
            one.language or of.language,
            of.sentiment,
            of.sentiment_score,
            of.judged_by,
            of.judged_version,
            of.themes,
        )
        for one, of in zip(found, judged, strict=True)
    ]
    await store.rejudge(ctx, rows)
    if len(found) == _CHUNK:
        await jobs.go_on(ctx, job, ctx.now, {"after": str(found[-1].feedback_id)})
