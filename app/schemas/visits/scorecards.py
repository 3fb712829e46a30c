"""Scorecards: what a visit looks at, and how much each of it weighs."""

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
    PageQuery,
    Resource,
    Schema,
    Slug,
    Version,
    partial,
)

Fault = tuple[str, str, str]


class ScorecardItem(Schema):
    """One thing to look at."""

    key: Slug
    """What its result is given by: stays the same when its title changes."""
    title: Line
    section: Label | None = None
    """What it is summed up under, such as welcome, advice or till. Left out: it stands for itself."""
    kind: ItemKind = ItemKind.YES_NO
    worst: Figure | None = None
    """Of a `scale`, with `best`."""
    best: Figure | None = None
    """May be the smaller number, where little is good."""
    weight: Figure = Decimal(1)
    """How often it counts, more than 0: only the relation to the others' weights matters."""
    critical: Flag = False
    """Where it fails, the whole visit scores `cap` at most."""
    cap: Figure = Decimal(0)
    """From 0 to 100; of critical items."""
    fails_below: Figure | None = None
    """The score, from 0 to 100, below which an item on a `scale` has failed. Left out: 50. A `no` always has."""
    evidence_required: Flag = False
    """Its result needs a note or an address."""
    allow_not_applicable: Flag = False
    """Its result may be that it did not apply; it then counts for nothing."""

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
    """What visits of one kind look at."""

    code: Label
    """Unique."""
    name: Name
    kind: VisitKind | None = None
    """What it is for. Left out: for mystery shopping and for observations."""
    items: Annotated[list[ScorecardItem], Field(min_length=1, max_length=200)]
    """Each key once; at most 49 sections and items without one."""

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
    "What changes of a scorecard: the list of items is replaced whole, null takes a value away.",
)


class Scorecard(Resource):
    id: Id
    code: Label
    name: Name
    kind: VisitKind | None
    items: Annotated[list[ScorecardItem], Field(max_length=200)]
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
    version: Version
    definition: ScorecardNew
    """The whole scorecard as it was."""
    actor: Label
    """Whose key made it so."""
    created_at: Moment


class ScorecardVersionPage(Resource):
    items: Annotated[list[ScorecardVersion], Field(max_length=200)]
    next_cursor: str | None
