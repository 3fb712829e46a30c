"""Procedures: the checklist for a category of complaints, and advice for staff."""

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
    """A step of the checklist for handling a complaint."""

    key: Slug
    """The key by which the step is marked as done. It stays the same when the title changes."""
    title: Line
    """What has to be done, in one line."""
    before: Move
    """The move before which the step has to be done."""
    mandatory: Flag = True
    """Whether the move is refused while the step is not done."""
    wording: Words | None = None
    """A suggestion of what to say or write to the customer."""


class Guidance(Schema):
    """Advice on how to deal with customers, by how they feel."""

    calm: Words | None = None
    """Advice for customers who are calm."""
    disappointed: Words | None = None
    """Advice for customers who are disappointed."""
    frustrated: Words | None = None
    """Advice for customers who are frustrated."""
    angry: Words | None = None
    """Advice for customers who are angry."""
    distressed: Words | None = None
    """Advice for customers who are distressed."""


class StaffMood(Schema):
    """Advice for members of staff who deal with a difficult customer."""

    keep: Words | None = None
    """How to stay in a good mood oneself."""
    recover: Words | None = None
    """How to regain a good mood afterwards."""


class ProcedureNew(Schema):
    """How complaints of one category are handled: a checklist, and advice for dealing with the customer."""

    category: Label | None = None
    """The category of complaints that it is for, which may have one procedure. If null, it is for all categories
    without a procedure of their own.
    """
    name: Name
    """What the procedure is called, for people who follow it."""
    steps: Annotated[list[ProcedureStep], Field(max_length=100)] = []
    """The steps in the order in which they are done. Each key may occur once."""
    guidance: Guidance = Guidance()
    """Advice on how to deal with customers, by how they feel."""
    staff_mood: StaffMood = StaffMood()
    """Advice for members of staff who deal with a difficult customer."""

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        seen: set[str] = set()
        for n, step in enumerate(self.steps):
            if step.key in seen:
                yield f"/steps/{n}/key", "duplicate", "Duplicate step key"
            seen.add(step.key)


GuidanceChange = partial(
    Guidance, "GuidanceChange", "The fields of the guidance to change, as a JSON merge patch (RFC 7396)."
)
StaffMoodChange = partial(
    StaffMood, "StaffMoodChange", "The fields of the advice to change, as a JSON merge patch (RFC 7396)."
)


class _ProcedureWhole(ProcedureNew):
    guidance: GuidanceChange = None  # type: ignore[valid-type]
    staff_mood: StaffMoodChange = None  # type: ignore[valid-type]


ProcedureChange = partial(
    _ProcedureWhole,
    "ProcedureChange",
    "The fields of a procedure to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)


class Procedure(Resource):
    """How complaints of one category are handled: a checklist, and advice for dealing with the customer."""

    id: Id
    category: Label | None
    """The category of complaints that it is for. Null if it is for all categories without a procedure of their own."""
    name: Name
    steps: Annotated[list[ProcedureStep], Field(max_length=100)]
    """The steps in the order in which they are done."""
    guidance: Guidance
    """Advice on how to deal with customers, by how they feel."""
    staff_mood: StaffMood
    """Advice for members of staff who deal with a difficult customer."""
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
    """A version of a procedure."""

    version: Version
    """The number of the version; the first is 1."""
    definition: ProcedureNew
    """The whole procedure as it was in this version."""
    actor: Label
    """The name of the API key that created the version."""
    created_at: Moment
    """When the version was created."""


class ProcedureVersionPage(Resource):
    items: Annotated[list[ProcedureVersion], Field(max_length=200)]
    next_cursor: str | None
