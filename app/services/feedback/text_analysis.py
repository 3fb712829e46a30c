"""What is in a text: its language, how it is meant, and which of the business's own themes it speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cachetools import LRUCache

from app.core.context import Context
from app.rules.feedback import language, sentiment
from app.rules.feedback.themes import Themes
from app.store.feedback import themes as store


@dataclass(frozen=True, slots=True)
class Judged:
    """None where it cannot be told: what is in a language that is not known stays unjudged."""

    language: str | None = None
    """As it was said, else as it was found out."""
    sentiment: str | None = None
    sentiment_score: Decimal | None = None
    analyzer: str | None = None
    analyzer_version: str | None = None
    themes: list[str] = field(default_factory=list)


NOTHING = Judged()
# Of one list of themes and of those that other organisations in the same process have.
_COMPILED: LRUCache[str, Themes] = LRUCache(16)


async def judge(ctx: Context, news: Sequence[tuple[str | None, str | None]]) -> list[Judged]:
    """Of (text, its language where somebody said it): one judgement for each, in order. BCP 47, `de-AT`, will do."""
    themes = await _themes(ctx) if any(text is not None for text, _ in news) else Themes([])
    return [_judged(text, said, themes) for text, said in news]


async def _themes(ctx: Context) -> Themes:
    """Put together once for each list that there is: the database is asked whether it is still the same."""
    key = await store.themes_key(ctx)
    if (known := _COMPILED.get(key)) is None:
        known = _COMPILED[key] = Themes(await store.themes(ctx))
    return known


def _judged(text: str | None, said: str | None, themes: Themes) -> Judged:
    if text is None:
        return Judged(said)
    spoken = said or language.detect(text)
    base = spoken.partition("-")[0].lower() if spoken is not None else None
    themes_found = themes.found(text, base)
    if (found := sentiment.judge(text, base)) is None:
        return Judged(spoken, themes=themes_found)
    return Judged(spoken, found.sentiment.value, found.score, sentiment.JUDGE, sentiment.VERSION, themes_found)
