"""What the procedure asks of a complaint, and what was done of it."""

from typing import Annotated

from pydantic import Field

from app.rules.complaints.states import Feeling, Move
from app.schemas.complaints.procedures import StaffMood
from app.schemas.kit.types import Flag, Id, Label, Line, Moment, Name, Note, Resource, Schema, Version


class ChecklistStep(Resource):
    key: Label
    title: Line
    before: Move
    """The move that it has to come before."""
    mandatory: bool
    wording: Note | None
    """What may be said or written."""
    done: bool
    done_at: Moment | None
    done_by: Label | None
    note: Line | None


class AllowedMove(Resource):
    move: Move
    open_steps: Annotated[list[Label], Field(max_length=200)]
    """Keys of the mandatory steps that are to be done before."""


class Checklist(Resource):
    complaint_id: Id
    procedure_id: Id | None
    procedure_version: Version | None
    name: Name | None
    steps: Annotated[list[ChecklistStep], Field(max_length=200)]
    allowed_moves: Annotated[list[AllowedMove], Field(max_length=20)]
    """What may be done next, and what is missing for it."""
    feeling: Feeling | None
    guidance: Note | None
    """For a customer who feels like that."""
    staff_mood: StaffMood | None
    """How to keep a good mood with a difficult customer, and how to get it back."""


class StepChange(Schema):
    done: Flag = True
    done_by: Label | None = None
    """Left out: the name of the API key."""
    note: Line | None = None
