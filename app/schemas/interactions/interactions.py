"""Interactions: who was in contact with whom, when, about what, and on which channel."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from app.rules.customers import ContactKind, Match
from app.rules.interactions.interactions import Direction, InteractionKind
from app.rules.interactions.planning import InteractionState
from app.rules.kit.channels import Channel
from app.rules.kit.web_addresses import is_web_address
from app.schemas.customers import (
    EnteredContactKind,
    MatchCandidates,
    MatchReasons,
    PhoneOrEmail,
    by_contact_form,
    with_country_of_whatsapp,
)
from app.schemas.kit.comparison import Form
from app.schemas.kit.types import (
    Attributes,
    Count,
    Id,
    Label,
    Line,
    Location,
    Moment,
    Name,
    Note,
    PageQuery,
    Reference,
    Resource,
    Schema,
    Version,
    fault,
    partial,
)

Seconds = Annotated[int, Field(strict=True, ge=0, le=31_536_000)]
Bytes = Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)]


class Contact(Schema):
    """The number or address that the contact came from or went to. The customer is found by it, if possible."""

    kind: EnteredContactKind
    value: Name
    """The number or address in any spelling. The digits alone by which WhatsApp names an account get the `+` that they
    lack, if the kind is `whatsapp`."""

    compared: ClassVar[Form] = staticmethod(by_contact_form)

    @model_validator(mode="before")
    @classmethod
    def _with_country(cls, entered: Any) -> Any:
        return with_country_of_whatsapp(entered)

    @model_validator(mode="after")
    def _check_web_address(self) -> Self:
        if self.kind is ContactKind.WEB and not is_web_address(self.value):
            raise fault("value", "url_scheme", "Must be an http or https address")
        return self


class Participant(Schema):
    """Somebody who took part in the interaction."""

    name: Name
    role: Label | None = None
    """Their part in it, such as `interpreter` or `buyer`."""
    address: PhoneOrEmail | None = None
    """Their phone number or e-mail address, as it was entered."""
    customer_id: Id | None = None
    """The id of the customer they are, if known. The contact is on their timeline as well, and counts as theirs."""


class Document(Schema):
    """A reference to a document that was shared. The document itself is not stored."""

    name: Name
    """The title or file name of the document."""
    address: Location
    """Where the document is found: a URL, a path or a shelf mark."""
    media_type: Label | None = None
    """The media type, such as `application/pdf`."""
    size: Bytes | None = None
    """The size of the document in bytes."""


class NextStep(Schema):
    """What has to be done next. A task is created from it."""

    what: Line
    """What has to be done, as the title of the task."""
    owner: Label | None = None
    """Who has to do it. Defaults to the `staff` of the interaction."""
    due_at: Moment | None = None
    """By when it has to be done. Null if there is no due date."""


class InteractionNew(Schema):
    """A contact with a customer on any channel, or an internal note about one."""

    customer_id: Id | None = None
    """Defaults to the only customer who has `contact` as a contact point. Otherwise the interaction has none."""
    contact: Contact | None = None
    kind: InteractionKind
    channel: Channel
    direction: Direction
    """The direction as seen from the business; an internal note is `internal`."""
    state: InteractionState = InteractionState.HELD
    """Whether the contact took place or is planned. Only calls, meetings, presentations and social contacts can be
    anything but `held`. What is planned counts as a contact only once it is held.
    """
    state_reason: Line | None = None
    """Why the contact was missed or cancelled, in a few words."""
    subject: Line | None = None
    body: Note | None = None
    """The text of the message or note, or what was said."""
    happened_at: Moment | None = None
    """When the contact took place, or is to take place. Defaults to the current time, and is required where it is
    planned or cancelled. Only what is planned may lie more than 24 hours ahead.
    """
    duration_seconds: Seconds | None = None
    """How long the contact took, in seconds."""
    provider: Label | None = None
    """The service that was used, such as `zoom` or `google_meet` for a video meeting."""
    participants: Annotated[list[Participant], Field(max_length=100)] = []
    """Everybody who took part, besides the customer and `staff`."""
    staff: Label | None = None
    """The member of staff who was in contact with the customer. Null if there was none."""
    outcome: Line | None = None
    """What came of the contact, in a few words."""
    next_step: NextStep | None = None
    documents: Annotated[list[Document], Field(max_length=50)] = []
    """References to documents that were shared."""
    thread: Reference | None = None
    """The conversation that the interaction belongs to: any id that all its interactions share. The same id at another
    source is another conversation, unless both are known to be with the same customer; without a source, it is that of
    the only source that has such an id, unless it is known to be with others. An outbound contact answers the
    open enquiries of its conversation, unless it is one with another customer; a message in the conversation of a
    complaint is about the complaint.
    """
    complaint_id: Id | None = None
    """The id of the complaint that the interaction is about. Defaults to that of its conversation."""
    answered_at: Moment | None = None
    """When an inbound enquiry was answered, for enquiries that were answered in another system."""
    source: Label | None = None
    """The external system that sends the interaction. Required with `external_id`."""
    external_id: Reference | None = None
    """The id in the external system. Together with `source` it identifies the interaction, which is stored once."""
    unwelcome_reason: Line | None = None
    """Why the customer is contacted on a channel that they do not want. Required for such outbound contact."""
    attributes: Attributes = {}


class InteractionContent(Schema):
    """The part of an interaction that can be changed."""

    kind: InteractionKind
    channel: Channel
    direction: Direction
    """The direction as seen from the business; an internal note is `internal`."""
    subject: Line | None = None
    body: Note | None = None
    """The text of the message or note, or what was said."""
    happened_at: Moment
    """When the contact took place, which may be long ago, or is planned to."""
    duration_seconds: Seconds | None = None
    """How long the contact took, in seconds."""
    provider: Label | None = None
    """The service that was used, such as `zoom` or `google_meet` for a video meeting."""
    participants: Annotated[list[Participant], Field(max_length=100)] = []
    """Everybody who took part, besides the customer and `staff`."""
    staff: Label | None = None
    """The member of staff who was in contact with the customer. Null if there was none."""
    outcome: Line | None = None
    """What came of the contact, in a few words."""
    documents: Annotated[list[Document], Field(max_length=50)] = []
    """References to documents that were shared."""
    thread: Reference | None = None
    """The conversation that the interaction belongs to: any id that all its interactions share."""
    complaint_id: Id | None = None
    """The id of the complaint that the interaction is about. Null takes it off the complaint that it named, with the
    rest of its thread; answers 409 if its conversation is about the complaint all the same."""
    unwelcome_reason: Line | None = None
    """Why the customer is contacted on a channel that they do not want. Required for such outbound contact."""
    attributes: Attributes = {}


InteractionChange = partial(
    InteractionContent,
    "InteractionChange",
    "The fields of an interaction to change, as a JSON merge patch (RFC 7396): lists are replaced as a whole.",
)


class Interaction(Resource):
    """A contact with a customer on any channel, or an internal note about one."""

    id: Id
    customer_id: Id | None
    """The id of the customer. Null until the interaction is assigned to one."""
    contact: Contact | None
    match: Match
    candidates: MatchCandidates
    """The ids of the customers whose the interaction may be, if `match` is `ambiguous`. Otherwise empty."""
    match_reasons: MatchReasons
    """What each key of the interaction led to, when it was recorded, or why it belongs to its customer since."""
    kind: InteractionKind
    channel: Channel
    direction: Direction
    """The direction as seen from the business; an internal note is `internal`."""
    state: InteractionState
    state_reason: Line | None
    """Why the contact was missed or cancelled. Null if nobody said so."""
    subject: Line | None
    body: Note | None
    """The text of the message or note, or what was said."""
    happened_at: Moment
    """When the contact took place, which may be long before it was recorded."""
    duration_seconds: Seconds | None
    """How long the contact took, in seconds."""
    provider: Label | None
    """The service that was used, such as `zoom` or `google_meet` for a video meeting."""
    participants: Annotated[list[Participant], Field(max_length=100)]
    """Everybody who took part, besides the customer and `staff`."""
    staff: Label | None
    """The member of staff who was in contact with the customer. Null if there was none."""
    outcome: Line | None
    """What came of the contact, in a few words."""
    task_id: Id | None
    """The id of the task that was created from `next_step`. Null if there was none."""
    documents: Annotated[list[Document], Field(max_length=50)]
    """References to documents that were shared."""
    thread: Reference | None
    """The conversation that the interaction belongs to: an id that all its interactions share."""
    complaint_id: Id | None
    """The id of the complaint that the interaction is about, the latest one if there are several."""
    source: Label | None
    """The external system that sent the interaction."""
    external_id: Reference | None
    """The id that the external system uses for the interaction."""
    unwelcome_reason: Line | None
    """Why the customer was contacted on a channel that they do not want."""
    awaits_answer: bool
    """Whether this is an inbound enquiry that has not been answered yet."""
    answered_at: Moment | None
    """When the enquiry was answered. Null if it was not, or if this is no enquiry."""
    answered_by_id: Id | None
    """The id of the interaction that answers the enquiry."""
    answer_seconds: Count | None
    """The time from the enquiry to its answer, in seconds; never negative."""
    attributes: Attributes
    version: Version
    created_at: Moment
    updated_at: Moment


class InteractionPage(Resource):
    items: Annotated[list[Interaction], Field(max_length=200)]
    next_cursor: str | None


class InteractionQuery(PageQuery):
    customer_id: Id | None = None
    """Only interactions of the customer with this id."""
    claimed: bool | None = None
    """Whether to return only interactions that belong to a customer, or only those that belong to none."""
    match: Match | None = None
    kind: InteractionKind | None = None
    """Only interactions of this kind."""
    channel: Channel | None = None
    """Only interactions on this channel."""
    direction: Direction | None = None
    state: InteractionState | None = None
    """Only interactions in this state. What is planned and past was not followed up: add `happened_before`."""
    staff: Label | None = None
    """Only interactions of this member of staff, in whatever case the name is written."""
    thread: Reference | None = None
    complaint_id: Id | None = None
    """Only interactions that are about the complaint with this id."""
    source: Label | None = None
    """Only interactions that this external system sent."""
    external_id: Reference | None = None
    """Only the interaction with this id in the external system. Use it together with `source`."""
    unanswered: bool | None = None
    """If `true`, only inbound enquiries that await an answer. If `false`, everything else."""
    happened_since: Moment | None = None
    happened_before: Moment | None = None
    sort: Literal["happened_at", "-happened_at"] = "-happened_at"
