"""Themes: topics that texts are searched for, by words and phrases."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.rules.feedback.themes import is_searchable
from app.schemas.kit.types import Flag, Id, Label, Moment, Name, PageQuery, Resource, Schema, Slug, Version, partial

Words = Annotated[list[Label], Field(max_length=1_000)]
Languages = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$", min_length=2, max_length=2)]], Field(max_length=100)
]


class ThemeNew(Schema):
    """A topic that the texts of feedback are searched for."""

    code: Slug
    """The unique code by which feedback is tagged with the theme."""
    name: Name
    """What the theme is called, for people who read it."""
    active: Flag = True
    """Whether feedback is searched for the theme."""
    words: Words = []
    """Words of which one in the text is enough. Case, accents and, in known languages, endings do not matter: `queue`
    matches `Queues`.
    """
    phrases: Words = []
    """Sequences of words of which one in the text is enough."""
    languages: Languages = []
    """The ISO 639-1 codes of the languages to search. Texts of unknown language are searched as well. Empty: all
    languages.
    """

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        if not self.words and not self.phrases:
            yield "/words", "missing", "At least one word or phrase is required"
        for name, listed in (("words", self.words), ("phrases", self.phrases)):
            for n, words in enumerate(listed):
                if not is_searchable(words):
                    yield f"/{name}/{n}", "nothing_to_find", "Must contain a letter or digit"


ThemeChange = partial(
    ThemeNew,
    "ThemeChange",
    "The fields of a theme to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)


class Theme(Resource):
    """A topic that the texts of feedback are searched for."""

    id: Id
    code: Slug
    """The unique code by which feedback is tagged with the theme."""
    name: Name
    active: bool
    """Whether feedback is searched for the theme."""
    words: Words
    """Words of which one in the text is enough."""
    phrases: Words
    """Sequences of words of which one in the text is enough."""
    languages: Languages
    """The ISO 639-1 codes of the languages to search. Empty: all languages."""
    version: Version
    created_at: Moment
    updated_at: Moment


class ThemePage(Resource):
    items: Annotated[list[Theme], Field(max_length=200)]
    next_cursor: str | None


class ThemeQuery(PageQuery):
    code: Label | None = None
    active: bool | None = None
    """Whether to return only themes that are searched for, or only those that are not."""
    sort: Literal["created_at", "-created_at"] = "-created_at"


class ThemeVersion(Resource):
    """A version of a theme."""

    version: Version
    """The number of the version; the first is 1."""
    definition: ThemeNew
    """The whole theme as it was in this version."""
    actor: Label
    """The name of the API key that created the version."""
    created_at: Moment
    """When the version was created."""


class ThemeVersionPage(Resource):
    items: Annotated[list[ThemeVersion], Field(max_length=200)]
    next_cursor: str | None


class TextReanalysis(Resource):
    """A new analysis of all feedback, which the worker carries out in the background."""

    analyzer: Label
    """The name of the analyzer that is used."""
    analyzer_version: Label
    """The version of the analyzer that is used."""
    themes: Annotated[int, Field(ge=0, le=2**31 - 1)]
    """The number of active themes that texts are searched for."""
    planned_at: Moment
    """When the analysis was scheduled."""
