"""Who may be calling: customers by a phone number, an e-mail address or an identity."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.rules.customers import ContactKind, CustomerKind
from app.rules.kit.channels import Channel
from app.schemas.customers import NumberUses, UnwelcomeChannel
from app.schemas.kit.types import Id, Label, Line, Name, Reference, Resource, Schema
from app.schemas.overview.summaries import LastContact, LastFeedback, LastPurchase, OpenComplaint, OpenTask


class LookupQuery(Schema):
    phone: Name | None = None
    """A phone number in any spelling. A number without a country code is read as one of the default region."""
    email: Name | None = None
    """An e-mail address, matched without regard to upper and lower case."""
    identity: Annotated[Reference | None, Field(pattern=r"^[^:]+:.+$")] = None
    """An id in an external system, as `system:external_id`."""
    source: Label | None = None
    """The code of the source that asks, such as a telephone system. Its numbers are read as those of its records."""

    @model_validator(mode="after")
    def _just_one(self) -> "LookupQuery":
        if len([v for v in (self.phone, self.email, self.identity) if v is not None]) != 1:
            raise PydanticCustomError("one_of", "Exactly one of `phone`, `email` and `identity` is required")
        return self


class LookupMatch(Resource):
    """The contact point or identity by which the customer was found."""

    kind: ContactKind | Literal["identity"]
    """The kind of contact point, or `identity`."""
    value: Name
    """The contact point as it was entered, or the id in the external system."""
    label: Label | None
    """The label of the contact point, or the external system."""
    shared: bool
    """Whether several customers may have this contact point."""
    opted_out: NumberUses
    """The uses of this phone number, with any extension, that the customer does not want. Empty for everything else."""


class LookupCandidate(Resource):
    """A customer who may be calling, with what to know before saying hello."""

    id: Id
    """The id of the customer."""
    open_complaints: Annotated[list[OpenComplaint], Field(max_length=5)]
    """Complaints that are not closed, those due first at the beginning; at most 5."""
    kind: CustomerKind
    display_name: Name
    preferred_name: Name | None
    """The name by which the customer likes to be called."""
    salutation: Name | None
    """The opening line of a letter, such as `Dear Dr Okafor`."""
    pronunciation: Name | None
    """A hint at how the name is pronounced, such as `ZOH-ee oh-KAH-for`."""
    owner: Label | None
    """The member of staff who is responsible for the customer."""
    archived: bool
    """Whether the customer is archived. Such candidates come last."""
    matched: LookupMatch
    last_contact: LastContact | None
    """The latest contact with the customer. Null if there was none."""
    last_purchase: LastPurchase | None
    """The latest purchase of the customer. Null if there was none."""
    last_feedback: LastFeedback | None
    """The latest feedback of the customer. Null if there was none."""
    open_tasks: Annotated[list[OpenTask], Field(max_length=5)]
    """Tasks for the customer that are not done, those due first at the beginning; at most 5."""
    preferred_channels: Annotated[list[Channel], Field(max_length=len(Channel))]
    """The channels that the customer prefers, best first."""
    unwelcome_channels: Annotated[list[UnwelcomeChannel], Field(max_length=len(Channel))]
    """The channels on which the customer does not want to be contacted."""
    standing_instructions: Annotated[list[Line], Field(max_length=50)]
    """What to observe with every order, such as `Trim the steaks`."""


class LookupResult(Resource):
    """The customers whom a number, address or identity may belong to."""

    items: Annotated[list[LookupCandidate], Field(max_length=20)]
    """The most likely candidate first, at most 20; empty if nobody is found."""
