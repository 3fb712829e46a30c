"""What is done with a contact that is recorded: held or not, answered, given to its customer."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.rules.kit.channels import Channel
from app.schemas.interactions.interactions import Document, NextStep, Seconds
from app.schemas.kit.claims import Claim
from app.schemas.kit.types import Flag, Id, Label, Line, Moment, Note, Schema, fault


class InteractionHeld(Schema):
    """What is known of a planned contact once it took place."""

    happened_at: Moment | None = None
    """When it took place. Defaults to the planned time, or the present time if that is earlier."""
    duration_seconds: Seconds | None = None
    """How long it took, in seconds."""
    staff: Label | None = None
    """The member of staff who was in contact with the customer. Left out, it is the one who was planned."""
    outcome: Line | None = None
    """What came of the contact, in a few words."""


class InteractionNotHeld(Schema):
    """Why a planned contact did not take place."""

    reason: Line | None = None
    """Why it was missed or cancelled, in a few words."""


class EnquiryAnswerNew(Schema):
    """The answer to an enquiry. It is stored as an outbound interaction, unless it names one that is stored already."""

    interaction_id: Id | None = None
    """The id of the outbound interaction by which the enquiry was answered. It excludes all other fields."""
    channel: Channel | None = None
    """Defaults to the channel of the enquiry."""
    subject: Line | None = None
    """Defaults to the subject of the enquiry."""
    body: Note | None = None
    """The text of the answer, or what was said."""
    happened_at: Moment | None = None
    """When the answer was given. Defaults to the current time."""
    staff: Label | None = None
    """The member of staff who answered the enquiry."""
    outcome: Line | None = None
    """What came of the contact, in a few words."""
    next_step: NextStep | None = None
    documents: Annotated[list[Document], Field(max_length=50)] = []
    """References to documents that were shared."""
    unwelcome_reason: Line | None = None
    """Why the customer is contacted on a channel that they do not want. Required for such a channel."""

    @model_validator(mode="after")
    def _check_interaction(self) -> Self:
        if self.interaction_id is not None and self.model_fields_set != {"interaction_id"}:
            raise fault("interaction_id", "conflict", "`interaction_id` excludes all other fields")
        return self


class InteractionClaim(Claim):
    """The customer to whom an interaction belongs."""

    keep_contact: Flag = False
    """Whether to add the number or address of the interaction to the customer's contact points, if it is free.
    It is verified then."""
