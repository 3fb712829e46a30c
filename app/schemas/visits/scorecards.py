"""Scorecards: the criteria that visits are scored by, and their weights."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from app.rules.feedback import Scale
from app.rules.visits.scorecards import FAILS_BELOW, MOST_ASPECTS, Item, ItemKind, VisitKind
from app.schemas.kit.types import (
    Figure,
    Flag,
    Id,
    Label,
    Line,
    Moment,
    Name,
    OwnCode,
    PageQuery,
    Resource,
    Schema,
    Slug,
    Version,
    partial,
)

Fault = tuple[str, str, str]


class ScorecardItem(Schema):
    """A criterion that a visit is scored by."""

    key: Slug
    """The key by which results refer to the item. It stays the same when the title changes."""
    title: Line
    """The criterion, in one line."""
    section: Label | None = None
    """The section that the item is summarized under, such as `Welcome`. If null, it is reported by itself."""
    kind: ItemKind = ItemKind.YES_NO
    """Whether the result is yes or no, or a value on a scale."""
    worst: Figure | None = None
    """The worst value of the scale. Required for the kind `scale`."""
    best: Figure | None = None
    """The best value of the scale. It may be lower than `worst` if low values are good."""
    weight: Figure = Decimal(1)
    """The weight of the item, more than 0. Only its proportion to the other weights matters."""
    critical: Flag = False
    """Whether a failure limits the score of the whole visit to `cap`."""
    cap: Figure = Decimal(0)
    """The highest score of the visit, from 0 to 100, if this critical item fails."""
    fails_below: Figure | None = None
    """The score, from 0 to 100, below which an item of the kind `scale` fails. Defaults to 50. The result `no` always
    fails.
    """
    evidence_required: Flag = False
    """Whether the result needs a note or the address of evidence."""
    allow_not_applicable: Flag = False
    """Whether the item may be marked as not applicable, so that it does not count."""

    @property
    def scale(self) -> Scale | None:
        return Scale(self.worst, self.best) if self.worst is not None and self.best is not None else None

    @property
    def rule(self) -> Item:
        """What it scores by."""
        fails_below = FAILS_BELOW if self.fails_below is None else self.fails_below
        return Item(self.key, self.weight, self.scale, self.critical, self.cap, fails_below, self.section)

    def faults(self) -> Iterator[Fault]:
        if self.weight <= 0:
            yield "/weight", "greater_than", "Must be greater than 0"
        for name in ("cap", "fails_below"):
            if not 0 <= (getattr(self, name) or 0) <= 100:
                yield f"/{name}", "score", "Must be between 0 and 100"
        if self.cap and not self.critical:
            yield "/cap", "not_critical", "Only allowed for critical items"
        if self.kind is ItemKind.YES_NO:
            for name in ("worst", "best", "fails_below"):
                if getattr(self, name) is not None:
                    yield f"/{name}", "scale", "Only allowed for items on a scale"
        elif self.scale is None:
            yield ("/worst" if self.worst is None else "/best"), "missing", "Required for items on a scale"
        elif self.worst == self.best:
            yield "/best", "scale", "`worst` and `best` must differ"


class ScorecardNew(Schema):
    """The criteria that visits are scored by."""

    code: OwnCode
    """The unique code of the scorecard."""
    name: Name
    """What the scorecard is called, for people who use it."""
    kind: VisitKind | None = None
    """The kind of visits that it is for. If null, it is for both kinds."""
    items: Annotated[list[ScorecardItem], Field(min_length=1, max_length=200)]
    """The criteria, with each key once. There may be at most 49 sections and items without a section."""

    def faults(self) -> Iterator[Fault]:
        """What is wrong between its fields: pointer, code and detail of each."""
        seen: set[str] = set()
        for n, item in enumerate(self.items):
            if item.key in seen:
                yield f"/items/{n}/key", "duplicate", "Duplicate item key"
            seen.add(item.key)
            yield from ((f"/items/{n}{pointer}", code, detail) for pointer, code, detail in item.faults())
        if len({item.rule.aspect for item in self.items}) > MOST_ASPECTS:
            yield "/items", "too_many_aspects", f"At most {MOST_ASPECTS} sections and items outside of sections"


ScorecardChange = partial(
    ScorecardNew,
    "ScorecardChange",
    "The fields of a scorecard to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)


class Scorecard(Resource):
    """The criteria that visits are scored by."""

    id: Id
    code: Label
    """The unique code of the scorecard."""
    name: Name
    kind: VisitKind | None
    """The kind of visits that it is for. Null if it is for both kinds."""
    items: Annotated[list[ScorecardItem], Field(max_length=200)]
    """The criteria in the order of the scorecard."""
    version: Version
    created_at: Moment
    updated_at: Moment


class ScorecardPage(Resource):
    items: Annotated[list[Scorecard], Field(max_length=200)]
    next_cursor: str | None


class ScorecardQuery(PageQuery):
    code: Label | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class ScorecardVersion(Resource):
    """A version of a scorecard."""

    version: Version
    """The number of the version; the first is 1."""
    definition: ScorecardNew
    """The whole scorecard as it was in this version."""
    actor: Label
    """The name of the API key that created the version."""
    created_at: Moment
    """When the version was created."""


class ScorecardVersionPage(Resource):
    items: Annotated[list[ScorecardVersion], Field(max_length=200)]
    next_cursor: str | None
