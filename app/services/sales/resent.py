"""Receipts that are sent again in another spelling, or with other content."""

from collections.abc import Mapping
from typing import Any

from app.schemas.sales.sales import SaleNew
from app.services.kit.resent import differing
from app.services.sales.receipts import ReceiptDraft


def differences(draft: ReceiptDraft, stored: Mapping[str, Any], region: str) -> list[dict[str, Any]]:
    """The `errors` of a problem: where the receipt differs from the JSON of the stored one.

    Amounts that were left out are computed. They are named, as null, where nothing that was sent differs.
    """
    sent = draft.as_sent()
    if draft.new.business_date is None:  # it follows from the offset, in which the same moment may be spelled anew
        del sent["business_date"]
    errors = differing(SaleNew, stored, sent, region)
    computed = _computed(draft)
    of_sent = [error for error in errors if error["pointer"] not in computed]
    return of_sent or [{**error, "sent": None} for error in errors]


def _computed(draft: ReceiptDraft) -> set[str]:
    """The pointers of the amounts that were left out, with the lines in the order in which they are stored."""
    pairs = sorted(zip(draft.lines, draft.new.lines, strict=True), key=lambda pair: pair[0].line_no)
    pointers = {f"/lines/{n}/total" for n, (_, new) in enumerate(pairs) if new.total is None}
    return pointers | {"/total"} if draft.new.total is None else pointers
