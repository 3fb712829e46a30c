"""Themes, and texts to be judged anew."""

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


async def after(ctx: Context, feedback_id: UUID, limit: int) -> list[Text]:
    """Feedback with a text, by id, so many after one; held until the transaction ends."""
    found = await ctx.db.fetch(
        "SELECT id, text, language FROM feedback WHERE id > $1 AND text IS NOT NULL ORDER BY id LIMIT $2 "
        "FOR NO KEY UPDATE",
        feedback_id,
        limit,
    )
    return [Text(*row) for row in found]


async def rejudge(ctx: Context, judged: Sequence[tuple[Any, ...]]) -> int:
    """Write down what was judged, in the order of JUDGED; rows that say so already stay. Tells how many did not."""
    arguments = rows.arguments("feedback", JUDGED, judged)
    return int((await ctx.db.execute(_REJUDGE, *arguments, ctx.now)).rpartition(" ")[2])


JUDGED = ("id", "language", "sentiment", "sentiment_score", "analyzer", "analyzer_version", "themes")
_NEW, _OLD = (", ".join(f"{alias}.{name}" for name in JUDGED[1:]) for alias in "wf")
_REJUDGE = f"""
    UPDATE feedback f SET ({", ".join(JUDGED[1:])}, version, updated_at) = ({_NEW}, f.version + 1, ${len(JUDGED) + 1})
    FROM ({rows.unnested("feedback", JUDGED)}) w WHERE f.id = w.id AND ({_OLD}) IS DISTINCT FROM ({_NEW})
"""
