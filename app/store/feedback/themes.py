"""Themes, and the texts that are analysed by them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.feedback.themes import Theme
from app.schemas.feedback import themes as schemas
from app.store.kit import rows
from app.store.kit.versioned import VersionedTable

THEMES = VersionedTable(
    "theme",
    "themes",
    "code",
    schemas.ThemeNew,
    schemas.Theme,
    schemas.ThemeVersion,
    schemas.ThemeQuery,
    {"code": "r.code = {}", "active": {True: "r.active", False: "NOT r.active"}},
    {"created_at": ("r.created_at", "timestamptz")},
)


@dataclass(frozen=True, slots=True)
class Text:
    feedback_id: UUID
    text: str
    language: str | None


async def themes_key(ctx: Context) -> str:
    """A hash of the ids and versions of the active themes: it changes whenever one of them does."""
    key: str = await ctx.db.fetchval(
        "SELECT coalesce(md5(string_agg(id::text || ':' || version, ',' ORDER BY id)), '') FROM themes WHERE active"
    )
    return key


async def themes(ctx: Context) -> list[Theme]:
    """The active ones."""
    found = await ctx.db.fetch("SELECT code, definition::text FROM themes WHERE active ORDER BY code")
    read = [(row[0], json.loads(row[1])) for row in found]
    return [Theme(code, tuple(d["words"]), tuple(d["phrases"]), tuple(d["languages"])) for code, d in read]


async def texts_after(ctx: Context, feedback_id: UUID, limit: int) -> list[Text]:
    """The next feedback with a text after an id, in id order, locked."""
    found = await ctx.db.fetch(
        "SELECT id, text, language FROM feedback WHERE id > $1 AND text IS NOT NULL ORDER BY id LIMIT $2 "
        "FOR NO KEY UPDATE",
        feedback_id,
        limit,
    )
    return [Text(*row) for row in found]


async def save_analyses(ctx: Context, analyses: Sequence[tuple[Any, ...]]) -> int:
    """Write rows of ANALYSIS_COLUMNS; those that do not differ stay. Returns the number of changed rows."""
    arguments = rows.arguments("feedback", ANALYSIS_COLUMNS, analyses)
    return int((await ctx.db.execute(_SAVE_ANALYSES, *arguments, ctx.now)).rpartition(" ")[2])


ANALYSIS_COLUMNS = ("id", "language", "sentiment", "sentiment_score", "analyzer", "analyzer_version", "themes")
_CHANGED = ANALYSIS_COLUMNS[1:]
_NEW, _OLD = (", ".join(f"{alias}.{name}" for name in _CHANGED) for alias in "wf")
_NOW = f"${len(ANALYSIS_COLUMNS) + 1}"
_SAVE_ANALYSES = f"""
    UPDATE feedback f SET ({", ".join(_CHANGED)}, version, updated_at) = ({_NEW}, f.version + 1, {_NOW})
    FROM ({rows.unnested("feedback", ANALYSIS_COLUMNS)}) w WHERE f.id = w.id AND ({_OLD}) IS DISTINCT FROM ({_NEW})
"""
