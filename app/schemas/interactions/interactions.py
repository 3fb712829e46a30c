"""Contacts: who, what, when, on which channel."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.customers import ContactKind
from app.rules.interactions.interactions import Direction, InteractionKind
from app.rules.kit.channels import Channel
from app.schemas.kit.types import (
    Attributes,
    Count,
    Flag,
    Id,
    Label,
    Line,
    Moment,
    Name,
    Note,
    PageQuery,
    Reference,
    Resource,
    Schema,
    Version,
    partial,
    text,
)

Seconds = Annotated[int, Field(strict=True, ge=0, le=31_536_000)]
Bytes = Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)]


class Contact(Schema):
    """The address a contact came from or went to; an unknown one is kept, and can be claimed for a customer later."""

    kind: ContactKind
    value: Name


class Participant(Schema):
    name: Name
    role: Label | None = None
    address: Name | None = None
    customer_id: Id | None = None


class Document(Schema):
    """A document that was shared; it stays where it is, this says what and where."""

    name: Name
    address: Annotated[str, text(2_000)]
    """Where it is: a link, a path, a shelf."""
    media_type: Label | None = None
    size: Bytes | None = None
    """Bytes."""


class NextStep(Schema):
    """What was promised; it becomes a task."""

    what: Line
    owner: Label | None = None
    """Left out: the `staff` of the interaction."""
    due_at: Moment | None = None


class InteractionNew(Schema):
    """One contact with a customer, or a note about one."""

    customer_id: Id | None = None
    """Left out: found by `contact`, or kept without a customer."""
    contact: Contact | None = None
    kind: InteractionKind
    channel: Channel
    direction: Direction
    subject: Line | None = None
    body: Note | None = None
    happened_at: Moment | None = None
    """Left out: now."""
    duration_seconds: Seconds | None = None
    provider: Label | None = None
    """Of a video meeting: `zoom`, `google_meet`."""
    participants: Annotated[list[Participant], Field(max_length=100)] = []
    staff: Label | None = None
    """Who it was on our side. Left out: nobody."""
    outcome: Line | None = None
    next_step: NextStep | None = None
    documents: Annotated[list[Document], Field(max_length=50)] = []
    thread: Reference | None = None
    """Contacts of one conversation share it."""
    source: Label | None = None
    external_id: Reference | None = None
    """With `source`: captured exactly once from an outside system."""
    unwelcome_reason: Line | None = None
    """Why this outbound contact was made although the customer does not want the channel."""
    attributes: Attributes = {}


class InteractionContent(Schema):
    """What can be changed of an interaction."""

    kind: InteractionKind
    channel: Channel
    direction: Direction
    subject: Line | None = None
    body: Note | None = None
    happened_at: Moment
    duration_seconds: Seconds | None = None
    provider: Label | None = None
    participants: Annotated[list[Participant], Field(max_length=100)] = []
    staff: Label | None = None
    outcome: Line | None = None
    documents: Annotated[list[Document], Field(max_length=50)] = []
    thread: Reference | None = None
    unwelcome_reason: Line | None = None
    attributes: Attributes = {}


InteractionChange = partial(
    InteractionContent,
    "InteractionChange",
    "What changes of an interaction: lists are replaced whole, null takes a value away.",
)


class Interaction(Resource):
    id: Id
    customer_id: Id | None
    contact: Contact | None
    kind: InteractionKind
    channel: Channel
    direction: Direction
    subject: Line | None
    body: Note | None
    happened_at: Moment
    duration_seconds: Seconds | None
    provider: Label | None
    participants: Annotated[list[Participant], Field(max_length=100)]
    staff: Label | None
    outcome: Line | None
    task_id: Id | None
    """The task that its next step became."""
    documents: Annotated[list[Document], Field(max_length=50)]
    thread: Reference | None
    source: Label | None
    external_id: Reference | None
    unwelcome_reason: Line | None
    awaits_answer: bool
    """An enquiry that came in and was not answered yet."""
    answered_at: Moment | None
    answered_by_id: Id | None
    """The interaction that answered it."""
    answer_seconds: Count | None
    """From the enquiry to its answer; never negative."""
    attributes: Attributes
    version: Version
    created_at: Moment
    updated_at: Moment


class InteractionPage(Resource):
    items: Annotated[list[Interaction], Field(max_length=200)]
    next_cursor: str | None


class InteractionQuery(PageQuery):
    customer_id: Id | None = None
    claimed: bool | None = None
    """`false`: from addresses that nobody is known by."""
    kind: InteractionKind | None = None
    channel: Channel | None = None
    direction: Direction | None = None
    staff: Label | None = None
    thread: Reference | None = None
    source: Label | None = None
    external_id: Reference | None = None
    unanswered: Annotated[bool | None, Field(description="`true`: enquiries that wait for an answer.")] = None
    happened_since: Moment | None = None
    happened_before: Moment | None = None
    sort: Literal["happened_at", "-happened_at"] = "-happened_at"


class AnswerNew(Schema):
    """How an enquiry was answered. It becomes an outbound interaction of its own."""

    channel: Channel | None = None
    """Left out: the channel it came on."""
    subject: Line | None = None
    """Left out: that of the enquiry."""
    body: Note | None = None
    happened_at: Moment | None = None
    """Left out: now."""
    staff: Label | None = None
    outcome: Line | None = None
    next_step: NextStep | None = None
    documents: Annotated[list[Document], Field(max_length=50)] = []
    unwelcome_reason: Line | None = None


class InteractionClaim(Schema):
    customer_id: Id
    keep_contact: Flag = False
    """Also keep the address as a contact point of the customer, unless somebody else holds it alone."""
