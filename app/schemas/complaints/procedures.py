"""Procedures: what is to be done for a complaint, and what may be said."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from app.rules.complaints.states import Move
from app.schemas.kit.types import (
    LINES,
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
    text,
)

Words = Annotated[str, text(5_000, pattern=LINES)]


class ProcedureStep(Schema):
    """One thing to do."""

    key: Slug
    """What it is ticked off by: stays the same when its title changes."""
    title: Line
    before: Move
    """It is to be done before this move."""
    mandatory: Flag = True
    """The move cannot be made without it."""
    wording: Words | None = None
    """What may be said or written."""


class Guidance(Schema):
    """How to deal with customers, by how they feel."""

    calm: Words | None = None
    disappointed: Words | None = None
    frustrated: Words | None = None
    angry: Words | None = None
    distressed: Words | None = None


class StaffMood(Schema):
    """For whoever talks to a difficult customer."""

    keep: Words | None = None
    """How to stay in a good mood."""
    recover: Words | None = None
    """How to find back to one."""


class ProcedureNew(Schema):
    """What is done for complaints of one category, or of every category without a procedure of its own."""

    category: Label | None = None
    """Unique. Left out: for every category that has none of its own."""
    name: Name
    steps: Annotated[list[ProcedureStep], Field(max_length=100)] = []
    """In the order in which they are done; each key once."""
    guidance: Guidance = Guidance()
    staff_mood: StaffMood = StaffMood()

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        seen: set[str] = set()
        for n, step in enumerate(self.steps):
            if step.key in seen:
                yield f"/steps/{n}/key", "duplicate", "Duplicate step key"
            seen.add(step.key)


GuidanceChange = partial(Guidance, "GuidanceChange", "What changes of the guidance.")
StaffMoodChange = partial(StaffMood, "StaffMoodChange", "What changes of it.")


class _ProcedureWhole(ProcedureNew):
    guidance: GuidanceChange = None  # type: ignore[valid-type]
    staff_mood: StaffMoodChange = None  # type: ignore[valid-type]


ProcedureChange = partial(
    _ProcedureWhole,
    "ProcedureChange",
    "What changes of a procedure: the list of steps is replaced whole, null takes a value away.",
)


class Procedure(Resource):
    id: Id
    category: Label | None
    name: Name
    steps: Annotated[list[ProcedureStep], Field(max_length=100)]
    guidance: Guidance
    staff_mood: StaffMood
    version: Version
    created_at: Moment
    updated_at: Moment


class ProcedurePage(Resource):
    items: Annotated[list[Procedure], Field(max_length=200)]
    next_cursor: str | None


class ProcedureQuery(PageQuery):
    category: Label | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class ProcedureVersion(Resource):
    version: Version
    definition: ProcedureNew
    """The whole procedure as it was."""
    actor: Label
    """Whose key made it so."""
    created_at: Moment


class ProcedureVersionPage(Resource):
    items: Annotated[list[ProcedureVersion], Field(max_length=200)]
    next_cursor: str | None
