"""Records of which it could not be decided whose they are."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.customers import ContactKind
from app.schemas.customers import MatchCandidates, MatchReasons
from app.schemas.kit.types import Id, Label, Moment, Name, PageQuery, Reference, Resource

RecordType = Literal["sale", "interaction", "complaint", "feedback"]
Undecided = Literal["unmatched", "ambiguous"]


class EnteredKey(Resource):
    """A key that a record names."""

    kind: ContactKind | Literal["identity"]
    """The kind of contact point, or `identity`."""
    value: Annotated[str, Field(max_length=310)]
    """What was sent; an identity as `system:external_id`."""


class UnmatchedRecord(Resource):
    """A record that names somebody, of which it could not be decided whose it is."""

    type: RecordType
    """The kind of record, by which its resource is known."""
    id: Id
    """The id of the record."""
    occurred_at: Moment
    """When the receipt was made, the contact took place, the complaint was received or the feedback was given."""
    source: Label | None
    """The source of the record. Null if it was recorded without one."""
    reference: Reference | None
    """The number of the receipt or of the complaint, or the id in the source."""
    match: Undecided
    """Whether nobody had a key of the record when it came, or several customers may be meant."""
    name: Name | None
    """What the record calls the person. Null if it does not."""
    keys: Annotated[list[EnteredKey], Field(max_length=20)]
    """What the record knows of the person, each key once."""
    candidates: MatchCandidates
    """The ids of the customers who may be meant, if `match` is `ambiguous`. Otherwise empty."""
    match_reasons: MatchReasons
    """What each key of the record led to, and why no customer was created."""
    claim_path: Annotated[str, Field(max_length=100)]
    """The path of the operation that assigns the record to a customer."""


class UnmatchedRecordPage(Resource):
    items: Annotated[list[UnmatchedRecord], Field(max_length=200)]
    next_cursor: str | None


class UnmatchedQuery(PageQuery):
    type: RecordType | None = None
    """Only receipts, only interactions, only complaints or only feedback."""
    match: Undecided | None = None
    """Only records whose keys nobody has, or only those where several customers may be meant."""
    source: Label | None = None
    """Only records of this source."""
    occurred_since: Moment | None = None
    occurred_before: Moment | None = None
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at"
