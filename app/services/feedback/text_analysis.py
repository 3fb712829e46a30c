"""What a text says: its language, its sentiment, and the themes that it mentions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cachetools import LRUCache

from app.core.context import Context
from app.rules.feedback import language, sentiment
from app.rules.feedback.themes import Themes
from app.store.feedback import themes as store


@dataclass(frozen=True, slots=True)
class TextAnalysis:
    """Sentiment and analyzer are None for texts in an unknown or unsupported language."""

    language: str | None = None
    """As given, or else as detected."""
    sentiment: str | None = None
    sentiment_score: Decimal | None = None
    analyzer: str | None = None
    analyzer_version: str | None = None
    themes: list[str] = field(default_factory=list)


NOTHING = TextAnalysis()
# By the key of a list of themes: organisations in one process have different ones.
_COMPILED: LRUCache[str, Themes] = LRUCache(16)


async def analyse(ctx: Context, texts: Sequence[tuple[str | None, str | None]]) -> list[TextAnalysis]:
    """Analyse pairs of text and given language (BCP 47, such as `de-AT`): one result for each, in order."""
    themes = await _themes(ctx) if any(text is not None for text, _ in texts) else Themes([])
    return [_analyse(text, given_language, themes) for text, given_language in texts]


async def _themes(ctx: Context) -> Themes:
    """Compiled once for each list of themes."""
    key = await store.themes_key(ctx)
    if (compiled := _COMPILED.get(key)) is None:
        compiled = _COMPILED[key] = Themes(await store.themes(ctx))
    return compiled


def _analyse(text: str | None, given_language: str | None, themes: Themes) -> TextAnalysis:
    if text is None:
        return TextAnalysis(given_language)
    tag = given_language or language.detect(text)
    code = tag.partition("-")[0].lower() if tag is not None else None
    codes = themes.find(text, code)
    if (result := sentiment.analyse(text, code)) is None:
        return TextAnalysis(tag, themes=codes)
    return TextAnalysis(tag, result.sentiment.value, result.score, sentiment.ANALYZER, sentiment.VERSION, codes)
