"""Whose a receipt is and whether it counts, as the people who look after it say."""

from app.schemas.kit.types import Id, Line, Schema


class SaleClaim(Schema):
    """The customer to whom a receipt belongs."""

    customer_id: Id
    """The id of the customer to assign the receipt to."""
    moved_from: Id | None = None
    """The id of the customer who has the receipt now, to move it from one customer to another."""


class SaleRelease(Schema):
    """The reason for taking a receipt from its customer."""

    reason: Line
    """Why the receipt is not theirs, such as `The wrong card was scanned`."""


class SaleVoid(Schema):
    """The reason for voiding a receipt."""

    reason: Line
    """Why the receipt does not count, such as `Rung up twice`."""
