"""Themes: what a business wants to know whether people speak of it, and the words that tell."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.rules.feedback.themes import telling
from app.schemas.kit.types import Flag, Id, Label, Moment, Name, PageQuery, Resource, Schema, Slug, Version, partial

Words = Annotated[list[Label], Field(max_length=1_000)]
Languages = Annotated[
    list[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$", min_length=2, max_length=2)]], Field(max_length=100)
]


class ThemeNew(Schema):
    """What feedback may be about, in the business's own words."""

    code: Slug
    """Unique: what feedback is filed under."""
    name: Name
    active: Flag = True
    words: Words = []
    """One of them is enough. Case, accents and endings do not matter, where the language is known: `queue` is found in
    `Queues`."""
    phrases: Words = []
    """Words that follow each other."""
    languages: Languages = []
    """ISO 639-1. Looked for in texts of these languages, and in those whose language is not known. Empty: in all."""

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        if not self.words and not self.phrases:
            yield "/words", "missing", "At least one word or phrase is required"
        for name, listed in (("words", self.words), ("phrases", self.phrases)):
            for n, each in enumerate(listed):
                if not telling(each):
                    yield f"/{name}/{n}", "nothing_to_find", "Must contain a letter or digit"


ThemeChange = partial(ThemeNew, "ThemeChange", "What changes of a theme: lists are replaced whole.")


class Theme(Resource):
    id: Id
    code: Slug
    name: Name
    active: bool
    words: Words
    phrases: Words
    languages: Languages
    version: Version
    created_at: Moment
    updated_at: Moment


class ThemePage(Resource):
    items: Annotated[list[Theme], Field(max_length=200)]
    next_cursor: str | None


class ThemeQuery(PageQuery):
    code: Label | None = None
    active: Annotated[bool | None, Field(description="Those that are looked for, or those that are not.")] = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class ThemeVersion(Resource):
    version: Version
    definition: ThemeNew
    """The whole theme as it was."""
    actor: Label
    """Whose key made it so."""
    created_at: Moment


class ThemeVersionPage(Resource):
    items: Annotated[list[ThemeVersion], Field(max_length=200)]
    next_cursor: str | None


class TextReanalysis(Resource):
    """What was begun: the worker goes through all texts, and writes down where it comes to something else."""

    analyzer: Label
    analyzer_version: Label
    themes: Annotated[int, Field(ge=0, le=2**31 - 1)]
    """How many themes are looked for."""
    planned_at: Moment
