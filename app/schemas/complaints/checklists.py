"""The checklist of a complaint: the steps of its procedure, and which are done."""

from typing import Annotated

from pydantic import Field

from app.rules.complaints.states import Feeling, Move
from app.schemas.complaints.procedures import StaffMood
from app.schemas.kit.types import Flag, Id, Label, Line, Moment, Name, Note, Resource, Schema, Version


class ChecklistStep(Resource):
    """A step of the complaint's procedure, and whether it is done."""

    key: Label
    """The key by which the step is marked as done."""
    title: Line
    """What has to be done, in one line."""
    before: Move
    """The move before which the step has to be done."""
    mandatory: bool
    """Whether the move is refused while the step is not done."""
    wording: Note | None
    """A suggestion of what to say or write to the customer."""
    done: bool
    """Whether the step is done for this complaint."""
    done_at: Moment | None
    """When the step was marked as done. Null while it is not."""
    done_by: Label | None
    """Who did the step. Null while it is not done."""
    note: Line | None
    """A note that was taken when the step was marked as done."""


class AllowedMove(Resource):
    """A move that the state of the complaint allows."""

    move: Move
    """The move, the last segment of the path of its operation."""
    open_steps: Annotated[list[Label], Field(max_length=200)]
    """The keys of the mandatory steps that have to be done before the move."""


class Checklist(Resource):
    """What the procedure requires for a complaint, and what has been done."""

    complaint_id: Id
    procedure_id: Id | None
    """The id of the procedure that is followed. Null if there is none for the category."""
    procedure_version: Version | None
    """The version of the procedure that the complaint started with. Null without a procedure."""
    name: Name | None
    """The name of the procedure. Null without a procedure."""
    steps: Annotated[list[ChecklistStep], Field(max_length=200)]
    """The steps in the order in which they are done."""
    allowed_moves: Annotated[list[AllowedMove], Field(max_length=20)]
    """The moves that are allowed next, and the mandatory steps that are still missing for each."""
    feeling: Feeling | None
    """How the customer feels about the matter. Null if this is not known."""
    guidance: Note | None
    """Advice on how to deal with a customer who feels like this. Null if there is none."""
    staff_mood: StaffMood | None
    """Advice for members of staff who deal with a difficult customer. Null without a procedure."""


class StepChange(Schema):
    """Whether a step is done, and by whom."""

    done: Flag = True
    """Whether the step is done: `false` marks it as not done after all."""
    done_by: Label | None = None
    """Who did the step. Defaults to the name of the API key."""
    note: Line | None = None
    """A note about how the step was done."""
