"""Ideas: what could be better, who wants it, and what became of it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

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
    partial,
)


class IdeaNew(Schema):
    """Something that could be better."""

    title: Line
    description: Note | None = None
    owner: Label | None = None
    """Who looks after it."""
    customer_id: Id | None = None
    """Who voices it first: their vote is the first one."""
    feedback_id: Id | None = None
    """What it was voiced in. Without `customer_id`, the vote is that of the customer whose feedback it is."""
    attributes: Attributes = {}


class IdeaContent(Schema):
    """What can be changed of an idea."""

    title: Line
    description: Note | None = None
    owner: Label | None = None
    status: IdeaStatus
    status_note: Note | None = None
    """Why, in words that can be told to those who voted. Goes when the status changes, unless another comes with it."""
    attributes: Attributes = {}


IdeaChange = partial(IdeaContent, "IdeaChange", "What changes of an idea; null takes a value away.")


class Voter(Schema):
    """Whose vote: a customer's, or that of a piece of feedback of nobody who is known."""

    customer_id: Id | None = None
    feedback_id: Id | None = None
    """What it was said in. Without `customer_id`, the vote is that of the customer whose feedback it is."""

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.customer_id is None and self.feedback_id is None:
            raise PydanticCustomError("missing", "`customer_id` or `feedback_id` is required")
        return self


class Idea(Resource):
    id: Id
    title: Line
    description: Note | None
    owner: Label | None
    status: IdeaStatus
    status_note: Note | None
    status_at: Moment
    """Since when it has this status."""
    votes: Count
    attributes: Attributes
    version: Version
    """Rises with every vote, too."""
    created_at: Moment
    updated_at: Moment


class IdeaPage(Resource):
    items: Annotated[list[Idea], Field(max_length=200)]
    next_cursor: str | None


class IdeaQuery(PageQuery):
    status: IdeaStatus | None = None
    owner: Label | None = None
    sort: Literal["votes", "-votes", "created_at", "-created_at"] = "-votes"


class IdeaVote(Resource):
    customer_id: Id | None
    """Null where nobody is known whose feedback it was."""
    feedback_id: Id | None
    """What it was said in, if it was said in feedback."""
    voted_at: Moment


class IdeaVotePage(Resource):
    items: Annotated[list[IdeaVote], Field(max_length=200)]
    next_cursor: str | None


class IdeaVoteQuery(PageQuery):
    sort: Literal["voted_at", "-voted_at"] = "voted_at"
