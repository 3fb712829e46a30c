"""Saying whose a record is, and taking that back."""

from app.schemas.kit.types import Id, Line, Schema


class Claim(Schema):
    """The customer to whom a record belongs."""

    customer_id: Id
    """The id of the customer to assign the record to."""
    moved_from: Id | None = None
    """The id of the customer to whom it belongs at present, by mistake. Without it, a record that already belongs to
    another customer is refused with 409.
    """


class Release(Schema):
    """The reason for which a record is taken from its customer."""

    reason: Line
    """Why it does not belong to the customer, in a few words."""
