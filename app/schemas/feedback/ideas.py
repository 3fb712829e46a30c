"""Ideas: what could be improved, who votes for it, and its status."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.rules.feedback.feedback import IdeaStatus
from app.schemas.kit.types import (
    Attributes,
    Count,
    Id,
    Label,
    Line,
    Moment,
    Note,
    PageQuery,
    Resource,
    Schema,
    Version,
    fault,
    partial,
)


class IdeaNew(Schema):
    """A suggestion of what could be improved."""

    title: Line
    """What could be improved, in one line."""
    description: Note | None = None
    """The suggestion in more detail."""
    owner: Label | None = None
    """The member of staff who is responsible for the idea."""
    customer_id: Id | None = None
    """The id of the customer who suggested it, and casts the first vote."""
    feedback_id: Id | None = None
    """The id of the feedback that contains the suggestion. Its customer casts the first vote, unless `customer_id` is
    given.
    """
    attributes: Attributes = {}


class IdeaContent(Schema):
    """The fields of an idea that can be changed."""

    title: Line
    """What could be improved, in one line."""
    description: Note | None = None
    """The suggestion in more detail."""
    owner: Label | None = None
    """The member of staff who is responsible for the idea."""
    status: IdeaStatus
    """What is to become of the idea."""
    status_note: Note | None = None
    """The reasons for the status, in words that can be passed on to voters. Cleared when the status changes, unless a
    new one is given.
    """
    attributes: Attributes = {}


IdeaChange = partial(IdeaContent, "IdeaChange", "The fields of an idea to change, as a JSON merge patch (RFC 7396).")


class Voter(Schema):
    """Who votes: a customer, or the author of feedback without a known customer. One of the two fields is required."""

    customer_id: Id | None = None
    """The id of the customer who votes."""
    feedback_id: Id | None = None
    """The id of the feedback that expresses the wish. Its customer votes, unless `customer_id` is given."""

    @model_validator(mode="after")
    def _check_voter(self) -> Self:
        if self.customer_id is None and self.feedback_id is None:
            raise fault("customer_id", "missing", "`customer_id` or `feedback_id` is required")
        return self


class Idea(Resource):
    """A suggestion of what could be improved, with the number of its supporters."""

    id: Id
    title: Line
    """What could be improved, in one line."""
    description: Note | None
    """The suggestion in more detail."""
    owner: Label | None
    """The member of staff who is responsible for the idea. Null if nobody is."""
    status: IdeaStatus
    """What is to become of the idea."""
    status_note: Note | None
    """The reasons for the status, in words that can be passed on to voters."""
    status_at: Moment
    """When the idea got this status."""
    votes: Count
    """The number of votes for the idea."""
    attributes: Attributes
    version: Version
    """The version of the resource. It increases with every change and with every vote."""
    created_at: Moment
    updated_at: Moment


class IdeaPage(Resource):
    items: Annotated[list[Idea], Field(max_length=200)]
    next_cursor: str | None


class IdeaQuery(PageQuery):
    status: IdeaStatus | None = None
    owner: Label | None = None
    sort: Literal["votes", "-votes", "created_at", "-created_at"] = "-votes"
    """The sort order. A leading minus sign sorts in descending order."""


class IdeaVote(Resource):
    """A vote for an idea."""

    customer_id: Id | None
    """The id of the customer who voted. Null for the author of feedback without a known customer."""
    feedback_id: Id | None
    """The id of the feedback that expresses the wish. Null for a vote without feedback."""
    voted_at: Moment
    """When the vote was cast."""


class IdeaVotePage(Resource):
    items: Annotated[list[IdeaVote], Field(max_length=200)]
    next_cursor: str | None


class IdeaVoteQuery(PageQuery):
    sort: Literal["voted_at", "-voted_at"] = "voted_at"
