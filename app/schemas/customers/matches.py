"""How the customer of a record was found, alike in all records."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.customers.customers import ContactKind
from app.rules.customers.resolution import ReasonResult
from app.schemas.kit.types import Id, Resource


class MatchReason(Resource):
    """A key of a record, or what else decided, and what it led to."""

    kind: ContactKind | Literal["id", "identity", "record", "source"]
    """The kind of contact point, `identity`, or `id` where the customer was named; `record` for what it is linked to,
    `source` for the policy of its source.
    """
    value: Annotated[str, Field(max_length=310)]
    """What was sent; an identity as `system:external_id`, a record by its id, an awaited receipt as
    `source:receipt_no`, a source by its code.
    """
    customer_id: Id | None
    """The id of a customer who has this key, for whom the record was claimed (`claimed`), or whom it was taken from
    (`released`). Null if nobody has.
    """
    result: ReasonResult


MatchCandidates = Annotated[list[Id], Field(max_length=20)]
"""The ids of the customers who may be meant where that is ambiguous."""
MatchReasons = Annotated[list[MatchReason], Field(max_length=80)]
