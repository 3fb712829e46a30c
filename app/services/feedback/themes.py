"""The themes of the business. When they change, the worker analyses all texts again."""

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

__all__ = ["REANALYSE_JOB", "THEMES", "change", "create", "reanalyse", "schedule_reanalysis"]

THEMES = VersionedResource(store.THEMES)
REANALYSE_JOB = "rejudge"
_ALL = "all"
"""The key of the job: scheduling it while it runs starts it over."""
_CHUNK = 200


async def create(ctx: Context, new: ThemeNew) -> Document:
    document = await THEMES.create(ctx, new)
    await jobs.schedule(ctx, REANALYSE_JOB, _ALL, ctx.now)
    return document


async def change(ctx: Context, theme_id: UUID, patch: Any, version: int | None) -> Document:
    before = (await store.THEMES.lock(ctx, theme_id))["version"]
    changed = await THEMES.change(ctx, theme_id, patch, version)
    if changed.version != before:
        await jobs.schedule(ctx, REANALYSE_JOB, _ALL, ctx.now)
    return changed


async def schedule_reanalysis(ctx: Context) -> str:
    """Have all texts analysed again, as after a new version of the analyzer."""
    await jobs.schedule(ctx, REANALYSE_JOB, _ALL, ctx.now)
    themes = await store.themes(ctx)
    return json.dumps(
        {
            "analyzer": sentiment.ANALYZER,
            "analyzer_version": sentiment.VERSION,
            "themes": len(themes),
            "planned_at": format_timestamp(ctx.now),
        }
    )


async def reanalyse(ctx: Context, job: Job) -> None:
    """Job: analyse the next texts again, and continue after them. A language that is known is not detected again."""
    after = UUID(job.data["after"]) if "after" in job.data else UUID(int=0)
    texts = await store.texts_after(ctx, after, _CHUNK)
    if not texts:
        return
    analyses = await text_analysis.analyse(ctx, [(text.text, text.language) for text in texts])
    rows = [
        (
            text.feedback_id,
            text.language or analysis.language,
            analysis.sentiment,
            analysis.sentiment_score,
            analysis.analyzer,
            analysis.analyzer_version,
            analysis.themes,
        )
        for text, analysis in zip(texts, analyses, strict=True)
    ]
    await store.save_analyses(ctx, rows)
    if len(texts) == _CHUNK:
        await jobs.continue_later(ctx, job, ctx.now, {"after": str(texts[-1].feedback_id)})
