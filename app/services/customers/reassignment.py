"""Whose a record is that takes its customer from another one, or that somebody gives to one or takes from one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.rules.customers import Match, ReasonResult
from app.rules.kit.links import MOST_CANDIDATES
from app.services.customers.resolution import NO_CUSTOMER, Reason, Resolution, reason


def linked(record_id: UUID, customer_id: UUID, found: Resolution = NO_CUSTOMER) -> Resolution:
    """The customer is that of the record that it is linked to; its own keys, as they were `found`, say less."""
    via = reason("record", str(record_id), ReasonResult.LINKED, customer_id)
    return Resolution(Match.MATCHED, customer_id, reasons=(via, *found.reasons))


def reassigned(
    customer_id: UUID | None,
    origin_id: UUID | None,
    contact: Mapping[str, str] | None,
    before: Sequence[Reason],
    released_from: UUID | None = None,
    *,
    by_link: bool = False,
) -> Resolution:
    """What becomes of a record that is claimed, released, or follows `origin_id`; `contact` is who it says it was, and
    `before` are its reasons.

    `released_from` is the customer whom somebody has taken it from; `by_link` says that nobody has said whose it is:
    what it was linked to does not any more, and its own keys do.
    Of records that `store.kit.links.assign_customers` gives their customers, the statement says the same.
    """
    taken = [each for each in before if each["customer_id"] not in (str(customer_id), str(released_from))]
    own = by_own_keys(_without(before, released_from))
    if customer_id is not None and origin_id is not None:
        return with_released(linked(origin_id, customer_id, own), taken)
    if customer_id is not None and by_link:
        return with_released(replace(own, match=Match.MATCHED, customer_id=customer_id, candidates=()), taken)
    if customer_id is not None:
        claimed = reason("id", str(customer_id), ReasonResult.CLAIMED, customer_id)
        said = _released(None, released_from) if released_from is not None else ()
        return with_released(Resolution(Match.MATCHED, customer_id, reasons=(claimed, *said, *own.reasons)), taken)
    if released_from is not None:
        own = after_release(before, _released(contact, released_from), released_from)
    found = with_released(own, taken)
    if contact is not None and not found.reasons:
        return replace(found, match=Match.UNMATCHED, reasons=_released(contact, None))
    return found


def after_release(before: Iterable[Reason], said: Iterable[Reason], released_from: UUID) -> Resolution:
    """What becomes of a record that somebody has taken from a customer, as is `said`: the others who have one of its
    keys may be meant.
    """
    others = by_own_keys(each for each in _without(before, released_from) if each["result"] == ReasonResult.FOUND)
    match = others.match if others.candidates else Match.UNMATCHED
    return replace(others, match=match, reasons=(*others.reasons, *said))


def still_theirs(customer_id: UUID, before: Iterable[Reason], found: Iterable[Reason]) -> Sequence[Reason]:
    """Why a record stays a customer's, for the reasons of before, although its keys have `found` nobody else for sure:
    they may mean others when it is taken from them. What names the customer comes first.
    """
    own = [each for each in found if each["result"] in _OWN]
    is_named = any(each["customer_id"] == str(customer_id) for each in own)
    said = [
        each
        for each in before
        if each["result"] not in _OWN or (not is_named and each["customer_id"] == str(customer_id))
    ]
    reasons = [*said, *(each for each in own if each not in said)]
    return sorted(reasons, key=lambda each: each["customer_id"] != str(customer_id))


def by_own_keys(reasons: Iterable[Reason]) -> Resolution:
    """What the own keys of a record led to, by its reasons; it counts again when the record is not linked any more."""
    own = [each for each in reasons if each["result"] in _OWN]
    meant = sorted({UUID(each["customer_id"]) for each in own if each["customer_id"] is not None})
    match = Match.AMBIGUOUS if meant else Match.UNMATCHED
    return Resolution(match, candidates=tuple(meant[:MOST_CANDIDATES]), reasons=own) if own else NO_CUSTOMER


def with_released(found: Resolution, before: Iterable[Reason]) -> Resolution:
    """It says as well whom somebody took the record from, by the reasons of before."""
    said = {each["customer_id"] for each in found.reasons if each["result"] == ReasonResult.RELEASED}
    taken = [each for each in before if each["result"] == ReasonResult.RELEASED and each["customer_id"] is not None]
    if not (more := [each for each in taken if each["customer_id"] not in said]):
        return found
    match = Match.UNMATCHED if found.match is Match.ANONYMOUS else found.match
    return replace(found, match=match, reasons=(*found.reasons, *more))


def _without(reasons: Iterable[Reason], customer_id: UUID | None) -> list[Reason]:
    return [each for each in reasons if customer_id is None or each["customer_id"] != str(customer_id)]


def _released(contact: Mapping[str, str] | None, customer_id: UUID | None) -> Sequence[Reason]:
    kind, value = (contact["kind"], contact["value"]) if contact is not None else ("id", str(customer_id))
    return (reason(kind, value, ReasonResult.RELEASED, customer_id),)


_OWN = (ReasonResult.FOUND, ReasonResult.UNKNOWN, ReasonResult.OF_NOBODY)


def is_released_from(reasons: Iterable[Reason], customer_id: UUID | str | None) -> bool:
    """Whether somebody has taken a record from this customer: it does not become theirs again by itself."""
    return customer_id is not None and str(customer_id) in (
        each["customer_id"] for each in reasons if each["result"] == ReasonResult.RELEASED
    )
