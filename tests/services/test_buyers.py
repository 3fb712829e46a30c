from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from app.core.context import Context
from app.rules.customers import Match
from app.rules.sales.receipts import OnUnknownCustomer
from app.schemas.sales.sales import SaleNew
from app.services.customers import CustomerReference, Resolver
from app.services.sales.buyers import Buyers
from app.services.sales.receipts import draft_receipt
from tests import make

NO_DATABASE: Any = None


def test_a_transaction_that_runs_again_may_find_nobody() -> None:
    """Drafts of a batch are kept for it; what the first run found must not stay in them."""
    ctx = Context(NO_DATABASE, uuid4(), "test", frozenset(), datetime.now(UTC), b"", "GB")
    draft = draft_receipt(SaleNew.model_validate(make.sale(customer={"phone": "020 7946 0112"})))
    reference = CustomerReference.by_keys(draft.new.customer, None)
    found = Resolver(ctx, [reference])
    found.add_known(uuid4(), found.usable_keys(0))
    for resolver in (found, Resolver(ctx, [reference])):
        Buyers(ctx, resolver, OnUnknownCustomer.KEEP).resolve(0, draft)
    assert (draft.customer_id, draft.match, draft.matched_by) == (None, Match.UNMATCHED, None)
    assert [reason["result"] for reason in draft.match_reasons] == ["unknown"]
