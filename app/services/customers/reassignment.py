"""Whose a record is that takes its customer from another one, or that somebody gives to one or takes from one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.rules.customers import Match, ReasonResult
from app.services.customers.resolution import NO_CUSTOMER, Reason, Resolution, reason


def linked(record_id: UUID, customer_id: UUID, found: Resolution = NO_CUSTOMER) -> Resolution:
    """The customer is that of the record that it is linked to; its own keys, as they were `found`, say less."""
    via = reason("record", str(record_id), ReasonResult.LINKED, customer_id)
    return Resolution(Match.MATCHED, customer_id, reasons=(via, *found.reasons))


def reassigned(
    customer_id: UUID | None,
    origin_id: UUID | None,
    contact: Mapping[str, str] | None,
    before: Iterable[Reason],
    released_from: UUID | None = None,
) -> Resolution:
    """What becomes of a record that is claimed, released, or follows `origin_id`; `contact` is who it says it was, and
    `before` are its reasons.

    `released_from` is the customer whom somebody has taken it from.
    Of records that `store.kit.links.assign` gives their customers, the statement says the same.
    """
    others = [each for each in before if each["customer_id"] not in (str(customer_id), str(released_from))]
    return with_released(_reassigned(customer_id, origin_id, contact, released_from), others)


def with_released(found: Resolution, before: Iterable[Reason]) -> Resolution:
    """It says as well whom somebody took the record from, by the reasons of before."""
    taken = [each for each in before if each["result"] == ReasonResult.RELEASED and each["customer_id"] is not None]
    if not (more := [each for each in taken if each not in found.reasons]):
        return found
    match = Match.UNMATCHED if found.match is Match.ANONYMOUS else found.match
    return replace(found, match=match, reasons=(*found.reasons, *more))


def _reassigned(
    customer_id: UUID | None,
    origin_id: UUID | None,
    contact: Mapping[str, str] | None,
    released_from: UUID | None,
) -> Resolution:
    if customer_id is not None:
        if origin_id is not None:
            return linked(origin_id, customer_id)
        taken = _released("id", str(released_from), released_from) if released_from is not None else ()
        return Resolution(Match.MATCHED, customer_id, reasons=taken)
    if contact is None and released_from is None:
        return NO_CUSTOMER
    kind, value = (contact["kind"], contact["value"]) if contact is not None else ("id", str(released_from))
    return Resolution(Match.UNMATCHED, reasons=_released(kind, value, released_from))


def _released(kind: str, value: str, customer_id: UUID | None) -> Sequence[Reason]:
    return (reason(kind, value, ReasonResult.RELEASED, customer_id),)


def is_released_from(reasons: Iterable[Reason], customer_id: UUID | str | None) -> bool:
    """Whether somebody has taken a record from this customer: it does not become theirs again by itself."""
    return customer_id is not None and str(customer_id) in (
        each["customer_id"] for each in reasons if each["result"] == ReasonResult.RELEASED
    )
